//! The format of `pci.ids` and `usb.ids`: one name a line, indented below what it belongs to.
//!
//! ```text
//! 8086  Intel Corporation
//! <tab>1572  Ethernet Controller X710
//! <tab><tab>1028 1f99  the card that has this chip
//! C 01  Mass storage controller
//! <tab>08  Non-Volatile memory controller
//! <tab><tab>02  NVM Express
//! ```

use std::collections::HashMap;

/// A vendor, a chip of his, or a card with that chip on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Device {
    pub(super) vendor: u16,
    pub(super) device: Option<u16>,
    pub(super) card: Option<(u16, u16)>,
}

/// A class, its subclass, that one's programming interface (or protocol).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Class {
    class: u8,
    subclass: Option<u8>,
    interface: Option<u8>,
}

impl Class {
    /// Reads six hex digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 3];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        let [class, subclass, interface] = bytes;
        Some(Self { class, subclass: Some(subclass), interface: Some(interface) })
    }

    /// The class without its subclass.
    pub(super) const fn widest(self) -> Self {
        Self { subclass: None, interface: None, ..self }
    }
}

/// One list, read.
#[derive(Debug, Default)]
pub(super) struct List {
    devices: HashMap<Device, &'static str>,
    classes: HashMap<Class, &'static str>,
}

/// The larger list has 1.4 MB.
const UNPACKED_MAX: usize = 8 << 20;

impl List {
    /// Reads a list that is built in, for as long as the program runs. A broken one names nothing; tests look at both.
    pub(super) fn unpack(packed: &[u8]) -> Self {
        let unpacked = zstd::bulk::decompress(packed, UNPACKED_MAX).map_err(|error| error.to_string());
        match unpacked.and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string())) {
            Ok(text) => Self::read(text.leak()),
            Err(reason) => {
                tracing::error!(reason, "the list of device names that is built in can't be read");
                Self::default()
            }
        }
    }

    fn read(text: &'static str) -> Self {
        let mut list = Self::default();
        let mut above = Above::Nothing;
        for line in text.lines() {
            above = list.line(line, above).unwrap_or(above);
        }
        list
    }

    /// Takes one line; answers what the next may stand below, and nothing for a line that names nothing.
    fn line(&mut self, line: &'static str, above: Above) -> Option<Above> {
        let (number, name) = line.split_once("  ")?;
        let below = match (number, above) {
            (number, _) if number.starts_with("C ") => {
                let class = number.strip_prefix("C ").and_then(hex8)?;
                Above::Class(Class { class, subclass: None, interface: None })
            }
            (number, Above::Class(class)) if number.starts_with("\t\t") => {
                let interface = hex8(number.trim_start())?;
                self.classes.insert(Class { interface: Some(interface), ..class }, name);
                return None;
            }
            (number, Above::Class(class)) if number.starts_with('\t') => {
                Above::Class(Class { subclass: Some(hex8(number.trim_start())?), interface: None, ..class })
            }
            (number, Above::Device(device)) if number.starts_with("\t\t") => {
                let (maker, card) = number.trim_start().split_once(' ')?;
                let card = super::hex16(maker).zip(super::hex16(card));
                self.devices.insert(Device { card: Some(card?), ..device }, name);
                return None;
            }
            (number, Above::Device(device)) if number.starts_with('\t') => {
                Above::Device(Device { device: Some(super::hex16(number.trim_start())?), ..device })
            }
            (number, _) => Above::Device(Device { vendor: super::hex16(number)?, device: None, card: None }),
        };
        match below {
            Above::Device(device) => drop(self.devices.insert(device, name)),
            Above::Class(class) => drop(self.classes.insert(class, name)),
            Above::Nothing => {}
        }
        Some(below)
    }

    pub(super) fn vendor(&self, vendor: u16) -> Option<&'static str> {
        self.device(Device { vendor, device: None, card: None })
    }

    pub(super) fn device(&self, device: Device) -> Option<&'static str> {
        self.devices.get(&device).copied()
    }

    /// The class's name, or that of the wider one which it belongs to.
    pub(super) fn class(&self, class: Class) -> Option<&'static str> {
        let wider = Class { interface: None, ..class };
        [class, wider, class.widest()].iter().find_map(|class| self.classes.get(class).copied())
    }
}

/// What a line that is indented belongs to.
#[derive(Debug, Clone, Copy)]
enum Above {
    Nothing,
    Device(Device),
    Class(Class),
}

fn hex8(text: &str) -> Option<u8> {
    let mut byte = [0];
    hex::decode_to_slice(text, &mut byte).ok()?;
    Some(u8::from_be_bytes(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_that_are_built_in_are_whole() {
        let pci = List::unpack(include_bytes!("../../data/pci.ids.zst"));
        assert!(
            pci.devices.len() > 30_000 && pci.classes.len() > 150,
            "{} {}",
            pci.devices.len(),
            pci.classes.len()
        );
        let usb = List::unpack(include_bytes!("../../data/usb.ids.zst"));
        assert!(
            usb.devices.len() > 3_000 && usb.classes.len() > 80,
            "{} {}",
            usb.devices.len(),
            usb.classes.len()
        );
    }

    #[test]
    fn lines_that_are_not_understood_are_passed_over() {
        let list = List::read(
            "# a comment\n\n1234  Maker\nzzzz  no number\n\t0001  Chip\n\t\t1234 0002  Card\n\t\t1234  no pair\n\
             \t0003  Other\nC 0g  none\nC 02  Network\n\t00  Ethernet\nHUT 01  usage\n",
        );
        assert_eq!(list.vendor(0x1234), Some("Maker"));
        let chip = Device { vendor: 0x1234, device: Some(1), card: None };
        assert_eq!(list.device(chip), Some("Chip"));
        assert_eq!(list.device(Device { card: Some((0x1234, 2)), ..chip }), Some("Card"));
        assert_eq!(list.device(Device { device: Some(3), ..chip }), Some("Other"));
        assert_eq!((list.devices.len(), list.classes.len()), (4, 2));
        assert_eq!(List::unpack(b"no zstd").devices.len(), 0);
    }
}

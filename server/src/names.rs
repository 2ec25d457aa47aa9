//! What the numbers of PCI and USB devices mean, by the two lists that are built in. Looked up to be shown, never stored.
//!
//! How the lists are made anew: `docs/device-names.md`.

pub(crate) mod beside_ids;
mod list;

use std::sync::LazyLock;

use inventory::sections::{PciDevice, UsbDevice};
use serde::Serialize;

use list::{Class, Device, List};

/// Read when the first name is asked for.
static PCI: LazyLock<List> = LazyLock::new(|| List::unpack(include_bytes!("../data/pci.ids.zst")));
static USB: LazyLock<List> = LazyLock::new(|| List::unpack(include_bytes!("../data/usb.ids.zst")));

/// The names of one device. A number that has none stands in no list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Names {
    /// Who made the chip.
    #[serde(rename = "vendor_name", skip_serializing_if = "Option::is_none")]
    pub(crate) vendor: Option<&'static str>,
    /// The chip.
    #[serde(rename = "device_name", skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<&'static str>,
    /// Who made the card.
    #[serde(rename = "subsystem_vendor_name", skip_serializing_if = "Option::is_none")]
    pub(crate) subsystem_vendor: Option<&'static str>,
    /// The card.
    #[serde(rename = "subsystem_name", skip_serializing_if = "Option::is_none")]
    pub(crate) subsystem: Option<&'static str>,
    /// What it does, as closely as its class is known.
    #[serde(rename = "class_name", skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<&'static str>,
}

/// The names of a PCI function.
pub(crate) fn of_pci(device: &PciDevice) -> Names {
    let (vendor, chip) = (number(&device.vendor), number(&device.device));
    let (maker, card) = (number(&device.subsystem_vendor), number(&device.subsystem_device));
    let of_card = |vendor, device, maker, card| {
        PCI.device(Device { vendor, device: Some(device), card: Some((maker, card)) })
    };
    Names {
        subsystem_vendor: maker.and_then(|maker| PCI.vendor(maker)),
        subsystem: vendor.zip(chip).zip(maker.zip(card)).and_then(|((v, d), (m, c))| of_card(v, d, m, c)),
        class: device.class.as_deref().and_then(pci_class),
        ..chip_names(vendor, chip)
    }
}

/// Maker and chip of a PCI function, by their numbers alone.
pub(crate) fn of_chip(vendor: Option<&String>, device: Option<&String>) -> Names {
    chip_names(vendor.and_then(|text| hex16(text)), device.and_then(|text| hex16(text)))
}

fn chip_names(vendor: Option<u16>, chip: Option<u16>) -> Names {
    let device = |(vendor, chip)| PCI.device(Device { vendor, device: Some(chip), card: None });
    Names {
        vendor: vendor.and_then(|vendor| PCI.vendor(vendor)),
        device: vendor.zip(chip).and_then(device),
        ..Names::default()
    }
}

/// The names of a USB device: its product it names itself.
pub(crate) fn of_usb(device: &UsbDevice) -> Names {
    let class = device.interfaces.iter().find_map(|interface| interface.class.as_deref());
    Names {
        vendor: number(&device.vendor).and_then(|vendor| USB.vendor(vendor)),
        // Subclass and protocol say how it is spoken to, which helps nobody.
        class: class.and_then(|class| USB.class(Class::parse(class)?.widest())),
        ..Names::default()
    }
}

/// What a PCI class of six hex digits is called.
pub(crate) fn pci_class(class: &str) -> Option<&'static str> {
    PCI.class(Class::parse(class)?)
}

fn number(text: &Option<String>) -> Option<u16> {
    text.as_deref().and_then(hex16)
}

fn hex16(text: &str) -> Option<u16> {
    // `from_str_radix` takes a sign, too.
    let is_hex = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(text, 16).ok().filter(|_| is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(said: &str) -> Option<String> {
        Some(said.to_owned())
    }

    #[test]
    fn a_pci_function_has_its_names() {
        let card = PciDevice {
            vendor: text("8086"),
            device: text("1572"),
            subsystem_vendor: text("1028"),
            subsystem_device: text("1f99"),
            class: text("020000"),
            ..PciDevice::default()
        };
        let names = of_pci(&card);
        assert_eq!(names.vendor, Some("Intel Corporation"));
        assert_eq!(names.device, Some("Ethernet Controller X710 for 10GbE SFP+"));
        assert_eq!(names.subsystem_vendor, Some("Dell"));
        assert_eq!(names.subsystem, Some("Ethernet 10G 4P X710/I350 rNDC"));
        assert_eq!(names.class, Some("Ethernet controller"));
        assert_eq!(of_chip(card.vendor.as_ref(), card.device.as_ref()).device, names.device);
    }

    #[test]
    fn a_class_is_named_as_closely_as_it_is_known() {
        for (class, name) in [
            ("010802", Some("NVM Express")),
            ("0108fe", Some("Non-Volatile memory controller")),
            ("01fe00", Some("Mass storage controller")),
            ("fe0000", None),
            ("01", None),
            ("+10802", None),
            ("0108\u{20ac}", None),
        ] {
            assert_eq!(pci_class(class), name, "{class}");
        }
    }

    #[test]
    fn numbers_without_a_name_and_what_is_no_number_have_none() {
        for (vendor, device) in
            [("fff0", "beef"), ("+fff", "1572"), ("", ""), ("80860", "x"), ("\"><script>", "1")]
        {
            let device = PciDevice { vendor: text(vendor), device: text(device), ..PciDevice::default() };
            assert_eq!(of_pci(&device), Names::default(), "{vendor} {:?}", device.device);
        }
        assert_eq!(of_usb(&UsbDevice::default()), Names::default());
    }

    #[test]
    fn a_usb_device_has_its_maker_and_what_it_does() {
        let interface = inventory::sections::UsbInterface { class: text("080650"), driver: None };
        let stick = UsbDevice {
            vendor: text("0951"),
            product: text("1666"),
            interfaces: vec![interface],
            ..UsbDevice::default()
        };
        let names = of_usb(&stick);
        assert_eq!((names.vendor, names.class), (Some("Kingston Technology"), Some("Mass Storage")));
    }
}

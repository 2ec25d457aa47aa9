//! The device behind a network card: where it sits, and what it is.

use inventory::sections::Nic;

use crate::collect::interfaces::Interface;
use crate::collect::place::numbered;
use crate::probe::Probe;

/// A device, by its folder.
pub(super) struct Device {
    /// `/sys/class/net/eth0/device`.
    at: String,
    /// The same with all links followed.
    real: String,
}

impl Device {
    pub(super) fn of(probe: &Probe, interface: &Interface) -> Option<Self> {
        let real = interface.device(probe)?;
        Some(Self { at: format!("{}/device", interface.at()), real })
    }

    fn is_usb(&self) -> bool {
        self.real.split('/').any(|part| numbered(part, "usb"))
    }

    /// A USB device's folder, above that of the one of its interfaces which is the card.
    pub(super) fn usb_folder(&self) -> Option<&str> {
        if !self.is_usb() {
            return None;
        }
        self.real.rsplit_once('/').map(|(folder, _)| folder)
    }

    pub(super) fn tell(&self, probe: &Probe, nic: &mut Nic) {
        nic.physical = true;
        nic.usb = self.is_usb();
        nic.driver = probe.link_name(&format!("{}/driver", self.at));
        let Some((folder, address)) = pci_function(&self.real) else { return };
        let number = |file: &str| probe.number::<u32>(&format!("{folder}/{file}"));
        let hex_id = |file: &str| {
            let text = probe.text(&format!("{folder}/{file}"))?;
            Some(text.trim_start_matches("0x").to_lowercase())
        };
        nic.pci_vendor = hex_id("vendor");
        nic.pci_device = hex_id("device");
        // -1, of a machine with one node, is no number of this kind.
        nic.numa_node = number("numa_node");
        nic.pci_address = Some(address.to_owned());
        // Of a controller that others hang on, what follows would not be the card's own.
        if !nic.usb {
            nic.sriov_total = number("sriov_totalvfs").filter(|total| *total > 0);
            nic.sriov_enabled = nic.sriov_total.and_then(|_| number("sriov_numvfs"));
            nic.physical_function = probe.link_name(&format!("{folder}/physfn"));
        }
    }
}

/// The PCI function that the device is, or hangs on (a virtio device, a USB dongle): its folder and its address.
fn pci_function(real: &str) -> Option<(&str, &str)> {
    let mut folder = real;
    loop {
        let (parent, last) = folder.rsplit_once('/')?;
        if is_pci_address(last) {
            return Some((folder, last));
        }
        folder = parent;
    }
}

/// `0000:00:09.0`; the domain may have eight digits.
fn is_pci_address(text: &str) -> bool {
    let hex = |part: &str, lengths: &[usize]| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let Some((place, function)) = text.split_once('.') else { return false };
    match place.split(':').collect::<Vec<_>>().as_slice() {
        [domain, bus, device] => {
            hex(domain, &[4, 5, 6, 7, 8]) && hex(bus, &[2]) && hex(device, &[2]) && hex(function, &[1])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pci_addresses_are_told_from_what_looks_alike() {
        for address in ["0000:00:09.0", "10000:e1:00.7"] {
            assert!(is_pci_address(address), "{address}");
        }
        for other in ["1-2:1.0", "pci0000:00", "0:0:0:0", "0000:00:09", "platform", ""] {
            assert!(!is_pci_address(other), "{other}");
        }
    }
}

//! The device behind a network card: where it sits, and what it is.

use inventory::sections::Nic;

use crate::collect::interfaces::Interface;
use crate::collect::place::{is_pci_address, last, numbered, upto};
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
        // What the device is, or hangs on (a virtio device, a USB dongle).
        let Some(folder) = upto(&self.real, is_pci_address) else { return };
        let _there = probe.stand(folder);
        let number = |file: &str| probe.number::<u32>(&format!("{folder}/{file}"));
        let hex_id = |file: &str| {
            let text = probe.text(&format!("{folder}/{file}"))?;
            Some(text.trim_start_matches("0x").to_lowercase())
        };
        nic.pci_vendor = hex_id("vendor");
        nic.pci_device = hex_id("device");
        // -1, of a machine with one node, is no number of this kind.
        nic.numa_node = number("numa_node");
        nic.pci_address = Some(last(folder).to_owned());
        // Of a controller that others hang on, what follows would not be the card's own.
        if !nic.usb {
            nic.sriov_total = number("sriov_totalvfs").filter(|total| *total > 0);
            nic.sriov_enabled = nic.sriov_total.and_then(|_| number("sriov_numvfs"));
            nic.physical_function = probe.link_name(&format!("{folder}/physfn"));
        }
    }
}

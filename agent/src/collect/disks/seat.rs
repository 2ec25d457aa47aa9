//! What leads to a disk: its controller, read once for all disks behind it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::collect::place;
use crate::probe::Probe;

/// What is known of controllers so far. A shelf of disks has one.
pub(super) struct Controllers<'a> {
    probe: &'a Probe,
    hosts: RefCell<BTreeMap<String, Host>>,
    nodes: RefCell<BTreeMap<String, Option<u32>>>,
}

/// A SCSI host.
#[derive(Debug, Clone, Default)]
pub(super) struct Host {
    /// What drives it.
    pub driver: Option<String>,
    /// Its number among the hosts of its controller. The kernel's own number changes from boot to boot.
    pub nth: u32,
}

impl<'a> Controllers<'a> {
    pub(super) fn new(probe: &'a Probe) -> Self {
        Self { probe, hosts: RefCell::default(), nodes: RefCell::default() }
    }

    /// The SCSI host that the device at this path is behind.
    pub(super) fn host(&self, device: &str) -> Option<Host> {
        let folder = upto(device, |part| place::numbered(part, "host"))?;
        if let Some(known) = self.hosts.borrow().get(folder) {
            return Some(known.clone());
        }
        let (controller, name) = folder.rsplit_once('/')?;
        let number = |name: &str| name.strip_prefix("host").and_then(|number| number.parse::<u32>().ok());
        let siblings = self.probe.names(controller);
        let own = number(name).unwrap_or_default();
        let lowest = siblings.iter().filter_map(|name| number(name)).fold(own, u32::min);
        let driver = self.probe.text(&format!("{folder}/scsi_host/{name}/proc_name"));
        let host = Host {
            // Some drivers have no name for /proc.
            driver: driver.filter(|name| !name.contains("NULL") && !name.contains("null")),
            nth: own - lowest,
        };
        self.hosts.borrow_mut().insert(folder.to_owned(), host.clone());
        Some(host)
    }

    /// The NUMA node of the PCI function that the device at this path is behind. -1 is "unknown".
    pub(super) fn numa_node(&self, device: &str) -> Option<u32> {
        let function = upto(device, is_pci_address)?;
        if let Some(known) = self.nodes.borrow().get(function) {
            return *known;
        }
        let node = self.probe.number(&format!("{function}/numa_node"));
        self.nodes.borrow_mut().insert(function.to_owned(), node);
        node
    }
}

/// The path up to and with the last of its components that `is`.
pub(super) fn upto(path: &str, is: impl Fn(&str) -> bool) -> Option<&str> {
    let mut rest = path;
    loop {
        let (before, part) = rest.rsplit_once('/')?;
        if is(part) {
            return Some(rest);
        }
        rest = before;
    }
}

/// The last component of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `0000:00:06.0`; a domain may have more than four digits.
pub(super) fn is_pci_address(part: &str) -> bool {
    let mut fields =
        part.split([':', '.']).map(|field| (field.len(), field.bytes().all(|b| b.is_ascii_hexdigit())));
    let shape = [fields.next(), fields.next(), fields.next(), fields.next(), fields.next()];
    matches!(shape, [Some((4..=8, true)), Some((2, true)), Some((2, true)), Some((1, true)), None])
        && part.as_bytes().get(part.len() - 2) == Some(&b'.')
}

/// `2-1.4:1.0`.
pub(super) fn is_usb_interface(part: &str) -> bool {
    let digits =
        |text: &str, also: char| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == also);
    let Some((port, interface)) = part.split_once(':') else { return false };
    let Some((bus, chain)) = port.split_once('-') else { return false };
    digits(bus, '0') && digits(chain, '.') && interface.contains('.') && digits(interface, '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_looks_like_them() {
        assert!(is_pci_address("0000:00:06.0") && is_pci_address("10000:e1:00.7"));
        for not in ["pci0000:00", "1:0:0:0", "0000:00:06", "0000.00.06:0", "0000:00:06.0.1", ""] {
            assert!(!is_pci_address(not), "{not}");
        }
        assert!(is_usb_interface("2-1:1.0") && is_usb_interface("1-1.4.2:1.1"));
        for not in ["2-1", "usb2", "end_device-0:1", "1-0:", "a-1:1.0"] {
            assert!(!is_usb_interface(not), "{not}");
        }
    }

    #[test]
    fn a_path_is_cut_behind_its_last_match() {
        let path = "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/nvme/nvme0";
        assert_eq!(upto(path, is_pci_address), Some("/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0"));
        assert_eq!(upto("/sys/devices/virtual", is_pci_address), None);
    }
}

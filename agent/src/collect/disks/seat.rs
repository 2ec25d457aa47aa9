//! What leads to a disk: its controller, read once for all disks behind it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::collect::place::{self, is_pci_address, upto};
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

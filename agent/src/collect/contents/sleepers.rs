//! Which disks sleep. A read would wake one, also a read of what is stacked upon it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::BLOCK;
use crate::collect::drives::sleep;
use crate::collect::place::last;
use crate::probe::Probe;

/// Volumes on arrays on partitions, encrypted: nobody stacks higher.
const DEPTH_LIMIT: u32 = 10;

/// Each disk is asked once, however much is stacked upon it.
pub(super) struct Sleepers<'a> {
    probe: &'a Probe,
    /// By device: the disk that sleeps under it.
    known: RefCell<BTreeMap<String, Option<String>>>,
}

impl<'a> Sleepers<'a> {
    pub(super) fn new(probe: &'a Probe) -> Self {
        Self { probe, known: RefCell::default() }
    }

    /// Whether this disk sleeps.
    pub(super) fn have(&self, disk: &str) -> bool {
        self.under(disk, DEPTH_LIMIT).is_some()
    }

    /// The first disk that sleeps under this device, or is it.
    pub(super) fn first_under(&self, device: &str) -> Option<String> {
        self.under(device, 0)
    }

    fn under(&self, device: &str, depth: u32) -> Option<String> {
        if let Some(known) = self.known.borrow().get(device) {
            return known.clone();
        }
        let folder = format!("{BLOCK}/{device}/slaves");
        let members = if depth < DEPTH_LIMIT { self.probe.names(&folder) } else { Vec::new() };
        let found = if members.is_empty() {
            sleep::is_asleep(self.probe, device).then(|| device.to_owned())
        } else {
            let disks = members.iter().map(|member| self.disk_of(&folder, member));
            disks.into_iter().find_map(|disk| self.under(&disk, depth + 1))
        };
        self.known.borrow_mut().insert(device.to_owned(), found.clone());
        found
    }

    /// A partition's folder lies in its disk's.
    fn disk_of(&self, folder: &str, member: &str) -> String {
        let real = self.probe.real(&format!("{folder}/{member}"));
        let parent = real.as_deref().and_then(|real| real.rsplit_once('/')).map(|(parent, _)| last(parent));
        parent.filter(|parent| !matches!(*parent, "block" | "slaves")).unwrap_or(member).to_owned()
    }
}

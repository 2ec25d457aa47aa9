//! What stands upon what. A read of what is stacked upon a disk that sleeps would wake it, and upon one that hangs would hang
//! as well.

use std::collections::{BTreeMap, BTreeSet};

use super::BLOCK;
use crate::collect::place::last;
use crate::probe::Probe;

/// Volumes on arrays on partitions, encrypted: nobody stacks higher.
const LAYERS_LIMIT: usize = 10;

/// Why what stands upon a device is not to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Sleeps,
    Hangs,
    /// A read would wait until it goes on.
    IsSuspended,
}

/// The stacked devices.
pub(super) struct Stack {
    /// By device: the whole disks and stacked devices right under it.
    members: BTreeMap<String, Vec<String>>,
    /// By device: which one is in trouble, it or one under it.
    troubled: BTreeMap<String, (String, Trouble)>,
}

impl Stack {
    pub(super) fn of(probe: &Probe, devices: impl Iterator<Item = String>) -> Self {
        let mut stack = Self { members: BTreeMap::new(), troubled: BTreeMap::new() };
        for device in devices {
            if probe.flag(&format!("{BLOCK}/{device}/dm/suspended")) == Some(true) {
                stack.found(&device, Trouble::IsSuspended);
            }
            let folder = format!("{BLOCK}/{device}/slaves");
            let members = probe.names(&folder);
            let members = members.into_iter().map(|member| disk_of(probe, &folder, member)).collect();
            stack.members.insert(device, members);
        }
        stack
    }

    /// All of them, each in a later layer than what it stands upon.
    pub(super) fn layers(&self) -> Vec<Vec<String>> {
        let mut left: BTreeSet<&String> = self.members.keys().collect();
        let mut layers = Vec::new();
        while !left.is_empty() {
            let (mut layer, mut rest): (BTreeSet<_>, BTreeSet<_>) =
                left.iter().partition(|device| self.under(device).all(|member| !left.contains(member)));
            // No kernel makes a ring, but a captured tree may hold one.
            if layer.is_empty() || layers.len() == LAYERS_LIMIT {
                layer.append(&mut rest);
            }
            layers.push(layer.into_iter().cloned().collect());
            left = rest;
        }
        layers
    }

    /// Remembers what was found of a device.
    pub(super) fn found(&mut self, device: &str, trouble: Trouble) {
        self.troubled.insert(device.to_owned(), (device.to_owned(), trouble));
    }

    /// Takes what is wrong with devices up to the layer that stands upon them.
    pub(super) fn rise(&mut self, layer: &[String]) {
        for device in layer {
            let trouble = self.under(device).find_map(|member| self.troubled.get(member)).cloned();
            if let Some(trouble) = trouble {
                self.troubled.entry(device.clone()).or_insert(trouble);
            }
        }
    }

    /// Why this device is not to be read.
    pub(super) fn trouble_of(&self, device: &str) -> Option<String> {
        let (which, trouble) = self.troubled.get(device)?;
        let which = if which == device { "it".to_owned() } else { format!("{which} under it") };
        Some(match trouble {
            Trouble::Sleeps => format!("{which} sleeps, and was not woken"),
            Trouble::Hangs => format!("{which} hangs"),
            Trouble::IsSuspended => format!("{which} is suspended"),
        })
    }

    fn under(&self, device: &str) -> impl Iterator<Item = &String> {
        self.members.get(device).into_iter().flatten()
    }
}

/// A partition's folder lies in its disk's.
fn disk_of(probe: &Probe, folder: &str, member: String) -> String {
    let real = probe.real(&format!("{folder}/{member}"));
    let parent = real.as_deref().and_then(|real| real.rsplit_once('/')).map(|(parent, _)| last(parent));
    parent.filter(|parent| !matches!(*parent, "block" | "slaves")).map_or(member, str::to_owned)
}

//! What stands upon what. A read of what is stacked upon a disk that sleeps would wake it, and upon one that hangs would hang
//! as well.

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

/// The stacked devices. Lists that are sorted by their names: there is room in the program for no more kinds of trees.
pub(super) struct Stack {
    devices: Vec<Stacked>,
    troubled: Vec<Troubled>,
}

struct Stacked {
    name: String,
    /// The whole disks and stacked devices right under it.
    members: Vec<String>,
}

struct Troubled {
    name: String,
    /// Itself, or one under it.
    which: String,
    trouble: Trouble,
}

impl Stack {
    /// Of these devices, which are sorted.
    pub(super) fn of(probe: &Probe, names: &mut dyn Iterator<Item = &String>) -> Self {
        let mut stack = Self { devices: Vec::new(), troubled: Vec::new() };
        for name in names {
            if probe.flag(&format!("{BLOCK}/{name}/dm/suspended")) == Some(true) {
                stack.found(name, name, Trouble::IsSuspended);
            }
            let folder = format!("{BLOCK}/{name}/slaves");
            let members = probe.names(&folder);
            let members = members.into_iter().map(|member| disk_of(probe, &folder, member)).collect();
            stack.devices.push(Stacked { name: name.clone(), members });
        }
        stack
    }

    /// All of them, each in a later layer than what it stands upon.
    pub(super) fn layers(&self) -> Vec<Vec<String>> {
        let mut left: Vec<&Stacked> = self.devices.iter().collect();
        let mut layers = Vec::new();
        while !left.is_empty() {
            let is_left = |name: &String| left.binary_search_by(|it| it.name.cmp(name)).is_ok();
            let (mut layer, mut rest): (Vec<&Stacked>, Vec<&Stacked>) =
                left.iter().partition(|it| !it.members.iter().any(is_left));
            // No kernel makes a ring, but a captured tree may hold one.
            if layer.is_empty() || layers.len() == LAYERS_LIMIT {
                layer.append(&mut rest);
            }
            layers.push(layer.into_iter().map(|it| it.name.clone()).collect());
            left = rest;
        }
        layers
    }

    /// Remembers what is wrong with a device, for its own sake or for one under it.
    pub(super) fn found(&mut self, device: &str, which: &str, trouble: Trouble) {
        if let Err(place) = self.place_of(device) {
            let (name, which) = (device.to_owned(), which.to_owned());
            self.troubled.insert(place, Troubled { name, which, trouble });
        }
    }

    /// Takes what is wrong with devices up to the layer that stands upon them.
    pub(super) fn rise(&mut self, layer: &[String]) {
        for device in layer {
            let stacked = self.devices.binary_search_by(|it| it.name.cmp(device)).ok();
            let members =
                stacked.and_then(|place| self.devices.get(place)).into_iter().flat_map(|it| &it.members);
            let mut troubled = members.filter_map(|member| self.troubled(member));
            if let Some((which, trouble)) = troubled.next().map(|it| (it.which.clone(), it.trouble)) {
                self.found(device, &which, trouble);
            }
        }
    }

    /// Why this device is not to be read.
    pub(super) fn trouble_of(&self, device: &str) -> Option<String> {
        let Troubled { which, trouble, .. } = self.troubled(device)?;
        let which = if which == device { "it".to_owned() } else { format!("{which} under it") };
        Some(match trouble {
            Trouble::Sleeps => format!("{which} sleeps, and was not woken"),
            Trouble::Hangs => format!("{which} hangs"),
            Trouble::IsSuspended => format!("{which} is suspended"),
        })
    }

    fn troubled(&self, device: &str) -> Option<&Troubled> {
        self.place_of(device).ok().and_then(|place| self.troubled.get(place))
    }

    fn place_of(&self, device: &str) -> Result<usize, usize> {
        self.troubled.binary_search_by(|it| it.name.as_str().cmp(device))
    }
}

/// A partition's folder lies in its disk's.
fn disk_of(probe: &Probe, folder: &str, member: String) -> String {
    let real = probe.real(&format!("{folder}/{member}"));
    let parent = real.as_deref().and_then(|real| real.rsplit_once('/')).map(|(parent, _)| last(parent));
    parent.filter(|parent| !matches!(*parent, "block" | "slaves")).map_or(member, str::to_owned)
}

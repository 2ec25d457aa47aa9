//! The mount table, reduced to filesystems that live on a device.

mod namespace;
mod table;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::Nothing;
use crate::probe::Probe;
use table::Line;

/// Tells the options of each mount apart from the filesystem's own.
const MOUNT_INFO: &str = "/proc/self/mountinfo";
/// The older table, which is all that some captured trees have.
const MOUNTS: &str = "/proc/mounts";
/// A node with hundreds of containers has a long one.
const TABLE_LIMIT_BYTES: usize = 4 << 20;
/// Images: made full, and never written to.
const IMAGES: [&str; 5] = ["squashfs", "iso9660", "udf", "erofs", "cramfs"];

/// A mounted filesystem.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mount {
    /// Where it is mounted; of several places the shortest.
    pub mount: String,
    /// The device.
    pub device: String,
    /// The device's major and minor number (`8:1`), where the filesystem has a device of its own.
    pub number: Option<String>,
    /// `ext4`, `xfs`.
    pub kind: String,
    /// No place where it is mounted can be written to.
    pub read_only: bool,
    /// It is mounted to be written to, and the filesystem itself refuses: the kernel does so after an error.
    pub refuses_writes: bool,
}

impl Mount {
    /// By which it is known, wherever it is mounted.
    fn key(&self) -> &str {
        self.number.as_deref().unwrap_or(&self.device)
    }

    /// The kernel's name of the device (`dm-0`).
    #[must_use]
    pub fn block(&self, probe: &Probe) -> Option<String> {
        match &self.number {
            Some(number) => probe.link_name(&format!("/sys/dev/block/{number}")),
            None => None,
        }
        .or_else(|| self.device.strip_prefix("/dev/").filter(|name| !name.contains('/')).map(str::to_owned))
    }
}

/// All filesystems that live on a device, each once, sorted by mount point.
///
/// # Errors
/// [`Nothing`], where the kernel shows no mount table.
pub fn mounted_devices(probe: &Probe) -> Result<Vec<Mount>, Nothing> {
    if let Some(mounts) = namespace::mounts(probe) {
        return Ok(super::bounded(probe, MOUNT_INFO, mounts));
    }
    let table = probe.lines(MOUNTS, TABLE_LIMIT_BYTES).ok_or(Nothing::NotThere(MOUNTS))?;
    Ok(super::bounded(probe, MOUNTS, by_device(table.lines().filter_map(table::mounts))))
}

fn by_device<'a>(table: impl Iterator<Item = Line<'a>>) -> Vec<Mount> {
    // What is mounted later upon the same place hides what was there.
    let by_place: BTreeMap<&str, Line> = table.map(|line| (line.place, line)).collect();
    let mut by_device: BTreeMap<String, Mount> = BTreeMap::new();
    for mount in by_place.values().filter(|line| lives_on_a_device(line)).filter_map(Line::mount) {
        // One device may have several names; btrfs and ZFS have no number.
        match by_device.entry(mount.key().to_owned()) {
            Entry::Vacant(entry) => {
                entry.insert(mount);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                let read_only = known.read_only && mount.read_only;
                let refuses_writes = known.refuses_writes || mount.refuses_writes;
                if mount.mount.len() < known.mount.len() {
                    *known = mount;
                }
                (known.read_only, known.refuses_writes) = (read_only, refuses_writes);
            }
        }
    }
    let mut mounts: Vec<Mount> = by_device.into_values().collect();
    mounts.sort_by(|a, b| a.mount.cmp(&b.mount));
    mounts
}

fn lives_on_a_device(line: &Line) -> bool {
    let device = line.device.starts_with("/dev/") && !line.device.starts_with("/dev/loop");
    // A file server in user space may name any device; only `fuseblk` has one.
    let in_user_space = line.kind == "fuse" || line.kind.starts_with("fuse.");
    // A ZFS dataset names its pool.
    (device && !in_user_space || line.kind == "zfs") && !IMAGES.contains(&line.kind)
}

#[cfg(test)]
mod tests;

//! Which devices are looked at: disks, their partitions, and what is stacked upon them.

use std::sync::Mutex;

use super::family::{Device, Family, Told};
use super::stack::Stack;
use super::{BLOCK, SIZE_UNIT_BYTES};
use crate::collect::place;
use crate::probe::Probe;

/// Smaller is none: an extended partition is seen as two sectors.
const SIZE_LEAST_BYTES: u64 = 4096;
/// `LVM-`, the group's id and the volume's. What has more behind it is a part of a volume.
const LVM_UUID_LENGTH: usize = 68;

pub(super) fn is_stacked(name: &str) -> bool {
    name.starts_with("dm-") || name.starts_with("md") || place::numbered(name, "bcache")
}

/// The disk and its partitions; of a disk that is left alone only the disk.
pub(super) fn disk(probe: &Probe, name: String) -> Option<Family> {
    let at = format!("{BLOCK}/{name}");
    if probe.flag(&format!("{at}/hidden")) == Some(true) {
        return None;
    }
    let whole = device(probe, &at, &at, name)?;
    let out_of_reach = out_of_reach(probe, &at);
    let may_sleep = out_of_reach.is_none();
    let unread = joined_by(probe, &at).or(out_of_reach);
    let names = if unread.is_none() { probe.names(&at) } else { Vec::new() };
    let partitions = names
        .into_iter()
        .filter(|part| part.starts_with(&whole.name))
        .filter(|part| probe.number::<u32>(&format!("{at}/{part}/partition")).is_some())
        .filter_map(|part| device(probe, &format!("{at}/{part}"), &at, part))
        .collect();
    Some(Family { whole, partitions, unread, may_sleep, told: Mutex::new(Told::default()) })
}

pub(super) fn stacked(probe: &Probe, stack: &Stack, name: String) -> Option<Family> {
    let at = format!("{BLOCK}/{name}");
    let whole = device(probe, &at, &at, name)?;
    let uuid = probe.text(&format!("{at}/dm/uuid")).unwrap_or_default();
    if uuid.starts_with("LVM-") && uuid.len() > LVM_UUID_LENGTH {
        return None;
    }
    let unread = stack.trouble_of(&whole.name);
    Some(Family {
        whole,
        partitions: Vec::new(),
        unread,
        may_sleep: false,
        told: Mutex::new(Told::default()),
    })
}

fn device(probe: &Probe, at: &str, disk: &str, name: String) -> Option<Device> {
    let units: u64 = probe.number(&format!("{at}/size"))?;
    let size_bytes = units.checked_mul(SIZE_UNIT_BYTES).filter(|size| *size >= SIZE_LEAST_BYTES)?;
    let sector_bytes = probe.number(&format!("{disk}/queue/logical_block_size")).unwrap_or(512);
    Some(Device { name, size_bytes, sector_bytes })
}

/// A passive path refuses to be read, for minutes.
fn joined_by(probe: &Probe, at: &str) -> Option<String> {
    let holders = probe.names(&format!("{at}/holders"));
    let joint = holders.into_iter().filter(|holder| holder.starts_with("dm-")).find(|holder| {
        probe.text(&format!("{BLOCK}/{holder}/dm/uuid")).is_some_and(|uuid| uuid.starts_with("mpath-"))
    })?;
    Some(format!("it is one of several paths: see {joint}"))
}

/// A SCSI disk that the kernel gave up would be waited for.
fn out_of_reach(probe: &Probe, at: &str) -> Option<String> {
    let state = probe.text(&format!("{at}/device/state"))?;
    (!matches!(state.as_str(), "running" | "live")).then(|| format!("the kernel calls it {state}"))
}

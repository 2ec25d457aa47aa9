//! Which devices are looked at: disks, their partitions, and what is stacked upon them.

use std::rc::Rc;

use super::sleepers::Sleepers;
use super::{BLOCK, SIZE_UNIT_BYTES};
use crate::collect::disks::whole_disks;
use crate::collect::place;
use crate::probe::Probe;

/// Smaller is none: an extended partition is seen as two sectors.
const SIZE_LEAST_BYTES: u64 = 4096;
/// `LVM-`, the group's id and the volume's. What has more behind it is a part of a volume.
const LVM_UUID_LENGTH: usize = 68;

/// A device that may hold something.
pub(super) struct Device {
    /// The kernel's name.
    pub name: String,
    pub size_bytes: u64,
    pub sector_bytes: u32,
    /// Why it is to be left alone.
    pub unread: Option<String>,
}

/// All of them, one disk's after the other's.
pub(super) fn all(probe: &Probe) -> impl Iterator<Item = Device> {
    let sleepers = Rc::new(Sleepers::new(probe));
    let under = Rc::clone(&sleepers);
    let names = probe.names(BLOCK);
    let disks: Vec<String> = whole_disks(&names).cloned().collect();
    let stacked: Vec<String> = names.into_iter().filter(|name| is_stacked(name)).collect();
    let disks = disks.into_iter().flat_map(move |name| disk(probe, &sleepers, name));
    disks.chain(stacked.into_iter().filter_map(move |name| stack(probe, &under, name)))
}

fn is_stacked(name: &str) -> bool {
    name.starts_with("dm-") || name.starts_with("md") || place::numbered(name, "bcache")
}

/// The disk and its partitions; of a disk that is left alone only the disk.
fn disk(probe: &Probe, sleepers: &Sleepers<'_>, name: String) -> Vec<Device> {
    let at = format!("{BLOCK}/{name}");
    if probe.flag(&format!("{at}/hidden")) == Some(true) {
        return Vec::new();
    }
    let Some(device) = device(probe, &at, &at, name) else { return Vec::new() };
    let unread = joined_by(probe, &at)
        .or_else(|| out_of_reach(probe, &at))
        .or_else(|| sleepers.have(&device.name).then(|| "the disk sleeps, and was not woken".to_owned()));
    if unread.is_some() {
        return vec![Device { unread, ..device }];
    }
    let parts = probe.names(&at).into_iter().filter(|part| part.starts_with(&device.name));
    let parts: Vec<Device> = parts
        .filter(|part| probe.number::<u32>(&format!("{at}/{part}/partition")).is_some())
        .filter_map(|part| self::device(probe, &format!("{at}/{part}"), &at, part))
        .collect();
    std::iter::once(device).chain(parts).collect()
}

fn stack(probe: &Probe, sleepers: &Sleepers<'_>, name: String) -> Option<Device> {
    let at = format!("{BLOCK}/{name}");
    let device = device(probe, &at, &at, name)?;
    let uuid = probe.text(&format!("{at}/dm/uuid")).unwrap_or_default();
    if uuid.starts_with("LVM-") && uuid.len() > LVM_UUID_LENGTH {
        return None;
    }
    // A read would wait until it goes on.
    let suspended = probe.flag(&format!("{at}/dm/suspended")) == Some(true);
    let unread = if suspended {
        Some("it is suspended".to_owned())
    } else {
        let sleeper = sleepers.first_under(&device.name);
        sleeper.map(|disk| format!("{disk} under it sleeps, and was not woken"))
    };
    Some(Device { unread, ..device })
}

fn device(probe: &Probe, at: &str, disk: &str, name: String) -> Option<Device> {
    let units: u64 = probe.number(&format!("{at}/size"))?;
    let size_bytes = units.checked_mul(SIZE_UNIT_BYTES).filter(|size| *size >= SIZE_LEAST_BYTES)?;
    let sector_bytes = probe.number(&format!("{disk}/queue/logical_block_size")).unwrap_or(512);
    Some(Device { name, size_bytes, sector_bytes, unread: None })
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

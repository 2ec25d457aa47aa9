//! What the drives say of themselves, each asked once however many ways lead to it; and what RAID controllers hide.
//!
//! ```text
//!   /sys ──▶ target ──▶ crowd (a thread each) ──▶ describe ──▶ Drive
//!               └─▶ hidden (smartctl --scan) ──▶ ┘
//! ```
//!
//! A drive is asked for no more than the kernel does not remember of it: an ATA drive's identity stands in sysfs.

pub(crate) mod ask;
mod controller;
pub(crate) mod crowd;
mod describe;
pub(crate) mod hidden;
pub(crate) mod sleep;
pub(crate) mod smartctl;
pub(crate) mod target;

use std::collections::BTreeSet;

use inventory::sections::{Drive, DriveSource};

use super::{BLOCK, Nothing, SIZE_UNIT_BYTES, bounded};
use crate::probe::Probe;

pub(super) fn collect(probe: &Probe) -> Result<Vec<Drive>, Nothing> {
    if !probe.exists(BLOCK) {
        return Err(Nothing::NotThere(BLOCK));
    }
    let targets = bounded(probe, BLOCK, hidden::with(probe, "drives", target::all(probe)));
    let drives = crowd::each(probe, "drive", targets, describe::drive).into_iter().flatten();
    Ok(each_once(drives.collect()))
}

/// A controller that hides some of its drives may pass others through, and `smartctl` finds all.
fn each_once(mut drives: Vec<Drive>) -> Vec<Drive> {
    let seen: BTreeSet<String> =
        drives.iter().filter(|drive| is_seen(drive)).filter_map(|drive| drive.serial.clone()).collect();
    drives
        .retain(|drive| is_seen(drive) || drive.serial.as_ref().is_none_or(|serial| !seen.contains(serial)));
    drives.sort_by(|a, b| a.device.cmp(&b.device));
    drives
}

/// Not only by `smartctl`, and not a volume, whose serial number is the controller's.
fn is_seen(drive: &Drive) -> bool {
    drive.source != DriveSource::Smartctl && drive.hides.is_none()
}

#[cfg(test)]
mod tests;

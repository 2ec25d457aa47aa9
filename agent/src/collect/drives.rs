//! What the drives say of themselves, each asked once however many ways lead to it; and what RAID controllers hide.
//!
//! ```text
//!   /sys ──▶ target ──▶ each (a thread) ──▶ describe ──▶ Drive
//!               └─▶ hidden (smartctl --scan) ──▶ ┘
//! ```
//!
//! A drive is asked for no more than the kernel does not remember of it: an ATA drive's identity stands in sysfs.

pub(crate) mod ask;
mod controller;
mod describe;
pub(crate) mod hidden;
pub(crate) mod sleep;
pub(crate) mod smartctl;
pub(crate) mod target;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use inventory::sections::{Drive, DriveSource};

use super::crowd::{self, Member, Pace};
use super::{BLOCK, Nothing, SIZE_UNIT_BYTES, bounded};
use crate::probe::Probe;
use target::Target;

/// How many are asked at a time.
const AT_ONCE: usize = 16;
/// How long one drive may take for all that it is asked.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long all may take, before no more are begun: less than who waits for all of them does.
const TIME_LIMIT: Duration = Duration::from_secs(30);

pub(super) fn collect(probe: &Probe) -> Result<Vec<Drive>, Nothing> {
    if !probe.exists(BLOCK) {
        return Err(Nothing::NotThere(BLOCK));
    }
    let targets = bounded(probe, BLOCK, hidden::with(probe, "drives", target::all(probe)));
    let drives = each(probe, "drive", targets, describe::drive).into_iter().flatten();
    Ok(each_once(drives.collect()))
}

/// What each of these drives answers to `work`; `purpose` tells two kinds of asking apart that may go on at one time.
pub(crate) fn each<T: Send + 'static>(
    probe: &Probe,
    purpose: &str,
    targets: Vec<Target>,
    work: fn(&Probe, Target) -> T,
) -> Vec<T> {
    within(probe, purpose, targets, work, (DEADLINE, TIME_LIMIT))
}

fn within<T: Send + 'static>(
    probe: &Probe,
    purpose: &str,
    targets: Vec<Target>,
    work: fn(&Probe, Target) -> T,
    (one, all): (Duration, Duration),
) -> Vec<T> {
    let told: Arc<Mutex<Vec<T>>> = Arc::default();
    let mut members = targets.into_iter().map(|target| {
        let told = Arc::clone(&told);
        Member {
            name: format!("{purpose} {}", target.device),
            path: target.node(),
            work: Box::new(move |probe| {
                let answer = work(probe, target);
                told.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
            }),
        }
    });
    // Those that were lost are warned of, and there is nothing else to say of them.
    crowd::ask(probe, &mut members, Pace { at_once: AT_ONCE, one, ends: Instant::now() + all });
    let late = members.count();
    if late > 0 {
        probe.warn("/dev", format!("{late} drives were not asked: the others took too long"));
    }
    std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner))
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

//! What is written on the disks, by its signatures: a few short reads of each device, at its beginning and its end.
//!
//! ```text
//!   /sys ──▶ devices ──▶ family (a thread for a disk and its partitions) ──▶ read ──▶ told ──▶ Content
//!               └─▶ stack: what stands upon disks, a layer after the other ──▶ ┘
//! ```
//!
//! A disk that sleeps is left asleep, one that other paths lead to is read through the device that joins them, and one that
//! hangs is waited for once.

mod devices;
mod family;
mod read;
mod stack;
mod told;

use std::iter::from_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use inventory::sections::Content;

use super::crowd::{self, Member, Pace};
use super::disks::whole_disks;
use super::room::Room;
use super::{BLOCK, ITEMS_LIMIT, Nothing, SIZE_UNIT_BYTES};
use crate::probe::Probe;
use family::Family;
use stack::{Stack, Trouble};

/// How many disks are read at a time: each takes a tenth of a megabyte.
const AT_ONCE: usize = 8;

/// How much may be waited and told.
#[derive(Clone, Copy)]
struct Limits {
    one: Duration,
    all: Duration,
    bytes: usize,
    bytes_of_one: usize,
}

const LIMITS: Limits = Limits {
    // One disk with all of its partitions: some wake when they are asked, without having said that they slept.
    one: Duration::from_secs(20),
    // Then no more are begun: there must be time left for the report.
    all: Duration::from_secs(60),
    // How much of a report they may fill, beside the disks.
    bytes: 1 << 20,
    // Of that one disk: a full table and a hundred partitions have half of it.
    bytes_of_one: 128 << 10,
};

pub(super) fn collect(probe: &Probe) -> Result<Vec<Content>, Nothing> {
    within(probe, LIMITS)
}

fn within(probe: &Probe, limits: Limits) -> Result<Vec<Content>, Nothing> {
    if !probe.exists(BLOCK) {
        return Err(Nothing::NotThere(BLOCK));
    }
    let mut reading = Reading {
        probe,
        limits,
        pace: Pace { at_once: AT_ONCE, one: limits.one, ends: Instant::now() + limits.all },
        room: Room::of(limits.bytes),
        bytes: Arc::default(),
        begun: 0,
        late: 0,
    };
    let names = probe.names(BLOCK);
    let mut stack = Stack::of(probe, &mut names.iter().filter(|name| devices::is_stacked(name)));
    let disks = whole_disks(&names).cloned();
    let mut troubles = reading.read(&mut disks.filter_map(|name| devices::disk(probe, name)));
    for layer in stack.layers() {
        troubles.iter().for_each(|(device, trouble)| stack.found(device, device, *trouble));
        stack.rise(&layer);
        let mut families = layer.into_iter().filter_map(|name| devices::stacked(probe, &stack, name));
        troubles = reading.read(&mut families);
    }
    Ok(reading.contents())
}

/// What was read so far.
struct Reading<'a> {
    probe: &'a Probe,
    limits: Limits,
    pace: Pace,
    room: Room<Content>,
    /// Of all that was read, also by those that have not ended.
    bytes: Arc<AtomicUsize>,
    /// How many devices.
    begun: usize,
    late: usize,
}

impl Reading<'_> {
    /// Reads as many as there is room and time for. Returns those that are in trouble.
    fn read(&mut self, families: &mut dyn Iterator<Item = Family>) -> Vec<(String, Trouble)> {
        let mut begun: Vec<Arc<Family>> = Vec::new();
        let mut members = from_fn(|| {
            while !is_full(self.begun, &self.bytes, self.limits) {
                let family = Arc::new(families.next()?);
                self.begun += family.device_count();
                begun.push(Arc::clone(&family));
                if family.is_asked() {
                    return Some(member(family, Arc::clone(&self.bytes), self.limits.bytes_of_one));
                }
            }
            None
        });
        let lost = crowd::ask(self.probe, &mut members, self.pace);
        let mut troubles = Vec::new();
        // In their order, not in which they ended: where there is no room for all, the same ones are told each time.
        for family in begun {
            let node = family.whole.node();
            let lost = lost.iter().find(|(path, _)| *path == node).map(|(_, why)| why);
            troubles.extend(family.trouble(lost).map(|trouble| (family.whole.name.clone(), trouble)));
            for content in family.contents(lost) {
                self.room.offer(|| Some(content));
            }
        }
        let left: usize = families.map(|family| family.device_count()).sum();
        if is_full(self.begun, &self.bytes, self.limits) {
            self.room.leave_out(left);
        } else {
            self.late += left;
        }
        troubles
    }

    fn contents(self) -> Vec<Content> {
        if self.late > 0 {
            let reason = format!("{} devices were not read: others answered too slowly", self.late);
            self.probe.warn(BLOCK, reason);
        }
        let mut contents = self.room.items(self.probe, BLOCK);
        contents.sort_by(|a, b| a.device.cmp(&b.device));
        contents
    }
}

fn is_full(begun: usize, bytes: &AtomicUsize, limits: Limits) -> bool {
    begun >= ITEMS_LIMIT || bytes.load(Ordering::Relaxed) > limits.bytes
}

fn member(family: Arc<Family>, bytes: Arc<AtomicUsize>, bytes_limit: usize) -> Member {
    Member {
        name: format!("contents {}", family.whole.name),
        path: family.whole.node(),
        work: Box::new(move |probe| family.read(probe, &bytes, bytes_limit)),
    }
}

#[cfg(test)]
mod many;
#[cfg(test)]
mod tests;

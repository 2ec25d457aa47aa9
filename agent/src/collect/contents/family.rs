//! A disk with its partitions, or one stacked device: read in one go, for if one of them hangs the next would, too.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use inventory::sections::Content;

use super::stack::Trouble;
use super::{read, told};
use crate::collect::drives::sleep;
use crate::collect::room::json_bytes;
use crate::guard::{Lost, caught};
use crate::probe::Probe;

const TOO_MUCH: &str = "its disk has more to tell than there is room for";

/// A device that may hold something.
pub(super) struct Device {
    /// The kernel's name.
    pub(super) name: String,
    pub(super) size_bytes: u64,
    pub(super) sector_bytes: u32,
}

impl Device {
    /// The kernel writes `cciss/c0d0` with an exclamation mark.
    pub(super) fn node(&self) -> String {
        format!("/dev/{}", self.name.replace('!', "/"))
    }
}

/// Shared by the thread that reads and by who gives it up.
pub(super) struct Family {
    pub(super) whole: Device,
    pub(super) partitions: Vec<Device>,
    /// Why it is left alone.
    pub(super) unread: Option<String>,
    /// Whether it is a disk that may sleep, and can be asked.
    pub(super) may_sleep: bool,
    pub(super) told: Mutex<Told>,
}

/// What was learned so far.
#[derive(Default)]
pub(super) struct Told {
    contents: Vec<Content>,
    sleeps: bool,
    bytes: usize,
}

impl Family {
    pub(super) fn device_count(&self) -> usize {
        1 + self.partitions.len()
    }

    /// Whether anything is to be asked of it.
    pub(super) fn is_asked(&self) -> bool {
        self.may_sleep || self.unread.is_none()
    }

    /// Reads one device after another, until there are `bytes_limit` bytes of JSON to tell; adds to `bytes` how many there are.
    pub(super) fn read(&self, probe: &Probe, bytes: &AtomicUsize, bytes_limit: usize) {
        if self.may_sleep && sleep::is_asleep(probe, &self.whole.name) {
            self.told().sleeps = true;
        } else if self.unread.is_none() {
            for device in self.devices() {
                let content = caught(|| read::content(probe, device)).unwrap_or_else(|lost| {
                    probe.warn(&device.node(), lost.to_string());
                    told::unread(device, lost.to_string())
                });
                let own = json_bytes(&content);
                bytes.fetch_add(own, Ordering::Relaxed);
                let mut told = self.told();
                told.bytes = told.bytes.saturating_add(own);
                if told.bytes > bytes_limit {
                    break;
                }
                told.contents.push(content);
            }
        }
    }

    /// What keeps others from being read that stand upon it.
    pub(super) fn trouble(&self, lost: Option<&Lost>) -> Option<Trouble> {
        let hangs = matches!(lost, Some(Lost::TimedOut { .. } | Lost::StillHanging));
        if self.told().sleeps {
            Some(Trouble::Sleeps)
        } else {
            // Of one that is not read itself, a path to a disk, another one may do.
            (hangs && self.unread.is_none()).then_some(Trouble::Hangs)
        }
    }

    /// What there is to tell of each device, or why there is nothing.
    pub(super) fn contents(&self, lost: Option<&Lost>) -> Vec<Content> {
        let mut told = self.told();
        let mut contents = std::mem::take(&mut told.contents);
        let mut missing = self.devices().skip(contents.len());
        let Some(first) = missing.next() else { return contents };
        let asleep = || told.sleeps.then(|| "the disk sleeps, and was not woken".to_owned());
        let reason = self.unread.clone().or_else(asleep).or_else(|| lost.map(Lost::to_string));
        contents.push(told::unread(first, reason.unwrap_or_else(|| TOO_MUCH.to_owned())));
        // Of a disk that is left alone only the disk is told.
        if contents.len() > 1 {
            contents
                .extend(missing.map(|it| told::unread(it, format!("{} before it was not read", first.name))));
        }
        contents
    }

    fn devices(&self) -> impl Iterator<Item = &Device> {
        std::iter::once(&self.whole).chain(&self.partitions)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

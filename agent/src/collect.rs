//! One collector a subsystem. Each reads from the [`Root`], returns its section or says why there is none, and knows
//! nothing of the others: whatever happens to one, the rest of the report is made.
//!
//! To add a collector: a file here with `fn collect(&Probe) -> Result<Data, Nothing>`, a section in the `inventory` crate,
//! and its name in `inventory::each_section`, which is also this file's module.

pub(crate) mod bmc;
mod contents;
mod cpu;
mod crowd;
mod disks;
pub(crate) mod drives;
mod filesystems;
mod firmware;
mod gpus;
pub mod hwmon;
mod infiniband;
pub(crate) mod interfaces;
mod memory;
mod mounts;
mod neighbours;
mod nics;
mod os;
mod pci;
mod place;
mod room;
mod sensors;
mod smbios;
mod system;
mod tpm;
mod usb;

pub(crate) use memory::{Meminfo, edac};
pub use mounts::{Mount, mounted_devices};
pub(crate) use os::redact;
pub(crate) use pci::Functions as PciFunctions;

use std::sync::Arc;
use std::time::Duration;

use inventory::{Section, Sections, each_section};

use crate::common::Common;
use crate::guard::{Guard, Piece, Turns};
use crate::probe::Probe;
use crate::root::Root;

/// The sections that wait for a device's answer or for a neighbour's word: a first report does not.
pub const SLOW: [&str; 5] = ["drives", "contents", "neighbours", "bmc", "tpm"];
/// How long one quick collector may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long a slow one may: a switch says who it is every 30 seconds.
const SLOW_DEADLINE: Duration = Duration::from_secs(90);
/// As many as the server takes in one list.
const ITEMS_LIMIT: usize = 4096;

/// Where the kernel shows disks, and what is stacked upon them.
pub(crate) const BLOCK: &str = "/sys/block";
/// In which `/sys/block/*/size` is counted, whatever the disk's own sectors are.
const SIZE_UNIT_BYTES: u64 = 512;

/// Why a collector has nothing at all to tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Nothing {
    /// The kernel shows no such subsystem.
    #[error("{0} is not there")]
    NotThere(&'static str),
}

/// A collector: one subsystem's data.
type Collect<T> = fn(&Probe) -> Result<T, Nothing>;

/// All collectors over one root.
#[derive(Clone)]
pub struct Collectors {
    root: Root,
    guard: Guard,
    deadline: Duration,
    slow_deadline: Duration,
}

impl Collectors {
    /// The collectors of this root.
    #[must_use]
    pub fn new(root: Root) -> Self {
        Self { root, guard: Guard::default(), deadline: DEADLINE, slow_deadline: SLOW_DEADLINE }
    }

    /// The same, with another deadline for each collector.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, slow_deadline: deadline, ..self }
    }

    /// Runs all, and waits for each until its deadline: the slow ones side by side, the others in turns.
    #[must_use]
    pub fn all(&self) -> Sections {
        self.sections(|_| true)
    }

    /// Runs those that wait for nobody; the [`SLOW`] sections stay untold.
    #[must_use]
    pub fn quick(&self) -> Sections {
        self.sections(|name| !is_slow(name))
    }

    /// Runs the [`SLOW`] ones, and waits for each until its deadline.
    #[must_use]
    pub fn slow(&self) -> Sections {
        self.sections(|name| SLOW.contains(&name))
    }

    /// Runs one, by its section's name.
    #[must_use]
    pub fn only(&self, section: &str) -> Sections {
        self.sections(|name| name == section)
    }

    fn sections(&self, wanted: impl Fn(&str) -> bool) -> Sections {
        let common = Arc::new(Common::default());
        let turns = self.guard.turns("collect");
        macro_rules! collect {
            ($($name:ident)*) => {{
                $(let $name = wanted(stringify!($name)).then(|| {
                    let probe = Probe::sharing(self.root.clone(), Arc::clone(&common));
                    self.start(stringify!($name), probe, $name::collect, &turns)
                });)*
                turns.finish();
                Sections { $($name: $name.map_or(Section::Untold, finish)),* }
            }};
        }
        each_section!(collect)
    }

    /// A quick one waits for its turn, a slow one starts.
    fn start<T>(
        &self,
        name: &'static str,
        probe: Probe,
        collect: Collect<T>,
        turns: &Turns,
    ) -> Piece<Section<T>>
    where
        T: Send + 'static,
    {
        let work = move || match collect(&probe) {
            Ok(data) => probe.into_section(data),
            Err(nothing) => failed(&nothing, &probe.into_warnings()),
        };
        if is_slow(name) {
            self.guard.start(name, self.slow_deadline, work)
        } else {
            turns.add(name, self.deadline, work)
        }
    }
}

fn is_slow(section: &str) -> bool {
    SLOW.contains(&section)
}

/// A section that failed says what stood in the way, where that is known.
fn failed<T>(nothing: &Nothing, warnings: &[inventory::Warning]) -> Section<T> {
    let reason = match warnings.first() {
        Some(warning) => format!("{}: {}", warning.path, warning.reason),
        None => nothing.to_string(),
    };
    Section::Failed { reason }
}

fn finish<T: 'static>(piece: Piece<Section<T>>) -> Section<T> {
    piece.finish().unwrap_or_else(|lost| Section::Failed { reason: lost.to_string() })
}

/// Cuts a list to what the server takes, and says so.
fn bounded<T>(probe: &Probe, path: &str, mut items: Vec<T>) -> Vec<T> {
    cut(probe, path, &mut items, ITEMS_LIMIT);
    items
}

/// Cuts a list to so many, and says so.
pub(crate) fn cut<T>(probe: &Probe, path: &str, items: &mut Vec<T>, limit: usize) {
    if items.len() > limit {
        probe.warn(path, format!("{} of {} left out", items.len() - limit, items.len()));
        items.truncate(limit);
    }
}

#[cfg(test)]
mod tests;

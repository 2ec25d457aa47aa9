//! One collector a subsystem. Each reads from the [`Root`], returns its section or says why there is none, and knows
//! nothing of the others: whatever happens to one, the rest of the report is made.
//!
//! To add a collector: a file here with `fn collect(&Probe) -> Result<Data, Nothing>`, a section in the `inventory` crate,
//! and one line in each half of [`Collectors::sections`].

mod cpu;
mod disks;
mod filesystems;
mod firmware;
pub mod hwmon;
mod memory;
mod mounts;
mod nics;
mod os;
mod place;
mod sensors;
mod smbios;
mod system;

pub(crate) use memory::field_bytes as memory_field_bytes;
pub use mounts::{Mount, mounted_devices};

use std::time::Duration;

use inventory::{Section, Sections};

use crate::guard::{Guard, Piece};
use crate::probe::Probe;
use crate::root::Root;

/// How long one collector may take. The slowest honest reads are those of spun-down disks behind slow expanders.
const DEADLINE: Duration = Duration::from_secs(10);
/// As many as the server takes in one list.
const ITEMS_LIMIT: usize = 4096;

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
}

impl Collectors {
    /// The collectors of this root.
    #[must_use]
    pub fn new(root: Root) -> Self {
        Self::with_deadline(root, DEADLINE)
    }

    /// The same, with another deadline for each collector.
    #[must_use]
    pub fn with_deadline(root: Root, deadline: Duration) -> Self {
        Self { root, guard: Guard::new(deadline) }
    }

    /// Runs them all, side by side, and waits for each until its deadline.
    #[must_use]
    pub fn sections(&self) -> Sections {
        let system = self.start("system", system::collect);
        let firmware = self.start("firmware", firmware::collect);
        let cpu = self.start("cpu", cpu::collect);
        let memory = self.start("memory", memory::collect);
        let disks = self.start("disks", disks::collect);
        let nics = self.start("nics", nics::collect);
        let filesystems = self.start("filesystems", filesystems::collect);
        let sensors = self.start("sensors", sensors::collect);
        let os = self.start("os", os::collect);
        Sections {
            system: finish(system),
            firmware: finish(firmware),
            cpu: finish(cpu),
            memory: finish(memory),
            disks: finish(disks),
            nics: finish(nics),
            filesystems: finish(filesystems),
            sensors: finish(sensors),
            os: finish(os),
        }
    }

    fn start<T: Send + 'static>(&self, name: &'static str, collect: Collect<T>) -> Piece<Section<T>> {
        let probe = Probe::new(self.root.clone());
        self.guard.start(name, move || match collect(&probe) {
            Ok(data) => probe.into_section(data),
            Err(nothing) => failed(&nothing, &probe.into_warnings()),
        })
    }
}

/// A section that failed says what stood in the way, where that is known.
fn failed<T>(nothing: &Nothing, warnings: &[inventory::Warning]) -> Section<T> {
    let reason = match warnings.first() {
        Some(warning) => format!("{}: {}", warning.path, warning.reason),
        None => nothing.to_string(),
    };
    Section::Failed { reason }
}

fn finish<T>(piece: Piece<Section<T>>) -> Section<T> {
    piece.finish().unwrap_or_else(|lost| Section::Failed { reason: lost.to_string() })
}

/// Cuts a list to what the server takes, and says so.
fn bounded<T>(probe: &Probe, path: &str, mut items: Vec<T>) -> Vec<T> {
    if items.len() > ITEMS_LIMIT {
        probe.warn(path, format!("{} of {} left out", items.len() - ITEMS_LIMIT, items.len()));
        items.truncate(ITEMS_LIMIT);
    }
    items
}

#[cfg(test)]
mod tests;

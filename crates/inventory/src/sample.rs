//! The sample: how a machine does, by the second.

mod array;
mod clock;
mod drive;
mod memory_errors;
mod nic;
mod pressure;
mod reading;

pub use array::*;
pub use clock::*;
pub use drive::*;
pub use memory_errors::*;
pub use nic::*;
pub use pressure::*;
pub use reading::*;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::message::AgentStamp;
use crate::report::Warning;
use crate::version::{SCHEMA, SchemaVersion};

/// One reading of what changes. It carries all that the alert rules need, so that none has to look a report up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Edition.
    pub schema: SchemaVersion,
    /// Who speaks.
    pub agent: AgentStamp,
    /// When it was taken, by the agent's clock.
    pub taken_at: Timestamp,
    /// Seconds since the kernel started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uptime_secs: Option<u64>,
    /// Load averages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Load>,
    /// Memory in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryUse>,
    /// Temperatures, sorted by sensor key.
    #[serde(default)]
    pub temperatures: Vec<Temperature>,
    /// Filesystems that live on a device, sorted by mount point.
    #[serde(default)]
    pub filesystems: Vec<FilesystemUse>,
    /// Tasks that wait for something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressure: Option<Pressure>,
    /// The machine's own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockState>,
    /// Fans, voltages, currents, power, sorted by sensor key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
    /// Software RAID, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrays: Vec<ArrayState>,
    /// Drives, sorted by device; only in a sample for which they were read anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drives: Vec<DriveHealth>,
    /// Errors of ECC memory, sorted by label.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub memory_errors: Vec<MemoryErrors>,
    /// Physical network cards, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nics: Vec<NicState>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl Sample {
    /// A sample that tells nothing yet but who took it, and when.
    #[must_use]
    pub const fn new(agent: AgentStamp, taken_at: Timestamp) -> Self {
        Self {
            schema: SCHEMA,
            agent,
            taken_at,
            uptime_secs: None,
            load: None,
            memory: None,
            pressure: None,
            clock: None,
            temperatures: Vec::new(),
            readings: Vec::new(),
            filesystems: Vec::new(),
            arrays: Vec::new(),
            drives: Vec::new(),
            memory_errors: Vec::new(),
            nics: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// Runnable and waiting tasks, averaged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Over one minute.
    pub one: f64,
    /// Over five minutes.
    pub five: f64,
    /// Over fifteen minutes.
    pub fifteen: f64,
    /// Tasks that run or could, at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<u32>,
    /// All tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<u32>,
}

/// Memory in use, by `/proc/meminfo`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryUse {
    /// `MemTotal`.
    pub total_bytes: u64,
    /// `MemAvailable`.
    pub available_bytes: u64,
    /// `SwapTotal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swap_bytes: Option<u64>,
    /// `SwapTotal` less `SwapFree`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swap_used_bytes: Option<u64>,
    /// `Dirty` and `Writeback`: what a loss of power would lose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dirty_bytes: Option<u64>,
    /// `HardwareCorrupted`: pages that the kernel took out of use because the memory failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrupted_bytes: Option<u64>,
}

/// One temperature, with the limits that its own maker gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Temperature {
    /// Stays the same over reboots: the device's path, the chip's name and the input's index. Never `hwmonN`.
    pub sensor: String,
    /// What the sensor calls itself (`Composite`, `Package id 0`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it measures.
    pub class: SensorClass,
    /// The reading.
    pub temp_celsius: f64,
    /// The maker's upper limit (an NVMe drive's WCTEMP).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_celsius: Option<f64>,
    /// The maker's critical limit (an NVMe drive's CCTEMP).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crit_celsius: Option<f64>,
    /// The chip's own alarm bit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<bool>,
}

/// What a temperature sensor measures: it decides the fall-back limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SensorClass {
    /// A processor or its package.
    Cpu,
    /// An NVMe drive.
    Nvme,
    /// A spinning disk.
    Hdd,
    /// A SATA or SAS solid-state disk.
    Ssd,
    /// The air that goes in.
    Inlet,
    /// Anything else: board, chipset, NIC, memory.
    #[serde(other)]
    Other,
}

/// How full a filesystem is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesystemUse {
    /// Where it is mounted.
    pub mount: String,
    /// All blocks.
    pub size_bytes: u64,
    /// Blocks in use.
    pub used_bytes: u64,
    /// Blocks that an ordinary user may still fill. (`size - used - available` is the reserve for root.)
    pub available_bytes: u64,
    /// Files that it may hold; absent where it makes room for them as they come (btrfs, ZFS).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inodes: Option<u64>,
    /// Files that it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_inodes: Option<u64>,
    /// Nothing can be written to it.
    #[serde(default)]
    pub read_only: bool,
    /// The kernel made it read-only, or shut it down, because of errors: it was mounted to be written to.
    #[serde(default, skip_serializing_if = "is_false")]
    pub read_only_by_error: bool,
    /// Errors that it counts itself: ext4 since the last check, btrfs on all of its devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !value
}

impl FilesystemUse {
    /// How full it is for those who write to it, 0 to 100: as `df` reckons, without root's reserve.
    #[must_use]
    pub fn used_percent(&self) -> Option<f64> {
        let usable = self.used_bytes.checked_add(self.available_bytes).filter(|sum| *sum > 0)?;
        #[expect(clippy::cast_precision_loss, reason = "a percentage needs no 53 bits")]
        Some(self.used_bytes as f64 * 100.0 / usable as f64)
    }

    /// How many of its files are taken, 0 to 100.
    #[must_use]
    pub fn used_inodes_percent(&self) -> Option<f64> {
        let inodes = self.inodes.filter(|inodes| *inodes > 0)?;
        #[expect(clippy::cast_precision_loss, reason = "a percentage needs no 53 bits")]
        Some(self.used_inodes?.min(inodes) as f64 * 100.0 / inodes as f64)
    }
}

//! Software RAID and pools of disks.

use serde::{Deserialize, Serialize};

/// How an md array or a ZFS pool does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArrayState {
    /// The kernel's name (`md0`), or the pool's (`tank`).
    pub name: String,
    /// Who keeps it together.
    pub kind: ArrayKind,
    /// `raid1`, `raid6`; `container` where it holds a firmware's arrays and no data of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// `clean`, `active`, `read-auto`, `inactive` (md's `array_state`); `ONLINE`, `DEGRADED`, `SUSPENDED` (ZFS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Disks that it is made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disks_wanted: Option<u32>,
    /// Disks that are in it and up to date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disks_active: Option<u32>,
    /// How many disks it lacks; 0 where it is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degraded: Option<u32>,
    /// What goes on: `resync`, `recover`, `check`, `repair`, `reshape`; absent while nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_action: Option<String>,
    /// How much of that is done, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_percent: Option<f64>,
    /// How fast it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_bytes_per_sec: Option<u64>,
    /// Sectors that differed in the last check or repair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mismatched_sectors: Option<u64>,
    /// The disks in it, sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<ArrayMember>,
}

/// Who keeps disks together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrayKind {
    /// The kernel's md.
    #[default]
    Md,
    /// ZFS.
    Zfs,
    /// Some other.
    #[serde(other)]
    Other,
}

/// A disk or partition in an array.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArrayMember {
    /// The kernel's name (`sda2`).
    pub name: String,
    /// Words, with commas: `in_sync`, `faulty`, `spare`, `write_mostly`, `want_replacement`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Its place in the array; absent where it has none (a spare, a failed disk).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<u32>,
    /// Read errors that were put right by writing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<u64>,
}

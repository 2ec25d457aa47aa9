//! What drives answer when they are asked themselves.

use serde::{Deserialize, Serialize};

/// One drive: the physical thing. It may be a disk of its own, or stand behind a RAID controller that hides it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Drive {
    /// The kernel's name of the disk (`sda`, `nvme0n1`); behind a controller the way to it, as `smartctl` takes it.
    pub device: String,
}

//! What is written on the disks.

use serde::{Deserialize, Serialize};

/// What one block device holds, by the signatures on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// The kernel's name of the disk or partition (`sda2`).
    pub device: String,
}

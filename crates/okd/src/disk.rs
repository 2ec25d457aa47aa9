//! The disk that is to be written: described by what stays with it, and found in the inventory.

use serde::{Deserialize, Serialize};

/// One disk of a host, by what stays with it. It has a serial number or a WWN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name below `/dev/disk/by-id/`, of those that say serial number or WWN.
    pub by_id: String,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its world-wide name, as the inventory has it (`naa.…`, `eui.…`).
    pub wwn: Option<String>,
    /// How large it is.
    pub size_bytes: u64,
    /// What it is sold as.
    pub model: Option<String>,
    /// What was found on it and was agreed to be lost, in a word each (`ext4`, `LVM2_member`); empty for an empty disk.
    pub carries: Vec<String>,
}

//! Mounted filesystems. How full they are is the sample's.

use serde::{Deserialize, Serialize};

/// One filesystem that lives on a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filesystem {
    /// Where it is mounted; the first place where it is mounted several times.
    pub mount: String,
    /// The device.
    pub device: String,
    /// `ext4`, `xfs`.
    pub kind: String,
    /// All blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
}

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
    /// The kernel's name of that device in this boot (`dm-0`, `sda2`); absent where it is none, as with ZFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// `ext4`, `xfs`.
    pub kind: String,
    /// All blocks; not of a ZFS dataset, which has what its pool has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
}

//! The disk that is to be written: described by what stays with it, and found in the inventory.
//!
//! ```text
//!  "size>=400GB,rotational=no" ─▶ Selector ─┐
//!  inventory: disks ─▶ drives (paths joined)├─▶ resolve ─▶ Target: by-id name, serial, WWN, size, what is on it
//!             contents ─▶ what is on each ──┘             └▶ fates: the one that is written, and each that is kept
//! ```
//!
//! A drive is chosen among those that an installer may write at all: nothing that can be taken out, read-only or attached by
//! USB is ever found. What lies on a disk is known only where it was read; what was not read is never held to be empty.

mod barred;
mod by_id;
mod carried;
mod condition;
mod drive;
mod fate;
mod resolve;
mod selector;
mod size;
#[cfg(test)]
mod tests;

use hosts::Inventory;
use serde::{Deserialize, Serialize};

pub(crate) use carried::Carried;
use drive::Said;
pub(crate) use drive::drives;
pub use fate::{Fate, Fated, fates};
pub use resolve::resolve;
pub use selector::{InvalidSelector, Selector};
pub(crate) use size::capacity;

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
    /// What was found on it, in a word each, as `blkid` calls it (`gpt`, `ext4`, `LVM2_member`); empty for an empty disk. What
    /// counts as data may be lost only where the operator said so.
    pub carries: Vec<String>,
}

impl Target {
    /// Whether that is the same disk, whatever is written on it now, and whatever name the kernel of the day gives it.
    #[must_use]
    pub fn is_same_disk(&self, other: &Self) -> bool {
        self.is_known_by(other.serial.as_deref(), other.wwn.as_deref(), other.size_bytes)
    }

    /// Whether this disk is in the inventory, whatever lies on it.
    #[must_use]
    pub fn is_in(&self, inventory: &Inventory) -> bool {
        drives(inventory).iter().any(|drive| {
            self.is_known_by(drive.serial(), drive.wwn(), drive.first.size_bytes.unwrap_or_default())
        })
    }

    /// The serial number decides where there is one, for kernels differ in which kind of WWN they read; of one kind it must be
    /// the same, for the volumes of an array may share a serial number.
    fn is_known_by(&self, serial: Option<&str>, wwn: Option<&str>, size_bytes: u64) -> bool {
        let kind = |wwn: &str| wwn.split_once('.').map(|(kind, _)| kind.to_lowercase());
        let is_wwn = |own: &str, other: &str| condition::bare_wwn(own) == condition::bare_wwn(other);
        let by_wwn = self.wwn.as_deref().zip(wwn);
        let is_it = match self.serial.as_deref().zip(serial) {
            Some((own, other)) => {
                let contradicts =
                    by_wwn.is_some_and(|(own, other)| kind(own) == kind(other) && !is_wwn(own, other));
                condition::bare(own) == condition::bare(other) && !contradicts
            }
            None => self.serial.is_none() && by_wwn.is_some_and(|(own, other)| is_wwn(own, other)),
        };
        is_it && size_bytes == self.size_bytes
    }

    /// Whether the operator typed this disk's serial number, or its WWN.
    #[must_use]
    pub fn is_named_by(&self, typed: &str) -> bool {
        let serial = self.serial.as_deref().map(condition::bare);
        let wwn = self.wwn.as_deref().map(condition::bare_wwn);
        serial.is_some_and(|serial| serial == condition::bare(typed))
            || wwn.is_some_and(|wwn| wwn == condition::bare_wwn(typed))
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let said =
            Said { model: self.model.as_deref(), serial: self.serial.as_deref(), wwn: self.wwn.as_deref() };
        write!(f, "{}", said.words(Some(self.size_bytes)))
    }
}

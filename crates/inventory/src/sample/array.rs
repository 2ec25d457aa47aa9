//! Software RAID.

use serde::{Deserialize, Serialize};

/// How one md array does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ArrayState {
    /// The kernel's name (`md0`).
    pub name: String,
}

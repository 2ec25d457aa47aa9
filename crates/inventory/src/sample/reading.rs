//! What sensors other than thermometers read.

use serde::{Deserialize, Serialize};

/// One reading of a fan, a voltage, a current, a power.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Stays the same over reboots, as the report's sensor key.
    pub sensor: String,
}

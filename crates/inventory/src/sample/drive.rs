//! How drives do, by their own word.

use serde::{Deserialize, Serialize};

/// One drive's health.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DriveHealth {
    /// As in the report's `drives`.
    pub device: String,
}

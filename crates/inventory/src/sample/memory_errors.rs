//! Errors that ECC memory met.

use serde::{Deserialize, Serialize};

/// Errors of one memory controller or module since its driver was loaded. A controller is always told, a module only when
/// it met an error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MemoryErrors {
    /// Where: the controller (`mc0`), or the module in it (`mc0/dimm3`), by the names of the report's
    /// `memory.controllers`.
    pub label: String,
    /// A module, as the driver or the administrator names its slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Errors that were corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<u64>,
    /// Errors that could not be corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncorrected: Option<u64>,
    /// How long the controller has counted: it begins anew with its driver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_secs: Option<u64>,
}

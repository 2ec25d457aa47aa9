//! The management controller, as it answers over IPMI.

use serde::{Deserialize, Serialize};

/// The management controller (BMC).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bmc {
    /// Firmware revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
}

//! PCI functions. The server knows the names of the numbers.

use serde::{Deserialize, Serialize};

/// One PCI function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PciDevice {
    /// `domain:bus:device.function`, lower case.
    pub address: String,
}

//! Graphics cards and accelerators.

use serde::{Deserialize, Serialize};

/// One graphics card or accelerator.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gpu {
    /// PCI address.
    pub address: String,
}

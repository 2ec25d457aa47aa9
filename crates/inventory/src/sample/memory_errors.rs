//! Errors that ECC memory met.

use serde::{Deserialize, Serialize};

/// Errors of one memory controller or module since its driver was loaded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MemoryErrors {
    /// Where: the controller, or the module as the board names it.
    pub label: String,
}

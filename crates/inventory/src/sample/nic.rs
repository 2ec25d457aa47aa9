//! How network cards do.

use serde::{Deserialize, Serialize};

/// One network card's link and counters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NicState {
    /// The kernel's name in this boot.
    pub name: String,
}

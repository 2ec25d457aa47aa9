//! The machine's own clock.

use serde::{Deserialize, Serialize};

/// How the clock does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClockState {
    /// The kernel holds it to be synchronised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synchronised: Option<bool>,
}

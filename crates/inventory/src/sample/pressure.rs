//! Pressure stall information.

use serde::{Deserialize, Serialize};

/// Share of time in which tasks waited for something (the kernel's `/proc/pressure`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pressure {
    /// Some waited for a processor, over 10 seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_some_percent: Option<f64>,
}

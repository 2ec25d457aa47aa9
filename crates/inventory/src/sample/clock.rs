//! The machine's own clock.

use serde::{Deserialize, Serialize};

/// How the clock does, by adjtimex(2).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClockState {
    /// The kernel holds it to be synchronised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synchronised: Option<bool>,
    /// What is still to be corrected; absent where nobody synchronises the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_micros: Option<f64>,
    /// How wrong it is by the synchroniser's estimate; absent where nobody synchronises the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_error_micros: Option<u64>,
    /// How wrong it may be at most; absent where nobody synchronises the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_error_micros: Option<u64>,
    /// By how much its oscillator is corrected, in parts per million.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_ppm: Option<f64>,
    /// The battery-backed clock less the kernel's. Whole hours of it are a time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtc_ahead_secs: Option<i64>,
    /// The server's clock less this machine's, by the server's last answer; right to within the time that it was under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_ahead_ms: Option<i64>,
}

//! Temperature sensors: what is there. What they read is the sample's.

use serde::{Deserialize, Serialize};

use crate::sample::SensorClass;

/// One temperature sensor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sensor {
    /// Stays the same over reboots: device path, chip's name, input's index.
    pub key: String,
    /// The chip's name (`nvme`, `coretemp`).
    pub chip: String,
    /// What it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it measures.
    pub class: SensorClass,
    /// The maker's upper limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_celsius: Option<f64>,
    /// The maker's critical limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crit_celsius: Option<f64>,
}

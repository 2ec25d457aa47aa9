//! Sensors: what is there. What they read is the sample's.

use serde::{Deserialize, Serialize};

use crate::sample::{SensorClass, SensorKind};

/// One sensor of a chip that the kernel drives (`/sys/class/hwmon`, `/sys/class/thermal`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sensor {
    /// Stays the same over reboots: device path, chip's name, input's index.
    pub key: String,
    /// The chip's name (`nvme`, `coretemp`).
    pub chip: String,
    /// What it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What kind of thing it measures, and so the unit of its limits.
    #[serde(default = "SensorKind::of_old")]
    pub kind: SensorKind,
    /// Of a thermometer: what it measures.
    pub class: SensorClass,
    /// Of a thermometer: the maker's upper limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_celsius: Option<f64>,
    /// Of a thermometer: the maker's critical limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crit_celsius: Option<f64>,
    /// Of a thermometer: at which the hardware switches itself off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_celsius: Option<f64>,
    /// Of any other: the lower critical limit, in the unit of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_crit: Option<f64>,
    /// Of any other: the lower limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Of any other: the upper limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Of any other: the upper critical limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crit: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensor_of_an_old_agent_is_a_thermometer_and_a_new_kind_is_some_other() {
        let sensor = |json: &str| serde_json::from_str::<Sensor>(json).unwrap().kind;
        assert_eq!(sensor(r#"{"key":"k","chip":"nvme","class":"nvme"}"#), SensorKind::Temperature);
        assert_eq!(sensor(r#"{"key":"k","chip":"c","class":"x","kind":"torque"}"#), SensorKind::Other);
    }
}

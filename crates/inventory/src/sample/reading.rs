//! What sensors other than thermometers read.

use serde::{Deserialize, Serialize};

/// One reading of a fan, a voltage, a current, a power, a state; also of a thermometer that says it is broken, which
/// has no temperature to tell.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Stays the same over reboots, as the report's sensor key; `ipmi/…` of the management controller's sensors.
    pub sensor: String,
    /// What the sensor calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What kind of thing it measures, and so the unit.
    pub kind: SensorKind,
    /// The reading, in the unit of its kind; absent of a sensor that is broken, or has states only.
    ///
    /// A fan of 0 rpm stands still, and should not: of a connector to which no fan was ever seen to be fitted nothing is
    /// told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The lower critical limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_crit: Option<f64>,
    /// The lower limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The upper limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The upper critical limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crit: Option<f64>,
    /// The chip's own alarm; of states, whether one of them is bad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<bool>,
    /// The sensor says that it is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<bool>,
    /// What the sensor says in words (`present`, `input lost`), in the order of its standard.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<String>,
}

/// What kind of thing a sensor measures, with its unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SensorKind {
    /// Degrees Celsius.
    Temperature,
    /// A fan's revolutions a minute.
    Fan,
    /// A fan's speed in percent, of controllers that tell no other.
    FanPercent,
    /// Volts.
    Voltage,
    /// Amperes.
    Current,
    /// Watts.
    Power,
    /// Relative humidity in percent.
    Humidity,
    /// No number: states in words.
    State,
    /// Some other.
    #[default]
    #[serde(other)]
    Other,
}

impl SensorKind {
    /// What the sensors were of agents that told no kind.
    #[must_use]
    pub const fn of_old() -> Self {
        Self::Temperature
    }
}

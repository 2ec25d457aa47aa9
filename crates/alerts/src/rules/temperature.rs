//! `temp.*`: something is hot.
//!
//! The maker's own limit comes first, for a drive knows best what it bears; the settings' limits stand in where a sensor
//! names none, or one that can't be (0 °C, 65,261 °C):
//!
//! | class | own limit | warns | critical |
//! |---|---|---|---|
//! | NVMe, disks, inlet | `max_celsius` (WCTEMP) | a margin below it | at it; at `crit_celsius` (CCTEMP) without waiting |
//! | CPU | `crit_celsius` | a margin below it | a smaller margin below it |
//! | other | `crit_celsius` | never | at it |
//!
//! Of an NVMe drive only the composite temperature counts: what its other sensors mean is the maker's secret, and some
//! show their highest value for ever.
//!
//! A chip's alarm bit counts as critical where the driver is known to mean it (CPU, NVMe). Board chips raise it for inputs
//! that nothing hangs on, so elsewhere it counts only from the sensor's own limit on.

use inventory::{SensorClass, Temperature};

use crate::rules::RuleId;
use crate::rules::evidence::{Telling, name};
use crate::rules::hysteresis::{Level, Reading, Timing, Zone};
use crate::settings::{TempRules, TempSettings};

/// An own limit outside of these is none.
const LEAST_LIMIT_CELSIUS: f64 = 20.0;
const MOST_LIMIT_CELSIUS: f64 = 150.0;

/// How hot something is, and how hot it may be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heat {
    what: &'static str,
    sensor: String,
    temp_celsius: f64,
    warn_celsius: Option<f64>,
    crit_celsius: Option<f64>,
    /// Where the limits come from.
    source: Source,
    alarm: bool,
}

/// Why a limit is what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Source {
    /// The sensor names it.
    Own { celsius: f64, called: &'static str },
    /// The settings do.
    Settings,
}

/// Where it warns and where it is critical.
struct Limits {
    warn_celsius: Option<f64>,
    crit_celsius: Option<f64>,
    at_once_celsius: Option<f64>,
    source: Source,
}

/// Which rule watches this class of sensor.
pub(crate) fn rule(class: SensorClass) -> RuleId {
    match class {
        SensorClass::Cpu => RuleId::TempCpu,
        SensorClass::Nvme => RuleId::TempNvme,
        SensorClass::Hdd => RuleId::TempHdd,
        SensorClass::Ssd => RuleId::TempSsdSata,
        SensorClass::Inlet => RuleId::TempInlet,
        SensorClass::Other => RuleId::TempOther,
    }
}

/// The numbers of the rule for this class.
pub(crate) fn settings(class: SensorClass, rules: &TempRules) -> &TempSettings {
    match class {
        SensorClass::Cpu => &rules.cpu,
        SensorClass::Nvme => &rules.nvme,
        SensorClass::Hdd => &rules.hdd,
        SensorClass::Ssd => &rules.ssd_sata,
        SensorClass::Inlet => &rules.inlet,
        SensorClass::Other => &rules.other,
    }
}

/// What the rule makes of a temperature; nothing when it leaves the sensor alone.
pub(crate) fn read(temperature: &Temperature, settings: &TempSettings) -> Option<(Reading, Heat)> {
    let temp = temperature.temp_celsius;
    let is_part_of_a_drive = temperature.class == SensorClass::Nvme
        && temperature.label.as_deref().is_some_and(|label| label != "Composite");
    if !temp.is_finite() || is_part_of_a_drive {
        return None;
    }
    let limits = limits(temperature, settings);
    let alarm = temperature.alarm == Some(true) && believes_alarm(temperature);
    if limits.crit_celsius.is_none() && !alarm {
        return None;
    }
    let zone =
        |limit: Option<f64>, margin: f64| limit.map_or(Zone::Clear, |at| Zone::of(temp, at, at - margin));
    let low = zone(limits.warn_celsius, settings.warn_clear_margin_celsius);
    let high = zone(limits.crit_celsius, settings.crit_clear_margin_celsius);
    let reading = Reading {
        low,
        high: if alarm { Zone::Fires } else { high },
        at_once: limits.at_once_celsius.is_some_and(|at| temp >= at),
    };
    let heat = Heat {
        what: what(temperature.class),
        sensor: temperature.label.clone().unwrap_or_else(|| temperature.sensor.clone()),
        temp_celsius: temp,
        warn_celsius: limits.warn_celsius,
        crit_celsius: limits.crit_celsius,
        source: limits.source,
        alarm,
    };
    Some((reading, heat))
}

/// Its times.
pub(crate) fn timing(settings: &TempSettings) -> Timing {
    Timing {
        low_for: settings.warn_for.get(),
        high_for: settings.crit_for.get(),
        clear_for: settings.clear_for.get(),
    }
}

fn limits(temperature: &Temperature, settings: &TempSettings) -> Limits {
    let own_max = believable(temperature.max_celsius);
    let own_crit = believable(temperature.crit_celsius);
    let below = |own: f64, called, at_once| Limits {
        warn_celsius: Some(own - settings.warn_margin_celsius),
        crit_celsius: Some(own - settings.crit_margin_celsius),
        at_once_celsius: at_once,
        source: Source::Own { celsius: own, called },
    };
    match (temperature.class, own_max, own_crit) {
        (SensorClass::Other, _, Some(crit)) => {
            Limits { warn_celsius: None, at_once_celsius: None, ..below(crit, "critical limit", None) }
                .critical_at(crit)
        }
        (SensorClass::Other, _, None) => {
            Limits { warn_celsius: None, crit_celsius: None, at_once_celsius: None, source: Source::Settings }
        }
        (SensorClass::Cpu, _, Some(crit)) => below(crit, "critical limit", Some(crit)),
        (SensorClass::Nvme, Some(max), crit) => below(max, "WCTEMP", crit.filter(|crit| *crit >= max)),
        (SensorClass::Hdd | SensorClass::Ssd | SensorClass::Inlet, Some(max), crit) => {
            below(max, "upper limit", crit.filter(|crit| *crit >= max))
        }
        (_, _, crit) => Limits {
            warn_celsius: Some(settings.warn_celsius),
            crit_celsius: Some(settings.crit_celsius),
            at_once_celsius: crit.filter(|crit| *crit > settings.crit_celsius),
            source: Source::Settings,
        },
    }
}

impl Limits {
    fn critical_at(self, celsius: f64) -> Self {
        Self { crit_celsius: Some(celsius), ..self }
    }
}

fn believable(limit: Option<f64>) -> Option<f64> {
    limit.filter(|limit| (LEAST_LIMIT_CELSIUS..=MOST_LIMIT_CELSIUS).contains(limit))
}

fn believes_alarm(temperature: &Temperature) -> bool {
    let own = believable(temperature.max_celsius).or(believable(temperature.crit_celsius));
    matches!(temperature.class, SensorClass::Cpu | SensorClass::Nvme)
        || own.is_some_and(|own| temperature.temp_celsius >= own)
}

fn what(class: SensorClass) -> &'static str {
    match class {
        SensorClass::Cpu => "CPU",
        SensorClass::Nvme => "NVMe drive",
        SensorClass::Hdd => "hard disk",
        SensorClass::Ssd => "SSD",
        SensorClass::Inlet => "inlet air",
        SensorClass::Other => "sensor",
    }
}

impl Heat {
    pub(crate) fn problem(&self, level: Level) -> Telling {
        let limit = match level {
            Level::Low => self.warn_celsius,
            Level::High => self.crit_celsius,
        };
        let limit = match (limit, self.source) {
            (Some(limit), Source::Own { celsius, called }) => {
                format!("Limit: {limit:.0} °C, from the sensor's own {called} of {celsius:.0} °C.")
            }
            (Some(limit), Source::Settings) => {
                format!("Limit: {limit:.0} °C, from the settings: the sensor names none.")
            }
            (None, _) => "The sensor names no limit.".to_owned(),
        };
        let alarm = if self.alarm { " Its chip raises the alarm." } else { "" };
        Telling {
            title: format!("{} at {:.0} °C", self.what, self.temp_celsius),
            text: format!("{}: {:.1} °C. {limit}{alarm}", name(&self.sensor), self.temp_celsius),
        }
    }

    pub(crate) fn ending(&self) -> Telling {
        Telling {
            title: format!("{} has cooled to {:.0} °C", self.what, self.temp_celsius),
            text: format!("{}: {:.1} °C.", name(&self.sensor), self.temp_celsius),
        }
    }
}

#[cfg(test)]
mod tests;

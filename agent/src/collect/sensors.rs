//! Sensors: which there are, and the limits that their makers give them.

use inventory::sample::SensorKind;
use inventory::sections::Sensor;

use super::Nothing;
use super::hwmon::{self, Input};
use crate::probe::Probe;

pub(super) fn collect(probe: &Probe) -> Result<Vec<Sensor>, Nothing> {
    Ok(hwmon::inputs(probe)?.into_iter().map(sensor).collect())
}

fn sensor(input: Input) -> Sensor {
    let limits = input.limits;
    let is_thermometer = input.kind == SensorKind::Temperature;
    let of_thermometer = |limit: Option<f64>| limit.filter(|_| is_thermometer);
    let of_other = |limit: Option<f64>| limit.filter(|_| !is_thermometer);
    Sensor {
        max_celsius: of_thermometer(limits.max),
        crit_celsius: of_thermometer(limits.crit),
        emergency_celsius: of_thermometer(limits.emergency),
        low_crit: of_other(limits.low_crit),
        min: of_other(limits.min),
        max: of_other(limits.max),
        crit: of_other(limits.crit),
        key: input.key,
        chip: input.chip,
        label: input.label,
        kind: input.kind,
        class: input.class,
    }
}

//! Temperature sensors: which there are, and the limits that their makers give them.

use inventory::sections::Sensor;

use super::{Nothing, hwmon};
use crate::probe::Probe;

pub(super) fn collect(probe: &Probe) -> Result<Vec<Sensor>, Nothing> {
    let sensors = hwmon::inputs(probe)?.into_iter().map(|input| Sensor {
        key: input.key,
        chip: input.chip,
        label: input.label,
        class: input.class,
        max_celsius: input.max_celsius,
        crit_celsius: input.crit_celsius,
    });
    Ok(sensors.collect())
}

//! What the temperature sensors read.

use inventory::Temperature;

use crate::collect::{Nothing, hwmon};
use crate::probe::Probe;

pub(super) fn read(probe: &Probe) -> Result<Vec<Temperature>, Nothing> {
    let temperatures = hwmon::inputs(probe)?.into_iter().filter_map(|input| {
        Some(Temperature {
            temp_celsius: input.temp_celsius(probe)?,
            alarm: input.alarm(probe),
            sensor: input.key,
            label: input.label,
            class: input.class,
            max_celsius: input.max_celsius,
            crit_celsius: input.crit_celsius,
        })
    });
    Ok(temperatures.collect())
}

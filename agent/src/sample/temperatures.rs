//! What the thermometers read.

use inventory::Temperature;
use inventory::sample::SensorKind;

use crate::collect::Nothing;
use crate::collect::hwmon::Inventory;
use crate::probe::Probe;

pub(super) fn read(probe: &Probe, sensors: &Inventory) -> Result<Vec<Temperature>, Nothing> {
    let inputs = sensors.inputs(probe)?;
    let thermometers = inputs.iter().filter(|input| input.kind == SensorKind::Temperature);
    let awake = thermometers.filter(|input| !sensors.may_sleep(probe, input));
    let temperatures = awake.filter_map(|input| {
        let Some(temp_celsius) = input.read(probe).value else {
            sensors.missed(probe, input);
            return None;
        };
        Some(Temperature {
            temp_celsius,
            alarm: input.alarm(probe),
            sensor: input.key.clone(),
            label: input.label.clone(),
            class: input.class,
            max_celsius: input.limits.max,
            crit_celsius: input.limits.crit,
        })
    });
    Ok(temperatures.collect())
}

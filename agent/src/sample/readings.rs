//! Fans, voltages, currents, power; and thermometers that are broken.

use inventory::Reading;
use inventory::sample::SensorKind;

use crate::collect::Nothing;
use crate::collect::hwmon::{Input, Inventory, Read};
use crate::probe::Probe;

pub(super) fn read(probe: &Probe, sensors: &Inventory) -> Result<Vec<Reading>, Nothing> {
    let inputs = sensors.inputs(probe)?;
    Ok(inputs.iter().filter_map(|input| reading(probe, sensors, input)).collect())
}

fn reading(probe: &Probe, sensors: &Inventory, input: &Input) -> Option<Reading> {
    if input.kind == SensorKind::Temperature {
        // One that works is told among the temperatures.
        return input.is_broken(probe).then(|| Reading { fault: Some(true), ..unread(input) });
    }
    let Read { value, fault } = input.read(probe);
    let broken = fault == Some(true);
    if value.is_none() && !broken {
        sensors.missed(probe, input);
        return None;
    }
    let alarm = input.alarm(probe);
    if let (SensorKind::Fan, Some(rpm)) = (input.kind, value)
        && !sensors.is_fitted(input, rpm, alarm)
    {
        return None;
    }
    Some(Reading { value, alarm, fault, ..unread(input) })
}

fn unread(input: &Input) -> Reading {
    let limits = input.limits;
    Reading {
        sensor: input.key.clone(),
        label: input.label.clone(),
        kind: input.kind,
        low_crit: limits.low_crit,
        min: limits.min,
        max: limits.max,
        crit: limits.crit,
        ..Reading::default()
    }
}

#[cfg(test)]
mod tests;

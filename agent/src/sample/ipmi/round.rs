//! One round: every sensor is asked once.

use std::sync::Arc;
use std::time::Duration;

use decode::ipmi::Refusal;
use decode::ipmi::device::{self, Chassis};
use decode::ipmi::sdr::{Formula, Measure};
use decode::ipmi::sensor;
use inventory::sample::SensorKind;
use inventory::{Reading, SensorClass, Temperature};

use super::Told;
use super::repository::{self, How, Repository, Watched};
use crate::collect::bmc::Interface;
use crate::probe::Probe;

/// How long the walk through the repository may take.
const WALK_BUDGET: Duration = Duration::from_secs(60);
/// How long asking the sensors may.
const READ_BUDGET: Duration = Duration::from_secs(20);
/// What can be read of a thermometer; anything else is a broken one.
const POSSIBLE_CELSIUS: std::ops::RangeInclusive<f64> = -100.0..=250.0;

/// What a round brought.
pub(super) struct Round {
    pub(super) told: Told,
    pub(super) repository: Option<Arc<Repository>>,
}

pub(super) fn go(probe: Probe, known: Option<Arc<Repository>>) -> Round {
    let mut told = Told::default();
    let repository = read(&probe, known, &mut told);
    told.temperatures.sort_by(|a, b| a.sensor.cmp(&b.sensor));
    told.readings.sort_by(|a, b| a.sensor.cmp(&b.sensor));
    told.warnings = probe.into_warnings();
    Round { told, repository }
}

fn read(probe: &Probe, known: Option<Arc<Repository>>, told: &mut Told) -> Option<Arc<Repository>> {
    let interface = Interface::new(probe, WALK_BUDGET);
    match interface.try_ask(&device::chassis_request()) {
        Ok(data) => told.readings.extend(Chassis::decode(&data).as_ref().map(chassis_reading)),
        // A machine without a controller answers nothing, and is asked nothing more.
        Err(Refusal::Empty) => return known,
        Err(_) => {}
    }
    let watts = interface.ask(&device::power_request()).and_then(|data| device::watts(&data));
    told.readings.extend(watts.map(power_reading));
    let repository = match known {
        Some(known) if repository::is_current(&interface, &known) => known,
        _ => Arc::new(repository::walk(&interface)?),
    };
    let interface = Interface::new(probe, READ_BUDGET);
    for (index, watched) in repository.sensors.iter().enumerate() {
        if interface.is_over() {
            let left = repository.sensors.len() - index;
            interface.warn(format!("{left} sensors were not read within {} s", READ_BUDGET.as_secs()));
            break;
        }
        ask(&interface, watched, told);
    }
    Some(repository)
}

fn chassis_reading(chassis: &Chassis) -> Reading {
    Reading {
        sensor: "ipmi/chassis".to_owned(),
        kind: SensorKind::State,
        alarm: Some(!chassis.troubles.is_empty()),
        states: chassis.troubles.iter().map(|text| (*text).to_owned()).collect(),
        ..Reading::default()
    }
}

/// What the whole machine draws.
fn power_reading(watts: u16) -> Reading {
    Reading {
        sensor: "ipmi/power".to_owned(),
        kind: SensorKind::Power,
        value: Some(watts.into()),
        ..Reading::default()
    }
}

/// A sensor that is not plugged in answers that it is not there: that is no news.
fn ask(interface: &Interface, watched: &Watched, told: &mut Told) {
    let answer = interface.ask(&sensor::request(watched.number));
    let Some(read) = answer.and_then(|data| sensor::reading(&data)) else { return };
    let reading = Reading {
        sensor: watched.key.clone(),
        label: watched.label.clone(),
        alarm: Some(read.is_past_threshold()),
        ..Reading::default()
    };
    match &watched.how {
        How::HasStates { kind, event_type } => {
            let states = sensor::states(*kind, *event_type, read.bits);
            told.readings.push(Reading {
                kind: SensorKind::State,
                alarm: Some(states.iter().any(|state| state.bad)),
                states: states.iter().map(|state| state.text.to_owned()).collect(),
                ..reading
            });
        }
        How::Measures { kind, class, measure, formula, limits } => {
            let Some(value) = value(formula, *measure, read.raw) else { return };
            // A limit of 0 is one that nobody set.
            let limits = limits.map(|limit| limit.and_then(|raw| self::value(formula, *measure, raw)));
            let [low_crit, min, max, crit] = limits.map(|limit| limit.filter(|limit| *limit != 0.0));
            let reading = Reading { kind: *kind, value: Some(value), low_crit, min, max, crit, ..reading };
            match kind {
                SensorKind::Temperature => told.temperatures.extend(temperature(reading, *class, value)),
                _ => told.readings.push(reading),
            }
        }
    }
}

fn value(formula: &Formula, measure: Measure, raw: u8) -> Option<f64> {
    let value = formula.value(raw)?;
    Some(match measure {
        Measure::Fahrenheit => (value - 32.0) * 5.0 / 9.0,
        Measure::Kelvin => value - 273.15,
        _ => value,
    })
}

fn temperature(reading: Reading, class: SensorClass, temp_celsius: f64) -> Option<Temperature> {
    let limit = |limit: Option<f64>| limit.filter(|limit| *limit > 0.0 && POSSIBLE_CELSIUS.contains(limit));
    POSSIBLE_CELSIUS.contains(&temp_celsius).then(|| Temperature {
        temp_celsius,
        class,
        max_celsius: limit(reading.max),
        crit_celsius: limit(reading.crit),
        alarm: reading.alarm,
        sensor: reading.sensor,
        label: reading.label,
    })
}

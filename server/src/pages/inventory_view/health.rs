//! What the latest sample says: load, temperatures, readings, memory errors; and what could not be read.

use std::time::Duration;

use hosts::Inventory;
use inventory::{Reading, Sample, SensorClass, SensorKind, Temperature, Warning};

use super::cell::{Card, Cell, Table, card, dash, joined, or_dash, table, word};
use crate::format;

pub(super) fn load(sample: Option<&Sample>) -> Card {
    let Some(sample) = sample else { return card("Now", []) };
    let up = sample.uptime_secs.map(|secs| format::span(Duration::from_secs(secs)).into());
    let load = sample.load.map(|load| format!("{:.2} {:.2} {:.2}", load.one, load.five, load.fifteen).into());
    let memory = sample.memory.map(|memory| {
        let used = memory.total_bytes.saturating_sub(memory.available_bytes);
        format!("{} of {}", format::bytes(used), format::bytes(memory.total_bytes)).into()
    });
    let corrupted = sample.memory.and_then(|memory| memory.corrupted_bytes).filter(|bytes| *bytes > 0);
    let stalls = sample.pressure.as_ref().map(|pressure| {
        let waits = [("processor", &pressure.cpu), ("memory", &pressure.memory), ("disk", &pressure.io)];
        let waits = waits.map(|(what, stalls)| {
            let some = stalls.as_ref()?.some.as_ref()?;
            Some(format!("{what} {:.0} %", some.avg60_percent))
        });
        joined(waits, " · ")
    });
    let clock =
        sample.clock.as_ref().and_then(|clock| clock.synchronised).map(|synchronised| match synchronised {
            true => Cell::badge("good", "synchronised", ""),
            false => Cell::badge("warn", "not synchronised", ""),
        });
    card(
        "Now",
        [
            ("Up for", up),
            ("Load", load),
            ("Memory in use", memory),
            (
                "Memory lost",
                corrupted.map(|bytes| Cell::badge("bad", format::bytes(bytes), "found broken by the kernel")),
            ),
            ("Waits for", stalls.flatten().map(Cell::from)),
            ("Clock", clock),
        ],
    )
}

pub(super) fn temperatures(sample: Option<&Sample>) -> Table {
    let rows = sample.into_iter().flat_map(|sample| &sample.temperatures).map(|temperature| {
        let celsius = |value: Option<f64>| or_dash(value.map(|celsius| format!("{celsius:.0}\u{a0}°C")));
        [
            or_dash(joined(
                [class(temperature.class), Some(named(&temperature.label, &temperature.sensor))],
                " ",
            )),
            heat(temperature),
            celsius(temperature.max_celsius),
            celsius(temperature.crit_celsius),
        ]
    });
    table("Temperatures", &["Sensor", "Reads", "Limit", "Critical"], rows)
}

fn heat(temperature: &Temperature) -> Cell {
    let (reads, text) = (temperature.temp_celsius, format!("{:.0}\u{a0}°C", temperature.temp_celsius));
    let above = |limit: Option<f64>| limit.is_some_and(|limit| reads >= limit);
    if above(temperature.crit_celsius) {
        Cell::badge("bad", text, "")
    } else if above(temperature.max_celsius) || temperature.alarm == Some(true) {
        Cell::badge("warn", text, "")
    } else {
        text.into()
    }
}

fn class(class: SensorClass) -> Option<String> {
    let name = match class {
        SensorClass::Cpu => "processor",
        SensorClass::Nvme => "NVMe",
        SensorClass::Hdd => "disk",
        SensorClass::Ssd => "SSD",
        SensorClass::Inlet => "inlet",
        SensorClass::Other => return None,
    };
    Some(name.to_owned())
}

/// What a sensor calls itself; else the end of its path, which tells more than the beginning.
fn named(label: &Option<String>, sensor: &str) -> String {
    const END: usize = 40;
    label.clone().unwrap_or_else(|| {
        let skipped = sensor.chars().count().saturating_sub(END);
        let end: String = sensor.chars().skip(skipped).collect();
        if skipped == 0 { end } else { format!("…{end}") }
    })
}

/// Fans first, then power, voltages and the rest.
pub(super) fn readings(sample: Option<&Sample>) -> Table {
    let mut readings: Vec<&Reading> = sample.into_iter().flat_map(|sample| &sample.readings).collect();
    readings.sort_by_key(|reading| match reading.kind {
        SensorKind::Fan | SensorKind::FanPercent => 0,
        SensorKind::Power => 1,
        SensorKind::Voltage => 2,
        SensorKind::Current => 3,
        _ => 4,
    });
    let rows = readings.into_iter().map(|reading| {
        let unit = unit(reading.kind);
        let number = |value: Option<f64>| value.map(|value| format!("{}{unit}", rounded(value)));
        let limits = [("≥", reading.low_crit.or(reading.min)), ("≤", reading.max.or(reading.crit))];
        let limits = limits.map(|(sign, limit)| number(limit).map(|limit| format!("{sign}\u{a0}{limit}")));
        [
            named(&reading.label, &reading.sensor).into(),
            or_dash(word(&reading.kind)),
            state(reading, number(reading.value)),
            or_dash(joined(limits, ", ")),
        ]
    });
    table("Fans, power, voltages", &["Sensor", "Kind", "Reads", "Limits"], rows)
}

fn state(reading: &Reading, value: Option<String>) -> Cell {
    let text = joined([value, Some(reading.states.join(", "))], " · ").unwrap_or_default();
    if reading.fault == Some(true) {
        Cell::badge("warn", "broken", text)
    } else if reading.alarm == Some(true) {
        Cell::badge("bad", "alarm", text)
    } else if text.is_empty() {
        dash()
    } else {
        text.into()
    }
}

const fn unit(kind: SensorKind) -> &'static str {
    match kind {
        SensorKind::Temperature => "\u{a0}°C",
        SensorKind::Fan => "\u{a0}rpm",
        SensorKind::FanPercent | SensorKind::Humidity => "\u{a0}%",
        SensorKind::Voltage => "\u{a0}V",
        SensorKind::Current => "\u{a0}A",
        SensorKind::Power => "\u{a0}W",
        SensorKind::State | SensorKind::Other => "",
    }
}

/// As many digits as people read.
fn rounded(value: f64) -> String {
    if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else {
        let text = format!("{value:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

pub(super) fn memory_errors(inventory: &Inventory, sample: Option<&Sample>) -> Table {
    let controllers = || inventory.memory.iter().flat_map(|memory| &memory.controllers);
    let rows = sample.into_iter().flat_map(|sample| &sample.memory_errors).map(|errors| {
        let model = controllers()
            .find(|controller| controller.name == errors.label)
            .and_then(|one| one.model.clone());
        let uncorrected = match errors.uncorrected {
            Some(0) => "0".into(),
            Some(count) => Cell::badge("bad", count.to_string(), ""),
            None => dash(),
        };
        let corrected = match errors.corrected {
            Some(0) => "0".into(),
            Some(count) => Cell::badge("warn", count.to_string(), ""),
            None => dash(),
        };
        [
            or_dash(joined([Some(errors.label.clone()), errors.name.clone().or(model)], " · ")),
            corrected,
            uncorrected,
            or_dash(errors.counted_secs.map(|secs| format::span(Duration::from_secs(secs)))),
        ]
    });
    table("Memory errors", &["Where", "Corrected", "Not corrected", "Counted for"], rows)
}

/// What collectors could not read: no failure, but a gap.
pub(super) fn warnings(inventory: &Inventory, sample: Option<&Sample>) -> Table {
    let of_sample = sample.into_iter().map(|sample| ("sample", &sample.warnings));
    let all =
        inventory.warnings.iter().map(|(section, warnings)| (section.as_str(), warnings)).chain(of_sample);
    let rows = all.flat_map(|(section, warnings)| {
        warnings
            .iter()
            .map(move |Warning { path, reason }| [section.into(), path.clone().into(), reason.clone().into()])
    });
    table("Could not be read", &["Part", "Path", "Why"], rows).folded()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_people_read_them() {
        for (value, text) in [
            (12.084, "12.08"),
            (12.0, "12"),
            (0.9, "0.9"),
            (4200.0, "4200"),
            (-0.5, "-0.5"),
            (1e9, "1000000000"),
        ] {
            assert_eq!(rounded(value), text);
        }
        assert_eq!(named(&None, &format!("pci/{}/nct6775/fan1", "x".repeat(60))).chars().count(), 41);
        assert_eq!(named(&Some("Fan 1".into()), "x"), "Fan 1");
    }
}

//! What kinds of inputs a chip may have, and how the kernel writes each (`Documentation/hwmon/sysfs-interface.rst`).

use inventory::sample::SensorKind;

use super::place::numbered;

/// How one kind of input is written.
pub(super) struct Kind {
    pub(super) kind: SensorKind,
    /// `temp` of `temp1_input`.
    pub(super) prefix: &'static str,
    /// How many of the kernel's units make one of ours.
    pub(super) scale: f64,
    /// What can be read; anything else is a broken chip.
    pub(super) possible: std::ops::RangeInclusive<f64>,
}

/// The energy counters are left out (the power is told), and frequencies of graphics cards: they are no health.
static KINDS: [Kind; 6] = [
    Kind { kind: SensorKind::Temperature, prefix: "temp", scale: 1000.0, possible: -100.0..=250.0 },
    Kind { kind: SensorKind::Fan, prefix: "fan", scale: 1.0, possible: 0.0..=100_000.0 },
    Kind { kind: SensorKind::Voltage, prefix: "in", scale: 1000.0, possible: -1000.0..=1000.0 },
    Kind { kind: SensorKind::Current, prefix: "curr", scale: 1000.0, possible: -10_000.0..=10_000.0 },
    Kind { kind: SensorKind::Power, prefix: "power", scale: 1_000_000.0, possible: -1e6..=1e6 },
    Kind { kind: SensorKind::Humidity, prefix: "humidity", scale: 1000.0, possible: 0.0..=100.0 },
];

/// How inputs of this kind are written.
pub(super) fn of_kind(kind: SensorKind) -> Option<&'static Kind> {
    KINDS.iter().find(|it| it.kind == kind)
}

/// The kind of `fan2_input`, and `fan2`. A power may be told as an average only.
pub(super) fn of(file: &str) -> Option<(&'static Kind, &str)> {
    let index = file.strip_suffix("_input").or_else(|| file.strip_suffix("_average"))?;
    let kind = KINDS.iter().find(|kind| numbered(index, kind.prefix))?;
    (file.ends_with("_input") || kind.kind == SensorKind::Power).then_some((kind, index))
}

impl Kind {
    /// A limit that somebody set. Chips power up with registers of all zeros or all ones: a thermometer's limit of
    /// 0 °C, -273 °C or 65,261 °C, a fan's of 0 rpm, a voltage's of 0 V is none.
    pub(super) fn limit(&self, raw: f64) -> Option<f64> {
        let value = raw / self.scale;
        (value != 0.0
            && self.possible.contains(&value)
            && (self.kind != SensorKind::Temperature || value > 0.0))
            .then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_tells_its_kind() {
        let of = |file| of(file).map(|(kind, index)| (kind.kind, index));
        assert_eq!(of("temp1_input"), Some((SensorKind::Temperature, "temp1")));
        assert_eq!(of("in0_input"), Some((SensorKind::Voltage, "in0")));
        assert_eq!(of("power1_average"), Some((SensorKind::Power, "power1")));
        for none in
            ["intrusion0_alarm", "in_input", "temp1_average", "freq1_input", "energy1_input", "bogus1_input"]
        {
            assert_eq!(of(none), None, "{none}");
        }
    }
}

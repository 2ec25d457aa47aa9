//! One input: where its files are, what it is called, what its limits are, and what it reads.

use std::collections::BTreeSet;

use inventory::SensorClass;
use inventory::sample::SensorKind;

use super::kind::{self, Kind};
use crate::collect::drives::sleep;
use crate::probe::Probe;

/// One input.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Device's place, chip's name, input's index.
    pub key: String,
    /// The chip's name.
    pub chip: String,
    /// What the chip calls it.
    pub label: Option<String>,
    /// What kind of thing it measures.
    pub kind: SensorKind,
    /// Of a thermometer, what it measures.
    pub class: SensorClass,
    /// The limits that its maker or the board's gives it.
    pub limits: Limits,
    pub(super) files: Files,
    /// The turning disk that answers for it, and may sleep.
    pub(super) disk: Option<String>,
}

/// Limits, in the unit of the input's kind.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Lower critical limit.
    pub low_crit: Option<f64>,
    /// Lower limit.
    pub min: Option<f64>,
    /// Upper limit.
    pub max: Option<f64>,
    /// Upper critical limit.
    pub crit: Option<f64>,
    /// At which the hardware switches itself off.
    pub emergency: Option<f64>,
}

/// What a sample reads of an input.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Files {
    pub(super) value: String,
    pub(super) fault: Option<String>,
    pub(super) alarms: Vec<String>,
}

/// What an input reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Read {
    /// The value; `None` when it says that it is broken, or nothing that can be true.
    pub value: Option<f64>,
    /// Whether it says that it is broken.
    pub fault: Option<bool>,
}

impl Input {
    /// What it reads now.
    #[must_use]
    pub fn read(&self, probe: &Probe) -> Read {
        let fault = self.fault(probe);
        let value = if fault == Some(true) { None } else { self.value(probe) };
        Read { value, fault }
    }

    /// Whether reading it might wake a disk: the driver asks it anew each time.
    #[must_use]
    pub fn sleeps(&self, probe: &Probe) -> bool {
        self.disk.as_deref().is_some_and(|disk| sleep::is_asleep(probe, disk))
    }

    /// Whether it says that it is broken.
    #[must_use]
    pub fn is_broken(&self, probe: &Probe) -> bool {
        self.fault(probe) == Some(true)
    }

    fn fault(&self, probe: &Probe) -> Option<bool> {
        probe.flag(self.files.fault.as_ref()?)
    }

    fn value(&self, probe: &Probe) -> Option<f64> {
        let raw: i64 = probe.number(&self.files.value)?;
        let kind = kind::of_kind(self.kind)?;
        #[expect(clippy::cast_precision_loss, reason = "what is too large for 53 bits is out of range")]
        let value = raw as f64 / kind.scale;
        if !kind.possible.contains(&value) {
            probe.warn(&self.files.value, format!("reads {value}, which can't be"));
            return None;
        }
        Some(value)
    }

    /// The chip's own alarm; of several the worst.
    #[must_use]
    pub fn alarm(&self, probe: &Probe) -> Option<bool> {
        self.files.alarms.iter().filter_map(|path| probe.flag(path)).reduce(|a, b| a || b)
    }

    /// Whether its file is still there.
    pub(super) fn is_there(&self, probe: &Probe) -> bool {
        probe.exists(&self.files.value)
    }
}

/// A folder with a chip's files.
pub(super) struct Folder<'a> {
    pub(super) probe: &'a Probe,
    pub(super) path: &'a str,
    pub(super) files: &'a BTreeSet<String>,
    pub(super) chip: &'a str,
    pub(super) place: &'a str,
}

impl Folder<'_> {
    pub(super) fn inputs(&self, class: impl Fn(Option<&str>) -> SensorClass) -> Vec<Input> {
        let mut inputs = Vec::new();
        for file in self.files {
            let Some((kind, index)) = kind::of(file) else { continue };
            // A power that is told as it is and as an average is told as it is.
            if file.ends_with("_average") && self.files.contains(&format!("{index}_input")) {
                continue;
            }
            let label = self.has(index, "_label").and_then(|path| self.probe.text(&path));
            inputs.push(Input {
                key: format!("{}/{}/{index}", self.place, self.chip),
                chip: self.chip.to_owned(),
                kind: kind.kind,
                class: match kind.kind {
                    SensorKind::Temperature => class(label.as_deref()),
                    _ => SensorClass::Other,
                },
                label,
                disk: None,
                limits: self.limits(kind, index),
                files: Files {
                    value: format!("{}/{file}", self.path),
                    fault: self.has(index, "_fault"),
                    alarms: ALARMS.iter().filter_map(|alarm| self.has(index, alarm)).collect(),
                },
            });
        }
        inputs
    }

    fn limits(&self, kind: &Kind, index: &str) -> Limits {
        let limit = |suffix: &str| {
            let raw: i64 = self.probe.number(&self.has(index, suffix)?)?;
            #[expect(clippy::cast_precision_loss, reason = "what is too large for 53 bits is out of range")]
            kind.limit(raw as f64)
        };
        Limits {
            low_crit: limit("_lcrit"),
            min: limit("_min"),
            max: limit("_max"),
            crit: limit("_crit"),
            emergency: limit("_emergency"),
        }
    }

    /// The path of a file of this input, if there is one.
    fn has(&self, index: &str, suffix: &str) -> Option<String> {
        let name = format!("{index}{suffix}");
        self.files.contains(&name).then(|| format!("{}/{name}", self.path))
    }
}

const ALARMS: [&str; 7] =
    ["_alarm", "_lcrit_alarm", "_min_alarm", "_max_alarm", "_crit_alarm", "_emergency_alarm", "_cap_alarm"];

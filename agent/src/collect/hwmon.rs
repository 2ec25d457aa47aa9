//! The kernel's temperature inputs (`/sys/class/hwmon`), for the report (which there are) and the sample (what they say).
//!
//! `hwmon3` is another chip after the next boot. An input is known by its device's place, its chip's name and its index.

mod class;

use std::collections::BTreeSet;

use inventory::SensorClass;

use super::{Nothing, bounded, place};
use crate::probe::Probe;

const HWMON: &str = "/sys/class/hwmon";
const CLASSES: &str = "/sys/class";

/// One temperature input.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Device's place, chip's name, input's index.
    pub key: String,
    /// The chip's name.
    pub chip: String,
    /// What the chip calls it.
    pub label: Option<String>,
    /// What it measures.
    pub class: SensorClass,
    /// The maker's upper limit.
    pub max_celsius: Option<f64>,
    /// The maker's critical limit.
    pub crit_celsius: Option<f64>,
    /// Where its files are, without `_input` and the like.
    stem: String,
}

impl Input {
    /// What it reads now; `None` when it says that it is broken, or nothing that can be true.
    #[must_use]
    pub fn temp_celsius(&self, probe: &Probe) -> Option<f64> {
        if probe.flag(&format!("{}_fault", self.stem)) == Some(true) {
            return None;
        }
        let path = format!("{}_input", self.stem);
        let temp = celsius(probe, &path)?;
        if !(-100.0..=250.0).contains(&temp) {
            probe.warn(&path, format!("reads {temp} °C, which can't be"));
            return None;
        }
        Some(temp)
    }

    /// The chip's own alarm; of several the worst.
    #[must_use]
    pub fn alarm(&self, probe: &Probe) -> Option<bool> {
        let alarms = ["_alarm", "_max_alarm", "_crit_alarm", "_emergency_alarm"];
        let alarms = alarms.iter().filter_map(|kind| probe.flag(&format!("{}{kind}", self.stem)));
        alarms.reduce(|a, b| a || b)
    }
}

/// All temperature inputs, sorted by key.
///
/// # Errors
/// [`Nothing`], where there is no sysfs.
pub fn inputs(probe: &Probe) -> Result<Vec<Input>, Nothing> {
    if !probe.exists(HWMON) {
        // The class comes with its first chip: a machine without sensors is whole all the same.
        return if probe.exists(CLASSES) { Ok(Vec::new()) } else { Err(Nothing::NotThere(HWMON)) };
    }
    let mut inputs = Vec::new();
    let mut drives = BTreeSet::new();
    for (name, place) in chips(probe) {
        let at = format!("{HWMON}/{name}");
        // A drive behind two controllers has a chip at each, which read the same.
        if drive(probe, &at).is_some_and(|drive| !drives.insert(drive)) {
            continue;
        }
        inputs.extend(inputs_of(probe, &at, &place));
    }
    make_keys_unique(&mut inputs);
    inputs.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(bounded(probe, HWMON, inputs))
}

/// The chips with their places, in the order of these, which is the same after a reboot.
fn chips(probe: &Probe) -> Vec<(String, String)> {
    let place = |name: &String| {
        let device = probe.real(&format!("{HWMON}/{name}/device"));
        let real = device.or_else(|| probe.real(&format!("{HWMON}/{name}")))?;
        Some((name.clone(), place::of(probe, &real)))
    };
    let mut chips: Vec<_> = probe.names(HWMON).iter().filter_map(place).collect();
    chips.sort_by(|(a_name, a), (b_name, b)| (a, a_name.len(), a_name).cmp(&(b, b_name.len(), b_name)));
    chips
}

/// The NVMe drive that the chip is in, when it is in one.
fn drive(probe: &Probe, at: &str) -> Option<(String, String)> {
    let subsystem = probe.text(&format!("{at}/device/subsysnqn"))?;
    Some((subsystem, probe.text(&format!("{at}/device/serial"))?))
}

fn inputs_of(probe: &Probe, at: &str, place: &str) -> Vec<Input> {
    // Old drivers keep the chip's files with the device.
    let folder = if probe.exists(&format!("{at}/name")) { at.to_owned() } else { format!("{at}/device") };
    let Some(chip) = probe.text(&format!("{folder}/name")) else { return Vec::new() };
    let input = |file: &String| {
        let index = file.strip_suffix("_input").filter(|index| place::numbered(index, "temp"))?;
        let stem = format!("{folder}/{index}");
        let label = probe.text(&format!("{stem}_label"));
        Some(Input {
            key: format!("{place}/{chip}/{index}"),
            class: class::of(probe, at, &chip, label.as_deref()),
            chip: chip.clone(),
            label,
            max_celsius: limit(probe, &format!("{stem}_max")),
            crit_celsius: limit(probe, &format!("{stem}_crit")),
            stem,
        })
    };
    probe.names(&folder).iter().filter_map(input).collect()
}

/// Some boards have two chips of one name at one place.
fn make_keys_unique(inputs: &mut [Input]) {
    let mut taken = BTreeSet::new();
    for input in inputs {
        let alone = input.key.clone();
        let mut count = 1;
        while !taken.insert(input.key.clone()) {
            count += 1;
            input.key = format!("{alone}#{count}");
        }
    }
}

/// A limit that nobody set reads 0, -273 or 65261 °C.
fn limit(probe: &Probe, path: &str) -> Option<f64> {
    celsius(probe, path).filter(|limit| *limit > 0.0 && *limit <= 250.0)
}

/// The kernel counts thousandths of a degree.
fn celsius(probe: &Probe, path: &str) -> Option<f64> {
    let millidegrees: i32 = probe.number(path)?;
    Some(f64::from(millidegrees) / 1000.0)
}

#[cfg(test)]
mod tests;

//! The kernel's sensor inputs (`/sys/class/hwmon`, `/sys/class/thermal`), for the report (which there are) and the sample
//! (what they say).
//!
//! `hwmon3` is another chip after the next boot. An input is known by its device's place, its chip's name and its index.
//! What does not change (which inputs there are, their labels and limits) is found once and kept ([`Inventory`]), so that a
//! sample reads values only.

mod class;
mod input;
mod kept;
mod kind;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use super::{Nothing, bounded, place};
use crate::probe::Probe;
pub(crate) use class::by_label as class_by_label;
pub use input::{Input, Limits, Read};
pub use kept::Inventory;

const HWMON: &str = "/sys/class/hwmon";
const CLASSES: &str = "/sys/class";

/// All inputs, sorted by key.
///
/// # Errors
/// [`Nothing`], where there is no sysfs.
pub fn inputs(probe: &Probe) -> Result<Vec<Input>, Nothing> {
    let names = probe.names(HWMON);
    // The class comes with its first chip: a machine without sensors is whole all the same.
    if names.is_empty() && !probe.exists(CLASSES) {
        return Err(Nothing::NotThere(HWMON));
    }
    let chips = chips(probe, names);
    let mut inputs = Vec::new();
    let mut drives = BTreeSet::new();
    for chip in &chips {
        // A drive behind two controllers has a chip at each, which read the same.
        if drive(probe, &chip.real).is_some_and(|drive| !drives.insert(drive)) {
            continue;
        }
        inputs.extend(inputs_of(probe, chip));
    }
    inputs.extend(zones::inputs(probe, &inputs));
    make_unique(inputs.iter_mut().map(|input| &mut input.key));
    inputs.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(bounded(probe, HWMON, inputs))
}

/// One chip: its folder, links followed, so that a chip that comes later under the same number is not taken for it.
struct Chip {
    name: String,
    real: String,
    place: String,
}

/// The chips in the order of their places, which is the same after a reboot.
fn chips(probe: &Probe, names: Vec<String>) -> Vec<Chip> {
    let chip = |name: String| {
        let real = probe.real(&format!("{HWMON}/{name}"))?;
        let device = probe.real(&format!("{real}/device"));
        let place = place::of(probe, device.as_deref().unwrap_or(&real));
        Some(Chip { name, real, place })
    };
    let mut chips: Vec<_> = names.into_iter().filter_map(chip).collect();
    chips.sort_by(|a, b| (&a.place, a.name.len(), &a.name).cmp(&(&b.place, b.name.len(), &b.name)));
    chips
}

/// The NVMe drive that the chip is in, when it is in one.
fn drive(probe: &Probe, real: &str) -> Option<(String, String)> {
    let subsystem = probe.text(&format!("{real}/device/subsysnqn"))?;
    Some((subsystem, probe.text(&format!("{real}/device/serial"))?))
}

fn inputs_of(probe: &Probe, chip: &Chip) -> Vec<Input> {
    let named = probe.text(&format!("{}/name", chip.real)).map(|name| (chip.real.clone(), name));
    // Old drivers keep the chip's files with the device.
    let old = || {
        let folder = format!("{}/device", chip.real);
        Some((folder.clone(), probe.text(&format!("{folder}/name"))?))
    };
    let Some((folder, name)) = named.or_else(old) else { return Vec::new() };
    // Which files there are is read once, and none is tried in vain.
    let files: BTreeSet<String> = probe.names(&folder).into_iter().collect();
    let found = input::Folder { probe, path: &folder, files: &files, chip: &name, place: &chip.place };
    let mut inputs = found.inputs(|label| class::of(probe, &chip.real, &name, label));
    if name == "drivetemp" {
        let activity = class::disk(probe, &chip.real)
            .filter(|disk| class::spins(probe, disk) != Some(false))
            .map(|disk| format!("{disk}/stat"));
        inputs.iter_mut().for_each(|input| input.files.activity.clone_from(&activity));
    }
    inputs
}

/// Numbers the keys that are there more than once: some boards have two chips of one name at one place, some controllers two
/// sensors of one name.
pub(crate) fn make_unique<'a>(keys: impl Iterator<Item = &'a mut String>) {
    let mut taken = BTreeSet::new();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for key in keys {
        let alone = key.clone();
        while !taken.insert(key.clone()) {
            let count = counts.entry(alone.clone()).or_insert(1);
            *count += 1;
            *key = format!("{alone}#{count}");
        }
    }
}

#[cfg(test)]
mod tests;

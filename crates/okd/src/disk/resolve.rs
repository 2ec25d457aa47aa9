//! From a description to the one disk that it is about.

use hosts::Inventory;
use inventory::sections::Disk;

use super::carried::Carried;
use super::drive::{Drive, drives};
use super::selector::Selector;
use super::{Target, barred, by_id};
use crate::error::OkdError;

/// Disks that are named in one sentence.
const NAMED: usize = 6;

/// The one disk of the inventory that fits, with what lies on it.
///
/// # Errors
/// [`OkdError::Disk`], in words: none fits, several do, or the one that does can't be named or written.
pub fn resolve(selector: &Selector, inventory: &Inventory) -> Result<Target, OkdError> {
    let drives = drives(inventory);
    let no = |words: String| Err(OkdError::Disk(words));
    if inventory.disks.is_none() {
        return no("its disks are not known yet: let its agent report first".to_owned());
    }
    let fitting: Vec<&Drive<'_>> = drives.iter().filter(|drive| selector.holds(drive)).collect();
    let usable: Vec<&Drive<'_>> =
        fitting.iter().copied().filter(|drive| barred::why(drive).is_none()).collect();
    match (usable.as_slice(), fitting.as_slice()) {
        ([one], _) => target(one, &drives, inventory),
        ([], []) => no(none_fits(selector, &drives, inventory)),
        ([], barred) => {
            let why = barred
                .iter()
                .take(NAMED)
                .filter_map(|drive| Some(format!("{} {}", drive.words(), barred::why(drive)?)));
            no(format!(
                "{selector} fits no disk that can be installed on: {}",
                why.collect::<Vec<_>>().join("; ")
            ))
        }
        (several, _) => {
            let words = listed(several.iter().map(|drive| drive.words()));
            no(format!(
                "{selector} fits {} disks: {words}. Describe the one that is meant more closely, best by its serial number",
                several.len()
            ))
        }
    }
}

fn target(drive: &Drive<'_>, all: &[Drive<'_>], inventory: &Inventory) -> Result<Target, OkdError> {
    let Some(by_id) = by_id::best(drive, all) else {
        let why = if drive.serial().is_none() && drive.wwn().is_none() {
            "it tells neither a serial number nor a WWN of its own, so nobody could be sure that the disk that is written is the \
             one that was meant"
        } else {
            "it has no name below /dev/disk/by-id that says its serial number or WWN and is its own alone"
        };
        return Err(OkdError::Disk(format!(
            "{} can't be installed on: {why}. Choose another disk",
            drive.words()
        )));
    };
    Ok(Target {
        by_id: by_id.into(),
        serial: drive.serial().map(str::to_owned),
        wwn: drive.wwn().map(str::to_owned),
        size_bytes: drive.first.size_bytes.unwrap_or_default(),
        model: drive.first.model.clone(),
        carries: Carried::on(drive, inventory).kinds,
    })
}

fn none_fits(selector: &Selector, drives: &[Drive<'_>], inventory: &Inventory) -> String {
    if let Some(words) = hidden(selector, inventory) {
        return words;
    }
    if drives.is_empty() {
        return "it has no disks that its agent can see: look at its controllers, and at whether they need a driver".to_owned();
    }
    let why = drives.iter().map(|drive| {
        let unmet = selector.first_unmet(drive).unwrap_or_default();
        format!("{} (not {unmet})", drive.words())
    });
    format!("{selector} fits none of its disks: {}", listed(why))
}

/// A drive behind a RAID controller is seen by programs of its maker, and by no installer.
fn hidden(selector: &Selector, inventory: &Inventory) -> Option<String> {
    let behind = inventory.drives.iter().flatten().find_map(|drive| {
        let controller = drive.behind.as_ref()?;
        let disk = Disk {
            model: drive.model.clone(),
            serial: drive.serial.clone(),
            wwn: drive.wwn.clone(),
            size_bytes: drive.capacity_bytes,
            ..Disk::default()
        };
        selector.holds(&Drive { first: &disk, others: Vec::new() }).then_some((drive, controller))
    });
    behind.map(|(drive, controller)| {
        let name = drive.serial.as_deref().or(drive.model.as_deref()).unwrap_or(&drive.device);
        format!(
            "{name} is a drive behind the RAID controller ({controller}), which hides it: choose the controller's volume, or \
             have the controller pass its drives through (HBA mode, JBOD)"
        )
    })
}

fn listed(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<String> = words.collect();
    let count = words.len();
    words.truncate(NAMED);
    if count > NAMED {
        words.push(format!("and {} more", count - NAMED));
    }
    words.join("; ")
}

//! What becomes of each disk: one is written, all others are kept, and each is named.

use hosts::Inventory;
use serde::{Deserialize, Serialize};

use super::Target;
use super::carried::Carried;
use super::drive::{Drive, Said, drives};

/// What becomes of one disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate {
    /// What people know it by.
    pub disk: String,
    /// What becomes of it.
    pub fate: Fated,
    /// What lies on it, where it is and what it is called; empty where nothing does.
    pub carries: Vec<String>,
    /// Why not all of that is known.
    pub unread: Option<String>,
    /// All that in a sentence.
    pub words: String,
}

/// What becomes of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fated {
    /// The node is installed on it, and what was on it is lost.
    Written,
    /// It is left as it is.
    Kept,
}

/// What becomes of each disk of a host; the one that is written first. `wipe` is what the operator typed of the disk whose data
/// may be lost.
#[must_use]
pub fn fates(inventory: &Inventory, target: &Target, wipe: Option<&str>) -> Vec<Fate> {
    let mut fates: Vec<Fate> =
        drives(inventory).iter().map(|drive| fate(drive, inventory, target, wipe)).collect();
    fates.extend(behind_controllers(inventory, target));
    fates.sort_by_key(|fate| fate.fate == Fated::Kept);
    fates
}

fn fate(drive: &Drive<'_>, inventory: &Inventory, target: &Target, wipe: Option<&str>) -> Fate {
    let (disk, carried) = (drive.words(), Carried::on(drive, inventory));
    let on_it = match (&carried.unread, carried.words.as_slice()) {
        (Some(why), _) => format!("what is on it is not known: {why}"),
        (None, []) if carried.is_data => "with partitions that hold nothing known".to_owned(),
        (None, []) => "empty".to_owned(),
        (None, words) => format!("with {}", words.join(", ")),
    };
    let is_written = drive.ways().any(|disk| disk.by_id.contains(&target.by_id));
    let words = match is_written {
        false => format!("kept: {disk}, {on_it}"),
        true if !carried.is_data && carried.unread.is_none() => format!("written: {disk}, {on_it}"),
        true if wipe.is_some_and(|typed| target.is_named_by(typed)) => {
            format!("written, and what is on it is lost: {disk}, {on_it}")
        }
        true => format!("to be written, but not agreed to: {disk}, {on_it}"),
    };
    let fate = if is_written { Fated::Written } else { Fated::Kept };
    Fate { disk, fate, carries: carried.words, unread: carried.unread, words }
}

/// Drives that a RAID controller hides: kept, but for those that may be what the written volume is made of.
fn behind_controllers(inventory: &Inventory, target: &Target) -> Vec<Fate> {
    let written = inventory.disks.iter().flatten().find(|disk| disk.by_id.contains(&target.by_id));
    let controller = written.and_then(|disk| disk.driver.as_deref());
    let hidden =
        inventory.drives.iter().flatten().filter_map(|drive| Some((drive, drive.behind.as_deref()?)));
    hidden
        .filter(|(_, behind)| Some(*behind) != controller)
        .map(|(drive, behind)| {
            let said = Said {
                model: drive.model.as_deref(),
                serial: drive.serial.as_deref(),
                wwn: drive.wwn.as_deref(),
            };
            let disk = said.words(drive.capacity_bytes);
            let unread = format!("it stands behind a RAID controller ({behind})");
            let words = format!("kept: {disk}, what is on it is not known: {unread}");
            Fate { disk, fate: Fated::Kept, carries: Vec::new(), unread: Some(unread), words }
        })
        .collect()
}

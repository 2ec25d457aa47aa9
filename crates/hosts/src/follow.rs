//! What was told of a disk or a card by its name of that boot follows it to its name of this boot. Pure.
//!
//! The quick sections come with an agent's first report, the slow ones minutes later. In between, the contents that were
//! told of `sda` before a reboot must not be shown of another disk that is `sda` now.

use std::collections::{HashMap, VecDeque};

use inventory::Sections;
use inventory::sections::{Drive, DriveSource};

use crate::canonical::{disk_key, drive_key, nic_key, partition_name, split_partition};
use crate::document::Inventory;

/// The old names and their new ones; no new one for a thing that is gone.
struct Moved<'a>(HashMap<&'a str, Option<&'a str>>);

impl<'a> Moved<'a> {
    /// Of things with the same key (several paths lead to one drive) the first stays the first.
    fn between<T>(old: &'a [T], new: &'a [T], key: impl Fn(&T) -> String, name: impl Fn(&T) -> &str) -> Self {
        let mut names_now: HashMap<String, VecDeque<&str>> = HashMap::new();
        for thing in new {
            names_now.entry(key(thing)).or_default().push_back(name(thing));
        }
        let mut now = |thing| names_now.get_mut(&key(thing)).and_then(VecDeque::pop_front);
        Self(old.iter().map(|thing| (name(thing), now(thing))).collect())
    }

    /// The new name, or none when the thing is gone. What is no such thing keeps its name.
    fn name(&self, old: &str) -> Option<String> {
        match self.0.get(old) {
            Some(new) => new.map(str::to_owned),
            None => Some(old.to_owned()),
        }
    }

    /// The same for a disk or one of its partitions.
    fn device(&self, old: &str) -> Option<String> {
        let partition = split_partition(old).filter(|_| !self.0.contains_key(old));
        match partition.filter(|(disk, _)| self.0.contains_key(disk)) {
            Some((disk, number)) => Some(partition_name(&self.name(disk)?, number)),
            None => self.name(old),
        }
    }
}

/// Renames, in what is kept from `last`, the disks and cards that `said` tells under other names.
pub(crate) fn follow(last: &mut Inventory, said: &Sections) {
    let Inventory { disks, nics, contents, drives, neighbours, .. } = last;
    if let (Some(old), Some(new)) = (disks, said.disks.data()) {
        let moved = Moved::between(old, new, disk_key, |disk| &disk.name);
        keep(contents, |content| &mut content.device, |name| moved.device(name));
        keep(drives, |drive| &mut drive.device, |name| moved.name(name));
    }
    if let (Some(old), Some(new)) = (nics, said.nics.data()) {
        let moved = Moved::between(old, new, nic_key, |nic| &nic.name);
        keep(neighbours, |neighbour| &mut neighbour.nic, |name| moved.name(name));
    }
}

/// A disk that slept when it was its turn was not asked: what it said before still stands, also where the others spoke anew.
pub(crate) fn keep_of_sleepers(last: &Inventory, merged: &mut Inventory) {
    for content in merged.contents.iter_mut().flatten().filter(|content| content.unread.is_some()) {
        let before = last.contents.iter().flatten().find(|before| before.device == content.device);
        if let Some(before) = before {
            content.clone_from(before);
        }
    }
    for drive in merged.drives.iter_mut().flatten().filter(|drive| drive.source == DriveSource::Kernel) {
        let Some(key) = drive_key(drive) else { continue };
        let is_it = |before: &&Drive| before.source != DriveSource::Kernel && drive_key(before) == Some(key);
        if let Some(before) = last.drives.iter().flatten().find(is_it) {
            *drive = Drive { device: std::mem::take(&mut drive.device), ..before.clone() };
        }
    }
}

/// Renames things, drops those that are gone, and puts them back in order.
fn keep<T>(
    things: &mut Option<Vec<T>>,
    name: impl Fn(&mut T) -> &mut String,
    moved: impl Fn(&str) -> Option<String>,
) {
    let Some(kept) = things else { return };
    let mut named: Vec<(String, T)> = Vec::new();
    for mut thing in kept.drain(..) {
        if let Some(new) = moved(name(&mut thing)) {
            name(&mut thing).clone_from(&new);
            named.push((new, thing));
        }
    }
    named.sort_by(|(a, _), (b, _)| a.cmp(b));
    *kept = named.into_iter().map(|(_, thing)| thing).collect();
}

#[cfg(test)]
mod tests {
    use inventory::Section;
    use inventory::sections::{Content, Disk, Neighbour, Nic};

    use super::*;

    fn disk(name: &str, serial: &str) -> Disk {
        Disk { name: name.into(), serial: Some(serial.into()), ..Disk::default() }
    }

    fn nic(name: &str, last: u8) -> Nic {
        let mac = format!("3c:ec:ef:00:00:{last:02x}").parse().unwrap();
        Nic { name: name.into(), permanent_mac: Some(mac), ..Nic::default() }
    }

    fn contents(inventory: &Inventory) -> Vec<&str> {
        inventory.contents.iter().flatten().map(|content| content.device.as_str()).collect()
    }

    #[test]
    fn after_a_reboot_each_content_is_still_on_its_own_disk() {
        let content = |device: &str| Content { device: device.into(), ..Content::default() };
        let drive = |device: &str| Drive { device: device.into(), ..Drive::default() };
        let neighbour = |nic: &str| Neighbour { nic: nic.into(), ..Neighbour::default() };
        let last = Inventory {
            disks: Some(vec![disk("sda", "A"), disk("sdb", "B"), disk("sdc", "C"), disk("sdd", "D")]),
            contents: Some(["md0", "sda", "sda12", "sdb1", "sdc1"].map(content).to_vec()),
            drives: Some(["/dev/bus/0 -d megaraid,1", "sda", "sdc"].map(drive).to_vec()),
            nics: Some(vec![nic("eth0", 0), nic("eth1", 1)]),
            neighbours: Some(vec![neighbour("eth0"), neighbour("eth1")]),
            ..Inventory::default()
        };
        let said = Sections {
            disks: Section::new(vec![disk("nvme0n1", "D"), disk("sda", "B"), disk("sdb", "A")], vec![]),
            nics: Section::new(vec![nic("eno1", 1), nic("eno2", 0)], vec![]),
            ..Sections::default()
        };
        let mut merged = last.clone();
        follow(&mut merged, &said);
        assert_eq!(contents(&merged), ["md0", "sda1", "sdb", "sdb12"], "what was on the lost disk is lost");
        let drives: Vec<_> = merged.drives.iter().flatten().map(|drive| drive.device.as_str()).collect();
        assert_eq!(drives, ["/dev/bus/0 -d megaraid,1", "sdb"]);
        let heard: Vec<_> = merged.neighbours.iter().flatten().map(|one| one.nic.as_str()).collect();
        assert_eq!(heard, ["eno1", "eno2"]);
    }

    #[test]
    fn who_slept_keeps_his_word() {
        let content = |device: &str, unread: Option<&str>| Content {
            device: device.into(),
            unread: unread.map(str::to_owned),
            ..Content::default()
        };
        let drive = |serial: &str, source, model: Option<&str>| Drive {
            device: format!("of {serial}"),
            serial: Some(serial.into()),
            source,
            model: model.map(str::to_owned),
            ..Drive::default()
        };
        let last = Inventory {
            contents: Some(vec![content("sda", None), content("sdb", Some("asleep"))]),
            drives: Some(vec![
                drive("A", DriveSource::Drive, Some("M1")),
                drive("B", DriveSource::Kernel, Some("M2")),
            ]),
            ..Inventory::default()
        };
        let mut merged = Inventory {
            contents: Some(["sda", "sdb", "sdc"].map(|device| content(device, Some("asleep"))).to_vec()),
            drives: Some(["A", "B", "C"].map(|serial| drive(serial, DriveSource::Kernel, None)).to_vec()),
            ..Inventory::default()
        };
        keep_of_sleepers(&last, &mut merged);
        let unread: Vec<_> =
            merged.contents.iter().flatten().map(|content| content.unread.is_some()).collect();
        assert_eq!(unread, [false, true, true]);
        let models: Vec<_> = merged.drives.iter().flatten().map(|drive| drive.model.as_deref()).collect();
        assert_eq!(models, [Some("M1"), None, None]);
    }

    #[test]
    fn a_partition_of_a_disk_whose_name_ends_in_a_digit() {
        let content = |device: &str| Content { device: device.into(), ..Content::default() };
        let last = Inventory {
            disks: Some(vec![disk("nvme0n1", "N"), disk("nvme0n11", "M"), disk("sda", "A")]),
            contents: Some(["nvme0n11p3", "nvme0n1p2", "sda5"].map(content).to_vec()),
            ..Inventory::default()
        };
        let said = Sections {
            disks: Section::new(vec![disk("sda", "N"), disk("sdb", "M"), disk("vda", "A")], vec![]),
            ..Sections::default()
        };
        let mut merged = last.clone();
        follow(&mut merged, &said);
        assert_eq!(contents(&merged), ["sda2", "sdb3", "vda5"]);
    }

    #[test]
    fn two_ways_to_one_drive_stay_two() {
        let content = |device: &str| Content { device: device.into(), ..Content::default() };
        let last = Inventory {
            disks: Some(vec![disk("sda", "A"), disk("sdb", "A")]),
            contents: Some(["sda1", "sdb1"].map(content).to_vec()),
            ..Inventory::default()
        };
        let said = Sections {
            disks: Section::new(vec![disk("sdx", "A"), disk("sdy", "A")], vec![]),
            ..Sections::default()
        };
        let mut merged = last.clone();
        follow(&mut merged, &said);
        assert_eq!(contents(&merged), ["sdx1", "sdy1"]);
    }
}

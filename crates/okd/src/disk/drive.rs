//! The drives of an inventory: one that is reached on several ways is several disks there, and one drive all the same.

use hosts::{Inventory, is_junk};
use inventory::sections::Disk;

use super::size::capacity;

/// A drive, by the disks that lead to it.
#[derive(Debug, Clone)]
pub(crate) struct Drive<'a> {
    /// The first way, in the order of the inventory.
    pub(crate) first: &'a Disk,
    /// The other ways.
    pub(crate) others: Vec<&'a Disk>,
}

/// All of them.
pub(crate) fn drives(inventory: &Inventory) -> Vec<Drive<'_>> {
    let mut drives: Vec<Drive<'_>> = Vec::new();
    for disk in inventory.disks.iter().flatten() {
        match drives.iter_mut().find(|drive| is_another_way(drive.first, disk)) {
            Some(drive) => drive.others.push(disk),
            None => drives.push(Drive { first: disk, others: Vec::new() }),
        }
    }
    drives
}

fn is_another_way(one: &Disk, other: &Disk) -> bool {
    let group = |disk: &Disk| disk.multipath.as_ref().map(|paths| paths.group.clone());
    let is_one = group(one).is_some() && group(one) == group(other);
    is_one && one.serial == other.serial && one.size_bytes == other.size_bytes
}

impl<'a> Drive<'a> {
    /// All ways to it.
    pub(crate) fn ways(&self) -> impl Iterator<Item = &'a Disk> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// Its serial number, where it is worth something: some makers give the same to all that they sell.
    pub(crate) fn serial(&self) -> Option<&'a str> {
        self.first.serial.as_deref().filter(|serial| !is_junk(serial))
    }

    /// Its world-wide name, likewise.
    pub(crate) fn wwn(&self) -> Option<&'a str> {
        let number = |wwn: &str| wwn.split_once('.').map_or(wwn.to_owned(), |(_, number)| number.to_owned());
        self.first.wwn.as_deref().filter(|wwn| !is_junk(&number(wwn)))
    }

    /// What people know it by, and what the kernel calls it now.
    pub(crate) fn words(&self) -> String {
        let said = Said { model: self.first.model.as_deref(), serial: self.serial(), wwn: self.wwn() };
        let names: Vec<&str> = self.ways().map(|disk| disk.name.as_str()).collect();
        format!("{} ({} at present)", said.words(self.first.size_bytes), names.join(" and "))
    }
}

/// What a drive says of itself.
pub(super) struct Said<'a> {
    pub(super) model: Option<&'a str>,
    pub(super) serial: Option<&'a str>,
    pub(super) wwn: Option<&'a str>,
}

impl Said<'_> {
    /// `Samsung SSD 980 PRO, 1 TB, serial S5GX`.
    pub(super) fn words(&self, size_bytes: Option<u64>) -> String {
        let model = self.model.unwrap_or("a disk of no name");
        let size = size_bytes.map_or_else(|| "of unknown size".to_owned(), capacity);
        let known_by = match (self.serial, self.wwn) {
            (Some(serial), _) => format!("serial {serial}"),
            (None, Some(wwn)) => format!("WWN {wwn}"),
            (None, None) => "without serial number and WWN".to_owned(),
        };
        format!("{model}, {size}, {known_by}")
    }
}

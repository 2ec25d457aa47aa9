//! What a disk is divided into, and what is stacked upon it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use inventory::sections::{Holder, HolderKind, Partition};

use super::{BLOCK, SIZE_UNIT_BYTES};
use crate::collect::{ITEMS_LIMIT, place};
use crate::probe::Probe;

/// Stacked devices, each read once: an array has many disks.
pub(super) struct Stack<'a> {
    probe: &'a Probe,
    known: RefCell<BTreeMap<String, Holder>>,
}

impl<'a> Stack<'a> {
    pub(super) fn new(probe: &'a Probe) -> Self {
        Self { probe, known: RefCell::default() }
    }

    /// The partitions of the disk whose folder is `at`, and what is made of it or of them.
    pub(super) fn of(&self, at: &str, name: &str) -> (Vec<Partition>, Vec<Holder>) {
        let mut holders = self.probe.names(&format!("{at}/holders"));
        let mut partitions: Vec<Partition> = Vec::new();
        for part in self.probe.names(at).into_iter().filter(|part| part.starts_with(name)) {
            let folder = format!("{at}/{part}");
            // Other folders whose name begins so have no number.
            let Some(number) = self.probe.number(&format!("{folder}/partition")) else { continue };
            let bytes = |file: &str| {
                let units: Option<u64> = self.probe.number(&format!("{folder}/{file}"));
                units.and_then(|units| units.checked_mul(SIZE_UNIT_BYTES))
            };
            partitions.push(Partition {
                number,
                start_bytes: bytes("start"),
                size_bytes: bytes("size"),
                read_only: self.probe.flag(&format!("{folder}/ro")),
                name: part,
            });
            holders.extend(self.probe.names(&format!("{folder}/holders")));
        }
        partitions.sort_by(|a, b| (a.number, &a.name).cmp(&(b.number, &b.name)));
        partitions.truncate(ITEMS_LIMIT);
        holders.sort();
        holders.dedup();
        holders.truncate(ITEMS_LIMIT);
        (partitions, holders.iter().map(|name| self.holder(name)).collect())
    }

    fn holder(&self, name: &str) -> Holder {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let holder = self.read(name);
        self.known.borrow_mut().insert(name.to_owned(), holder.clone());
        holder
    }

    fn read(&self, name: &str) -> Holder {
        if !name.starts_with("dm-") {
            return Holder { name: name.to_owned(), kind: by_name(name), label: None };
        }
        let text = |file: &str| self.probe.text(&format!("{BLOCK}/{name}/dm/{file}"));
        let kind = text("uuid").map_or(HolderKind::Other, |uuid| by_uuid(&uuid));
        Holder { name: name.to_owned(), kind, label: text("name") }
    }
}

fn by_name(name: &str) -> HolderKind {
    let is = |kind: &str| place::numbered(name, kind);
    if name.starts_with("md") {
        HolderKind::Raid
    } else if is("bcache") {
        HolderKind::Bcache
    } else if is("drbd") {
        HolderKind::Drbd
    } else {
        HolderKind::Other
    }
}

/// Whoever makes a device-mapper device begins its UUID with his own name.
fn by_uuid(uuid: &str) -> HolderKind {
    match uuid.split_once('-').map_or(uuid, |(owner, _)| owner) {
        "LVM" => HolderKind::Lvm,
        "mpath" => HolderKind::Multipath,
        "CRYPT" => HolderKind::Crypt,
        "DMRAID" => HolderKind::Raid,
        part if place::numbered(part, "part") => HolderKind::Partition,
        _ => HolderKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    #[test]
    fn a_stacked_device_says_what_it_is() {
        let mut tree = Builder::new();
        for (nth, (uuid, name)) in [
            ("LVM-Ab12", "vg-root"),
            ("mpath-35000c5", "mpatha"),
            ("CRYPT-LUKS2-12-luks", "luks"),
            ("part1-mpath-35000c5", "mpatha1"),
            ("DMRAID-isw_1", "isw"),
            ("", ""),
        ]
        .into_iter()
        .enumerate()
        {
            let folder = format!("{BLOCK}/dm-{nth}/dm");
            tree = tree.files(&folder, &[("uuid", uuid), ("name", name)]);
            tree = tree.folder(&format!("{BLOCK}/sda/holders/dm-{nth}"));
        }
        let tree = tree.folder(&format!("{BLOCK}/sda/holders/md127")).folder(&format!("{BLOCK}/sda/sdamed"));
        let probe = Probe::new(tree.root());
        let (partitions, holders) = Stack::new(&probe).of(&format!("{BLOCK}/sda"), "sda");
        let said: Vec<_> = holders.iter().map(|it| (it.kind, it.label.as_deref().unwrap_or("-"))).collect();
        assert_eq!(
            said,
            [
                (HolderKind::Lvm, "vg-root"),
                (HolderKind::Multipath, "mpatha"),
                (HolderKind::Crypt, "luks"),
                (HolderKind::Partition, "mpatha1"),
                (HolderKind::Raid, "isw"),
                (HolderKind::Other, "-"),
                (HolderKind::Raid, "-"),
            ]
        );
        assert!(partitions.is_empty() && probe.into_warnings().is_empty());
    }
}

//! What lies on a drive: on its disk, on its partitions, and on what is stacked upon them.

use std::collections::BTreeSet;

use hosts::Inventory;
use inventory::sections::{Content, Disk, Holder, HolderKind, Signature, TableKind};

use super::drive::Drive;

/// Smaller is no partition: an extended one is seen as two sectors, and holds nothing but others.
const PARTITION_LEAST_BYTES: u64 = 4096;

/// What lies on a drive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// In a word each, as `blkid` calls it, a partition table's as well; sorted.
    pub(crate) kinds: Vec<String>,
    /// The same for people: where it is, what it is called.
    pub(crate) words: Vec<String>,
    /// There are partitions or signatures: somebody may want it.
    pub(crate) is_data: bool,
    /// Why not all of it is known.
    pub(crate) unread: Option<String>,
}

impl Carried {
    /// By the inventory. Of several ways to the drive one that was read is enough.
    pub(crate) fn on(drive: &Drive<'_>, inventory: &Inventory) -> Self {
        let mut told: Vec<Self> = drive.ways().map(|disk| Self::on_disk(disk, inventory)).collect();
        let read = told.iter().position(|it| it.unread.is_none()).unwrap_or_default();
        told.swap_remove(read)
    }

    fn on_disk(disk: &Disk, inventory: &Inventory) -> Self {
        let mut carried = Self::default();
        let mut kinds = BTreeSet::new();
        let Some(contents) = &inventory.contents else {
            carried.unread = Some("what lies on the disks was not read yet".to_owned());
            return carried;
        };
        let found = |device: &str| contents.iter().find(|content| content.device == device);
        // A disk that is one of several paths is left alone; what stands for all of them is read in its place.
        let joint = disk.holders.iter().find(|holder| holder.kind == HolderKind::Multipath);
        let whole = joint.and_then(|joint| found(&joint.name)).or_else(|| found(&disk.name));
        carried.take(whole, "the disk", &mut kinds);
        let table = whole.and_then(|whole| whole.table.as_ref());
        if let Some(table) = table {
            kinds.insert(match table.kind {
                TableKind::Gpt => "gpt".to_owned(),
                TableKind::Mbr => "dos".to_owned(),
                TableKind::Other => "a partition table of another kind".to_owned(),
            });
        }
        let seen = disk
            .partitions
            .iter()
            .filter(|it| it.size_bytes.is_none_or(|size| size >= PARTITION_LEAST_BYTES));
        for partition in seen {
            carried.is_data = true;
            carried.take(found(&partition.name), &format!("partition {}", partition.number), &mut kinds);
        }
        let entries = table.map(|table| table.partitions.as_slice()).unwrap_or_default();
        for entry in entries.iter().filter(|entry| disk.partitions.iter().all(|it| it.number != entry.number))
        {
            carried.is_data = true;
            carried.words.push(format!("partition {} of its table", entry.number));
            carried.miss(format!("partition {} was not read", entry.number));
        }
        for holder in disk.holders.iter().filter(|holder| holder.kind != HolderKind::Multipath) {
            carried.is_data = true;
            let told = carried.words.len();
            if let Some(content) = found(&holder.name) {
                carried.take(Some(content), &held(holder), &mut kinds);
            }
            if carried.words.len() == told {
                carried.words.push(held(holder));
            }
        }
        carried.kinds = kinds.into_iter().collect();
        carried
    }

    /// Takes in what is on one device.
    fn take(&mut self, content: Option<&Content>, place: &str, kinds: &mut BTreeSet<String>) {
        match content {
            None => self.miss(format!("{place} was not read")),
            Some(Content { unread: Some(why), .. }) => self.miss(format!("{place} was not read: {why}")),
            Some(content) => {
                for signature in &content.signatures {
                    self.is_data = true;
                    kinds.insert(signature.kind.clone());
                    self.words.push(format!("{place}: {}", signed(signature)));
                }
            }
        }
    }

    fn miss(&mut self, why: String) {
        self.unread.get_or_insert(why);
    }
}

/// `ext4 "root"`, `LVM2_member of vg0`.
fn signed(signature: &Signature) -> String {
    let group = signature.group.as_ref().map(|group| format!(" of {group}")).unwrap_or_default();
    let label = signature.label.as_ref().map(|label| format!(" {label:?}")).unwrap_or_default();
    format!("{}{label}{group}", signature.kind)
}

fn held(holder: &Holder) -> String {
    let kind = match holder.kind {
        HolderKind::Lvm => "logical volume",
        HolderKind::Crypt => "open encrypted device",
        HolderKind::Raid => "array",
        HolderKind::Bcache => "cached device",
        HolderKind::Drbd => "mirror over the network",
        HolderKind::Multipath | HolderKind::Partition | HolderKind::Other => "device",
    };
    format!("{kind} {}", holder.label.as_deref().unwrap_or(&holder.name))
}

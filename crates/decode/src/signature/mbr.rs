//! Master boot records, and the chain of extended ones behind them (UEFI 2.10, 5.2, has the layout).

use super::field::{has, le32};
use super::{Entry, Image, Table, TableKind};

const SECTOR_BYTES: usize = 512;
const TABLE_OFFSET: usize = 446;
/// The type of the one entry that keeps old tools off a GPT.
const PROTECTS: u8 = 0xee;
/// Extended partitions: with cylinders, with sector numbers, Linux's own.
const EXTENDED: [u8; 3] = [0x05, 0x0f, 0x85];
/// Logical partitions have a record each.
const CHAIN_LIMIT: u32 = 60;

/// The first record of a disk.
pub(super) struct Record {
    /// It protects a GPT.
    pub protects: bool,
    /// Its entries but that one.
    pub entries: Vec<(u32, Slot)>,
    id: u32,
}

/// One of the four places in a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    bootable: bool,
    kind: u8,
    start: u64,
    sectors: u64,
}

pub(super) fn read(image: &Image) -> Option<Record> {
    let bytes = image.at(0, SECTOR_BYTES)?;
    let slots = slots(bytes)?;
    let used =
        || slots.iter().zip(1..).filter(|(slot, _)| slot.kind != 0).map(|(slot, number)| (number, *slot));
    // Code that only looks like a table has partitions that begin nowhere, or on the record itself.
    if used().any(|(_, slot)| slot.start == 0 || slot.sectors == 0) {
        return None;
    }
    Some(Record {
        protects: used().any(|(_, slot)| slot.kind == PROTECTS),
        entries: used().filter(|(_, slot)| slot.kind != PROTECTS).collect(),
        id: le32(bytes, 440)?,
    })
}

pub(super) fn find(image: &Image) -> Option<Table> {
    let record = read(image)?;
    if record.protects || record.entries.is_empty() && record.id == 0 {
        return None;
    }
    let mut partitions: Vec<Entry> =
        record.entries.iter().filter_map(|(number, slot)| entry(image, *number, *slot, 0)).collect();
    // Beyond the disk's end there is nothing to divide.
    if partitions.iter().any(|part| part.start_bytes >= image.size_bytes()) {
        return None;
    }
    let extended = record.entries.iter().find(|(_, slot)| EXTENDED.contains(&slot.kind));
    if let Some((_, slot)) = extended {
        partitions.extend(logical(image, slot.start));
    }
    let id = Some(record.id).filter(|id| *id != 0).map(|id| format!("{id:08x}"));
    Some(Table { kind: TableKind::Mbr, id, partitions, ..Table::default() })
}

/// The logical partitions: each record names one, and where the next record is, counted from the first.
fn logical(image: &Image, first: u64) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut at = first;
    for number in 5..5 + CHAIN_LIMIT {
        let record = at.checked_mul(image.sector_bytes()).and_then(|offset| image.at(offset, SECTOR_BYTES));
        let Some([data, next, ..]) = record.and_then(slots) else { break };
        if data.kind != 0 {
            found.extend(entry(image, number, data, at));
        }
        let ahead = first.checked_add(next.start).filter(|ahead| *ahead > at);
        match ahead {
            Some(ahead) if EXTENDED.contains(&next.kind) => at = ahead,
            _ => break,
        }
    }
    found
}

fn slots(bytes: &[u8]) -> Option<[Slot; 4]> {
    if !has(bytes, 510, &[0x55, 0xaa]) {
        return None;
    }
    let slot = |index: usize| {
        let at = bytes.get(TABLE_OFFSET + index * 16..)?;
        let (&[active, _, _, _, kind, ..], flag) = (at.first_chunk::<16>()?, *at.first()?);
        let valid = matches!(flag, 0 | 0x80);
        let (start, sectors) = (le32(at, 8)?, le32(at, 12)?);
        valid.then_some(Slot { bootable: active == 0x80, kind, start: start.into(), sectors: sectors.into() })
    };
    Some([slot(0)?, slot(1)?, slot(2)?, slot(3)?])
}

fn entry(image: &Image, number: u32, slot: Slot, base: u64) -> Option<Entry> {
    Some(Entry {
        number,
        start_bytes: base.checked_add(slot.start)?.checked_mul(image.sector_bytes())?,
        size_bytes: slot.sectors.checked_mul(image.sector_bytes())?,
        kind: format!("0x{:02x}", slot.kind),
        bootable: slot.bootable,
        ..Entry::default()
    })
}

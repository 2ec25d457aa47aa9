//! Slots and what is in them: DSP0134, 7.17 (arrays), 7.18 (devices), 7.20 (what is mapped).

use std::collections::BTreeSet;

use decode::smbios::{Structure, Tables};
use inventory::sections::{Memory, MemorySlot};

use super::names;
use crate::collect::{ITEMS_LIMIT, smbios};

/// 7.17.2. Other arrays are caches, flash, video memory.
const SYSTEM_MEMORY: u8 = 3;

pub(super) fn tell(tables: &Tables) -> Memory {
    let slots = slots(tables);
    let named = arrays(tables).find_map(|array| names::ecc(array.byte(0x06)?));
    Memory {
        installed_bytes: sum(slots.iter().filter_map(|slot| slot.size_bytes)),
        mapped_bytes: sum(of_system(tables, 19, 0x0c).filter_map(mapped_bytes)),
        max_capacity_bytes: sum(arrays(tables).filter_map(max_capacity_bytes)),
        slot_count: slot_count(tables),
        ecc: named.or_else(|| has_check_bits(&slots).then_some("ECC")).map(str::to_owned),
        slots,
        ..Memory::default()
    }
}

fn arrays(tables: &Tables) -> impl Iterator<Item = Structure<'_>> {
    tables.all(16).filter(|array| array.byte(0x05) == Some(SYSTEM_MEMORY))
}

/// The structures whose array, named at `offset`, is not known to be another than the system's.
fn of_system(tables: &Tables, kind: u8, offset: usize) -> impl Iterator<Item = Structure<'_>> {
    let others: BTreeSet<u16> = tables
        .all(16)
        .filter(|array| array.byte(0x05) != Some(SYSTEM_MEMORY))
        .filter_map(|array| array.handle())
        .collect();
    tables.all(kind).filter(move |it| !it.word(offset).is_some_and(|array| others.contains(&array)))
}

fn slots(tables: &Tables) -> Vec<MemorySlot> {
    of_system(tables, 17, 0x04).map(slot).take(ITEMS_LIMIT).collect()
}

fn slot(device: Structure<'_>) -> MemorySlot {
    let slot = MemorySlot {
        locator: smbios::text(device, 0x10),
        bank: smbios::text(device, 0x11),
        form_factor: device.byte(0x0e).and_then(names::form_factor).map(str::to_owned),
        ..MemorySlot::default()
    };
    // Of an empty slot firmware says "NO DIMM", "Unknown", or what was in it last year.
    let Some(size_bytes) = size_bytes(device) else { return slot };
    MemorySlot {
        size_bytes: Some(size_bytes),
        kind: device.byte(0x12).and_then(names::kind).map(str::to_owned),
        details: device.word(0x13).map(names::details).unwrap_or_default(),
        technology: device.byte(0x28).and_then(names::technology).map(str::to_owned),
        non_volatile_bytes: device.qword(0x34).filter(|size| !matches!(*size, 0 | u64::MAX)),
        speed_mts: speed_mts(device, 0x15, 0x54),
        configured_mts: speed_mts(device, 0x20, 0x58),
        vendor: smbios::text(device, 0x17),
        part: smbios::text(device, 0x1a),
        serial: smbios::text(device, 0x18),
        asset_tag: smbios::text(device, 0x19),
        firmware: smbios::text(device, 0x2b),
        rank: device.byte(0x1b).map(|attributes| attributes & 0x0f).filter(|rank| *rank > 0),
        data_width_bits: known(device, 0x0a),
        total_width_bits: known(device, 0x08),
        configured_millivolts: known(device, 0x26),
        min_millivolts: known(device, 0x22),
        max_millivolts: known(device, 0x24),
        ..slot
    }
}

fn size_bytes(device: Structure<'_>) -> Option<u64> {
    match device.word(0x0c)? {
        // Empty, and unknown.
        0 | 0xffff => None,
        // Too large for the word: MiB in a field of its own.
        0x7fff => device.dword(0x1c).map(|mib| u64::from(mib & 0x7fff_ffff) << 20).filter(|size| *size > 0),
        kib if kib & 0x8000 != 0 => Some(u64::from(kib & 0x7fff) << 10),
        mib => Some(u64::from(mib) << 20),
    }
}

fn speed_mts(device: Structure<'_>, field: usize, extended: usize) -> Option<u32> {
    match device.word(field)? {
        0 => None,
        0xffff => device.dword(extended).map(|speed| speed & 0x7fff_ffff).filter(|speed| *speed > 0),
        speed => Some(u32::from(speed)),
    }
}

/// A width or a voltage.
fn known(device: Structure<'_>, field: usize) -> Option<u16> {
    device.word(field).filter(|number| !matches!(number, 0 | 0xffff))
}

/// A module that is wider than its data keeps check bits in the rest: for firmware that does not say what it does with them.
fn has_check_bits(slots: &[MemorySlot]) -> bool {
    let mut widths =
        slots.iter().filter_map(|slot| slot.total_width_bits.zip(slot.data_width_bits)).peekable();
    widths.peek().is_some() && widths.all(|(total, data)| total > data)
}

fn slot_count(tables: &Tables) -> Option<u32> {
    arrays(tables).filter_map(|array| array.word(0x0d)).map(u32::from).reduce(u32::saturating_add)
}

fn max_capacity_bytes(array: Structure<'_>) -> Option<u64> {
    match array.dword(0x07)? {
        0 => None,
        0x8000_0000 => array.qword(0x0f).filter(|size| *size > 0),
        kib => Some(u64::from(kib) << 10),
    }
}

fn mapped_bytes(range: Structure<'_>) -> Option<u64> {
    let (first, last) = match (range.dword(0x04)?, range.dword(0x08)?) {
        // Addresses beyond 4 TiB have fields of their own, in bytes.
        (0xffff_ffff, _) => (range.qword(0x0f)?, range.qword(0x17)?),
        (first, last) => (u64::from(first) << 10, u64::from(last) << 10 | 0x3ff),
    };
    last.checked_sub(first)?.checked_add(1)
}

fn sum(sizes: impl Iterator<Item = u64>) -> Option<u64> {
    sizes.reduce(u64::saturating_add)
}

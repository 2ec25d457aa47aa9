//! The board's sockets for processors (DSP0134, 7.5).

use decode::smbios::{Structure, Tables};
use inventory::sections::CpuSlot;

use crate::collect::{ITEMS_LIMIT, smbios};

/// 7.5.1: not a coprocessor on a card.
const CENTRAL_PROCESSOR: u8 = 3;
/// 7.5, status: something is in the socket.
const POPULATED: u8 = 1 << 6;

pub(super) fn all(tables: &Tables) -> Vec<CpuSlot> {
    let central = tables.all(4).filter(|slot| slot.byte(0x05) == Some(CENTRAL_PROCESSOR));
    central.map(slot).take(ITEMS_LIMIT).collect()
}

fn slot(slot: Structure<'_>) -> CpuSlot {
    let populated = slot.byte(0x18).is_some_and(|status| status & POPULATED != 0);
    let name = smbios::text(slot, 0x04);
    // Of an empty socket firmware tells what it would take.
    if !populated {
        return CpuSlot { name, ..CpuSlot::default() };
    }
    CpuSlot {
        name,
        populated,
        vendor: smbios::text(slot, 0x07),
        model: smbios::text(slot, 0x10),
        serial: smbios::text(slot, 0x20),
        asset_tag: smbios::text(slot, 0x21),
        part: smbios::text(slot, 0x22),
        cores: number(slot, 0x23, 0x2a),
        enabled_cores: number(slot, 0x24, 0x2c),
        threads: number(slot, 0x25, 0x2e),
        max_mhz: mhz(slot, 0x14),
        boot_mhz: mhz(slot, 0x16),
    }
}

/// 255 says that the number is too large for a byte and stands in a field of its own, where the structure has one.
fn number(slot: Structure<'_>, field: usize, wide: usize) -> Option<u32> {
    match slot.byte(field)? {
        0 => None,
        0xff => slot.word(wide).map(u32::from).filter(|number| !matches!(number, 0 | 0xffff)).or(Some(0xff)),
        number => Some(number.into()),
    }
}

fn mhz(slot: Structure<'_>, field: usize) -> Option<u32> {
    slot.word(field).filter(|mhz| *mhz > 0).map(u32::from)
}

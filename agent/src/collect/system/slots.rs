//! Slots for cards (DSP0134, 7.10).

use decode::smbios::Structure;
use inventory::sections::ExpansionSlot;

use crate::collect::smbios;

pub(super) fn slot(slot: Structure<'_>) -> ExpansionSlot {
    ExpansionSlot {
        name: smbios::text(slot, 0x04),
        id: slot.word(0x09),
        // 1 is another, 2 is unknown.
        kind: slot.byte(0x05).filter(|kind| *kind > 2),
        lanes: slot.byte(0x06).and_then(lanes),
        in_use: match slot.byte(0x07) {
            Some(3) => Some(false),
            Some(4) => Some(true),
            _ => None,
        },
        pci_address: pci_address(slot),
    }
}

/// 7.10.2; below 8 stand the widths of buses that have no lanes.
fn lanes(number: u8) -> Option<u8> {
    Some(match number {
        0x08 => 1,
        0x09 => 2,
        0x0a => 4,
        0x0b => 8,
        0x0c => 12,
        0x0d => 16,
        0x0e => 32,
        _ => return None,
    })
}

fn pci_address(slot: Structure<'_>) -> Option<String> {
    let (segment, bus, place) = (slot.word(0x0d)?, slot.byte(0x0f)?, slot.byte(0x10)?);
    // All ones: not a PCI slot, or an empty one. All zeros is the host bridge, which sits in no slot: junk.
    let all_ones = segment == 0xffff || (bus, place) == (0xff, 0xff);
    if all_ones || (segment, bus, place) == (0, 0, 0) {
        return None;
    }
    Some(format!("{segment:04x}:{bus:02x}:{:02x}.{}", place >> 3, place & 7))
}

//! Memory: what the kernel may use, and the slots with what is in them (SMBIOS types 16 and 17).

use inventory::sections::{Memory, MemorySlot};

use super::smbios::{self, Smbios, Structure};
use super::{ITEMS_LIMIT, Nothing};
use crate::probe::Probe;

const MEMINFO: &str = "/proc/meminfo";
/// DSP0134, 7.17.2. Other arrays are caches, flash, video memory.
const SYSTEM_MEMORY: u8 = 3;

pub(super) fn collect(probe: &Probe) -> Result<Memory, Nothing> {
    let usable_bytes = field_bytes(probe, "MemTotal");
    let smbios = smbios::read(probe);
    if usable_bytes.is_none() && smbios.is_none() {
        return Err(Nothing::NotThere(MEMINFO));
    }
    let mut memory = Memory { usable_bytes, ..Memory::default() };
    if let Some(smbios) = &smbios {
        memory.slots = slots(smbios);
        memory.installed_bytes = sum(memory.slots.iter().filter_map(|slot| slot.size_bytes));
        memory.max_capacity_bytes = sum(arrays(smbios).filter_map(|array| max_capacity_bytes(&array)));
        memory.ecc = arrays(smbios).find_map(|array| ecc(array.byte(0x06)?)).map(str::to_owned);
    }
    Ok(memory)
}

/// One line of `/proc/meminfo`.
pub(crate) fn field_bytes(probe: &Probe, name: &str) -> Option<u64> {
    let lines = probe.lines(MEMINFO, crate::root::FILE_LIMIT_BYTES)?;
    let value = lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kib: u64 = value.split_whitespace().next()?.parse().ok()?;
    kib.checked_mul(1024)
}

fn arrays(smbios: &Smbios) -> impl Iterator<Item = Structure<'_>> {
    smbios.all(16).filter(|array| array.byte(0x05) == Some(SYSTEM_MEMORY))
}

fn slots(smbios: &Smbios) -> Vec<MemorySlot> {
    let others: Vec<u16> = smbios
        .all(16)
        .filter(|array| array.byte(0x05) != Some(SYSTEM_MEMORY))
        .map(|array| array.handle())
        .collect();
    let of_system = |slot: &Structure<'_>| !slot.word(0x04).is_some_and(|array| others.contains(&array));
    smbios.all(17).filter(of_system).map(|device| slot(&device)).take(ITEMS_LIMIT).collect()
}

fn slot(device: &Structure<'_>) -> MemorySlot {
    let size_bytes = size_bytes(device);
    let mut slot = MemorySlot {
        locator: device.text(0x10),
        bank: device.text(0x11),
        size_bytes,
        form_factor: device.byte(0x0e).and_then(form_factor).map(str::to_owned),
        ..MemorySlot::default()
    };
    // Of an empty slot firmware says "NO DIMM", "Unknown", or what was in it last year.
    if size_bytes.is_some() {
        slot.kind = device.byte(0x12).and_then(kind).map(str::to_owned);
        slot.speed_mts = speed_mts(device, 0x15, 0x54);
        slot.configured_mts = speed_mts(device, 0x20, 0x58);
        slot.vendor = device.text(0x17);
        slot.part = device.text(0x1a);
        slot.serial = device.text(0x18);
        slot.rank = device.byte(0x1b).map(|attributes| attributes & 0x0f).filter(|rank| *rank > 0);
        slot.data_width_bits = width_bits(device, 0x0a);
        slot.total_width_bits = width_bits(device, 0x08);
    }
    slot
}

fn size_bytes(device: &Structure<'_>) -> Option<u64> {
    match device.word(0x0c)? {
        // Empty, and unknown.
        0 | 0xffff => None,
        // Too large for the word: MiB in a field of its own.
        0x7fff => device.dword(0x1c).map(|mib| u64::from(mib & 0x7fff_ffff) << 20).filter(|size| *size > 0),
        kib if kib & 0x8000 != 0 => Some(u64::from(kib & 0x7fff) << 10),
        mib => Some(u64::from(mib) << 20),
    }
}

fn speed_mts(device: &Structure<'_>, field: usize, extended: usize) -> Option<u32> {
    match device.word(field)? {
        0 => None,
        0xffff => device.dword(extended).map(|speed| speed & 0x7fff_ffff).filter(|speed| *speed > 0),
        speed => Some(u32::from(speed)),
    }
}

fn width_bits(device: &Structure<'_>, field: usize) -> Option<u16> {
    device.word(field).filter(|width| !matches!(width, 0 | 0xffff))
}

fn max_capacity_bytes(array: &Structure<'_>) -> Option<u64> {
    match array.dword(0x07)? {
        0 => None,
        0x8000_0000 => array.qword(0x0f).filter(|size| *size > 0),
        kib => Some(u64::from(kib) << 10),
    }
}

fn sum(sizes: impl Iterator<Item = u64>) -> Option<u64> {
    sizes.reduce(u64::saturating_add)
}

/// DSP0134, 7.17.3.
fn ecc(number: u8) -> Option<&'static str> {
    Some(match number {
        3 => "none",
        4 => "parity",
        5 => "single-bit ECC",
        6 => "multi-bit ECC",
        7 => "CRC",
        _ => return None,
    })
}

/// DSP0134, 7.18.1.
fn form_factor(number: u8) -> Option<&'static str> {
    Some(match number {
        0x03 => "SIMM",
        0x05 => "chip",
        0x09 => "DIMM",
        0x0b => "row of chips",
        0x0c => "RIMM",
        0x0d => "SODIMM",
        0x0f => "FB-DIMM",
        0x10 => "die",
        0x11 => "CAMM",
        _ => return None,
    })
}

/// DSP0134, 7.18.2.
fn kind(number: u8) -> Option<&'static str> {
    Some(match number {
        0x03 => "DRAM",
        0x07 => "RAM",
        0x0f => "SDRAM",
        0x12 => "DDR",
        0x13 => "DDR2",
        0x14 => "DDR2 FB-DIMM",
        0x18 => "DDR3",
        0x1a => "DDR4",
        0x1b => "LPDDR",
        0x1c => "LPDDR2",
        0x1d => "LPDDR3",
        0x1e => "LPDDR4",
        0x1f => "non-volatile",
        0x20 => "HBM",
        0x21 => "HBM2",
        0x22 => "DDR5",
        0x23 => "LPDDR5",
        0x24 => "HBM3",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::smbios::tests::structure;
    use crate::tree::Builder;

    /// Type 17 up to the extended size, with these two sizes.
    fn device(handle: u16, array: u16, size: u16, extended: u32) -> Vec<u8> {
        let mut fields = vec![0_u8; 0x28 - 4];
        let mut put =
            |offset: usize, bytes: &[u8]| fields[offset - 4..offset - 4 + bytes.len()].copy_from_slice(bytes);
        put(0x04, &array.to_le_bytes());
        put(0x08, &72_u16.to_le_bytes());
        put(0x0a, &64_u16.to_le_bytes());
        put(0x0c, &size.to_le_bytes());
        put(0x0e, &[0x09]);
        put(0x10, &[1]);
        put(0x12, &[0x22]);
        put(0x15, &5600_u16.to_le_bytes());
        put(0x17, &[2, 3]);
        put(0x1b, &[2]);
        put(0x1c, &extended.to_le_bytes());
        put(0x20, &4800_u16.to_le_bytes());
        structure(17, handle, &fields, &["DIMM_A1", "Micron ", "00000000"])
    }

    fn array(handle: u16, usage: u8) -> Vec<u8> {
        let mut fields = vec![3, usage, 6];
        fields.extend(0x8000_0000_u32.to_le_bytes());
        fields.extend([0; 4]);
        fields.extend((4_u64 << 40).to_le_bytes());
        structure(16, handle, &fields, &[])
    }

    fn memory(parts: &[Vec<u8>]) -> Memory {
        let tree = Builder::new()
            .file("/sys/firmware/dmi/tables/DMI", parts.concat())
            .file(MEMINFO, "MemTotal:        2980228 kB\nMemFree: 1 kB\n");
        collect(&Probe::new(tree.root())).unwrap()
    }

    #[test]
    fn filled_and_empty_slots_are_told_apart() {
        let memory = memory(&[array(1, 3), device(2, 1, 0x7fff, 128 << 10), device(3, 1, 0, 0)]);
        assert_eq!(memory.usable_bytes, Some(2_980_228 * 1024));
        assert_eq!(memory.installed_bytes, Some(128 << 30));
        assert_eq!(memory.max_capacity_bytes, Some(4 << 40));
        assert_eq!(memory.ecc.as_deref(), Some("multi-bit ECC"));
        let [filled, empty] = memory.slots.as_slice() else { panic!("{:?}", memory.slots) };
        assert_eq!(filled.kind.as_deref(), Some("DDR5"));
        assert_eq!(filled.vendor.as_deref(), Some("Micron"));
        assert_eq!((filled.speed_mts, filled.configured_mts), (Some(5600), Some(4800)));
        assert_eq!(
            (filled.data_width_bits, filled.total_width_bits, filled.rank),
            (Some(64), Some(72), Some(2))
        );
        assert_eq!(empty.locator.as_deref(), Some("DIMM_A1"));
        assert_eq!((empty.size_bytes, empty.vendor.as_deref(), empty.serial.as_deref()), (None, None, None));
    }

    #[test]
    fn sizes_are_read_in_all_their_units() {
        let sizes = |size, extended| memory(&[device(1, 9, size, extended)]).slots[0].size_bytes;
        assert_eq!(sizes(16_384, 0), Some(16 << 30));
        assert_eq!(sizes(0x8000 | 512, 0), Some(512 << 10));
        assert_eq!(sizes(0x7fff, 0x8000_0000 | 65_536), Some(64 << 30));
        assert_eq!(sizes(0xffff, 0), None);
        assert_eq!(sizes(0x7fff, 0), None);
    }

    #[test]
    fn flash_is_no_memory() {
        assert!(memory(&[array(1, 5), device(2, 1, 16, 0)]).slots.is_empty());
    }
}

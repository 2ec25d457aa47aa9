//! Memory modules as SMBIOS type 17. QEMU itself can only say one thing of all modules; a file may say each its own.

use anyhow::{Context as _, ensure};

use super::Dimm;

/// QEMU's own handles: of the first module, and of the memory array that they are in.
const FIRST_HANDLE: u16 = 0x1100;
const ARRAY_HANDLE: u16 = 0x1000;

/// "Not provided".
const NO_ERROR_INFORMATION: u16 = 0xfffe;
const DIMM: u8 = 0x09;
const UNKNOWN: u8 = 0x02;
const DDR4: u8 = 0x1a;
const SYNCHRONOUS: u16 = 1 << 7;
const WIDTH_BITS: u16 = 64;

/// One slot as SMBIOS 2.8 has it, full or empty.
pub(super) fn memory_device(slot: usize, dimm: Option<&Dimm>) -> anyhow::Result<Vec<u8>> {
    let number =
        u16::try_from(slot).ok().filter(|slot| *slot < 64).context("a machine has at most 64 slots")?;
    let mut strings = vec![format!("DIMM {slot}"), format!("BANK {slot}")];
    let mut name = |text: &str| {
        if text.is_empty() {
            return 0;
        }
        strings.push(text.to_owned());
        u8::try_from(strings.len()).unwrap_or(0)
    };
    let (manufacturer, serial, part) = dimm.map_or((0, 0, 0), |dimm| {
        (name(&dimm.maker.manufacturer), name(&dimm.maker.serial), name(&dimm.maker.product))
    });
    let width = if dimm.is_some() { WIDTH_BITS } else { 0 };
    let speed = dimm.map_or(0, |dimm| dimm.speed_mts);

    let mut table = vec![17, 40];
    table.extend((FIRST_HANDLE + number).to_le_bytes());
    table.extend(ARRAY_HANDLE.to_le_bytes());
    table.extend(NO_ERROR_INFORMATION.to_le_bytes());
    table.extend(width.to_le_bytes()); // total
    table.extend(width.to_le_bytes()); // data
    table.extend(dimm.map_or(0, |dimm| dimm.size_mib).to_le_bytes());
    table.extend([DIMM, 0, 1, 2]); // form, set, the strings "DIMM n" and "BANK n"
    table.push(if dimm.is_some() { DDR4 } else { UNKNOWN });
    table.extend(if dimm.is_some() { SYNCHRONOUS } else { 0 }.to_le_bytes());
    table.extend(speed.to_le_bytes());
    table.extend([manufacturer, serial, 0, part, 0]); // 0: no asset tag; unknown rank
    table.extend(0_u32.to_le_bytes()); // the larger size, for 32 GiB and more
    table.extend(speed.to_le_bytes()); // as configured
    table.extend([0; 6]); // voltages
    for string in strings {
        ensure!(!string.contains('\0'), "an SMBIOS string can't hold a zero byte");
        table.extend(string.as_bytes());
        table.push(0);
    }
    table.push(0);
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Maker;

    #[test]
    fn a_full_slot_is_laid_out_as_the_standard_says() {
        let dimm = Dimm { size_mib: 16_384, speed_mts: 3200, maker: Maker::new("ACME", "PART-1", "SER-1") };
        let table = memory_device(1, Some(&dimm)).unwrap();
        assert_eq!(table[..4], [17, 40, 0x01, 0x11]);
        assert_eq!(u16::from_le_bytes([table[0x0c], table[0x0d]]), 16_384);
        assert_eq!(u16::from_le_bytes([table[0x15], table[0x16]]), 3200);
        let strings: Vec<&str> =
            std::str::from_utf8(&table[40..]).unwrap().trim_end_matches('\0').split('\0').collect();
        let string = |number: u8| strings[usize::from(number) - 1];
        assert_eq!(string(table[0x10]), "DIMM 1");
        assert_eq!(string(table[0x17]), "ACME");
        assert_eq!(string(table[0x18]), "SER-1");
        assert_eq!(string(table[0x1a]), "PART-1");
        assert!(table.ends_with(&[0, 0]));
    }

    #[test]
    fn an_empty_slot_has_a_place_and_no_size() {
        let table = memory_device(3, None).unwrap();
        assert_eq!(table[0x0c..0x0e], [0, 0]);
        assert_eq!(table[0x17], 0);
        assert_eq!(&table[40..], b"DIMM 3\0BANK 3\0\0");
    }

    #[test]
    fn what_has_no_place_in_the_table_is_refused() {
        memory_device(64, None).unwrap_err();
        let dimm = Dimm { size_mib: 1, speed_mts: 1, maker: Maker::new("a\0b", "", "") };
        memory_device(0, Some(&dimm)).unwrap_err();
    }
}

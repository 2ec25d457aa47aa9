//! The SMBIOS tables (DMTF DSP0134), as the kernel exports them: no `/dev/mem`, no `dmidecode`.

use smbioslib::{UndefinedStruct, UndefinedStructTable};

use crate::probe::{Probe, clean};

const TABLE: &str = "/sys/firmware/dmi/tables/DMI";
const ENTRY_POINT: &str = "/sys/firmware/dmi/tables/smbios_entry_point";
/// Machines with hundreds of slots stay below 100 KiB.
const TABLE_LIMIT_BYTES: usize = 1 << 20;
const ENTRY_POINT_LIMIT_BYTES: usize = 64;
const END_OF_TABLE: u8 = 127;

/// The tables of one machine.
pub(super) struct Smbios {
    structures: Vec<UndefinedStruct>,
    /// UUIDs are little-endian since 2.6, and the kernel prints them accordingly.
    little_endian_uuid: bool,
}

/// One structure, with its fields by the offsets that the specification gives.
pub(super) struct Structure<'a>(&'a UndefinedStruct);

/// Reads the tables; `None` where there are none, or they hold no structure.
pub(super) fn read(probe: &Probe) -> Option<Smbios> {
    let table = probe.bytes(TABLE, TABLE_LIMIT_BYTES)?;
    let version = probe.bytes(ENTRY_POINT, ENTRY_POINT_LIMIT_BYTES).and_then(|entry| version(&entry));
    let smbios = Smbios {
        structures: UndefinedStructTable::from(table)
            .into_iter()
            .take_while(|structure| structure.header.struct_type() != END_OF_TABLE)
            .collect(),
        little_endian_uuid: version.is_none_or(|version| version >= (2, 6)),
    };
    if smbios.structures.is_empty() {
        probe.warn(TABLE, "holds no SMBIOS structure");
        return None;
    }
    Some(smbios)
}

/// Major and minor number, from the 64-bit, the 32-bit or the legacy entry point.
fn version(entry: &[u8]) -> Option<(u8, u8)> {
    let byte = |offset: usize| entry.get(offset).copied();
    if entry.starts_with(b"_SM3_") {
        Some((byte(7)?, byte(8)?))
    } else if entry.starts_with(b"_SM_") {
        Some((byte(6)?, byte(7)?))
    } else if entry.starts_with(b"_DMI_") {
        byte(14).map(|decimal| (decimal >> 4, decimal & 0x0f))
    } else {
        None
    }
}

impl Smbios {
    /// All structures of a type, in the firmware's order.
    pub(super) fn all(&self, kind: u8) -> impl Iterator<Item = Structure<'_>> {
        self.structures.iter().filter(move |it| it.header.struct_type() == kind).map(Structure)
    }

    /// The first structure of a type.
    pub(super) fn first(&self, kind: u8) -> Option<Structure<'_>> {
        self.all(kind).next()
    }

    /// A UUID as `/sys/class/dmi/id/product_uuid` prints it. All zeros and all ones mean that there is none.
    pub(super) fn uuid(&self, structure: &Structure<'_>, offset: usize) -> Option<String> {
        let mut octets: [u8; 16] =
            structure.0.get_field_data(offset, offset.checked_add(16)?)?.try_into().ok()?;
        if octets == [0; 16] || octets == [0xff; 16] {
            return None;
        }
        if self.little_endian_uuid {
            let (fields, _rest) = octets.split_at_mut(8);
            let (first, others) = fields.split_at_mut(4);
            let (second, third) = others.split_at_mut(2);
            first.reverse();
            second.reverse();
            third.reverse();
        }
        let digits = hex::encode(octets);
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        Some([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
    }
}

impl Structure<'_> {
    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.0.get_field_byte(offset)
    }

    pub(super) fn word(&self, offset: usize) -> Option<u16> {
        self.0.get_field_word(offset)
    }

    pub(super) fn dword(&self, offset: usize) -> Option<u32> {
        self.0.get_field_dword(offset)
    }

    pub(super) fn qword(&self, offset: usize) -> Option<u64> {
        self.0.get_field_qword(offset)
    }

    /// The string that a field refers to, trimmed; `None` where it refers to none or is blank.
    pub(super) fn text(&self, offset: usize) -> Option<String> {
        clean(self.0.get_field_string(offset).to_utf8_lossy()?.as_bytes())
    }

    /// By which other structures refer to this one.
    pub(super) fn handle(&self) -> u16 {
        *self.0.header.handle()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tree::Builder;

    /// Bytes of a structure: its type, its handle, what follows the header, its strings.
    pub(crate) fn structure(kind: u8, handle: u16, fields: &[u8], strings: &[&str]) -> Vec<u8> {
        let mut bytes = vec![kind, u8::try_from(fields.len() + 4).unwrap()];
        bytes.extend(handle.to_le_bytes());
        bytes.extend(fields);
        for string in strings {
            bytes.extend(string.as_bytes());
            bytes.push(0);
        }
        bytes.extend(if strings.is_empty() { &[0, 0][..] } else { &[0][..] });
        bytes
    }

    fn smbios(entry: &[u8], table: &[u8]) -> Option<Smbios> {
        let tree = Builder::new().file(ENTRY_POINT, entry).file(TABLE, table);
        read(&Probe::new(tree.root()))
    }

    #[test]
    fn a_uuid_is_written_as_the_kernel_of_its_version_does() {
        let mut fields = vec![0_u8; 4];
        fields.extend(0_u8..16);
        let table = structure(1, 1, &fields, &[]);
        let uuid = |entry: &[u8]| {
            let smbios = smbios(entry, &table).unwrap();
            smbios.uuid(&smbios.first(1).unwrap(), 8).unwrap()
        };
        assert_eq!(uuid(b"_SM_..\x02\x08"), "03020100-0504-0706-0809-0a0b0c0d0e0f");
        assert_eq!(uuid(b"_SM3_..\x03\x03"), "03020100-0504-0706-0809-0a0b0c0d0e0f");
        assert_eq!(uuid(b"_SM_..\x02\x05"), "00010203-0405-0607-0809-0a0b0c0d0e0f");
        assert_eq!(uuid(b"_DMI_.........\x25"), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }

    #[test]
    fn a_uuid_that_is_none_is_absent() {
        for octet in [0_u8, 0xff] {
            let smbios = smbios(b"", &structure(1, 1, &[octet; 20], &[])).unwrap();
            assert_eq!(smbios.uuid(&smbios.first(1).unwrap(), 8), None);
        }
    }

    #[test]
    fn nothing_is_read_behind_the_end_of_the_table() {
        let mut table = structure(127, 0, &[], &[]);
        table.extend(structure(17, 1, &[0; 40], &[]));
        assert!(smbios(b"", &table).is_none());
    }

    proptest! {
        #[test]
        fn junk_is_survived(table: Vec<u8>, entry: Vec<u8>, offset in 0_usize..300) {
            if let Some(smbios) = smbios(&entry, &table) {
                for kind in 0..=255 {
                    for structure in smbios.all(kind) {
                        smbios.uuid(&structure, offset);
                        structure.text(offset);
                        structure.qword(offset);
                    }
                }
            }
        }

        #[test]
        fn a_table_cut_anywhere_is_survived(cut in 0_usize..60, offset in 0_usize..64) {
            let mut table = structure(17, 1, &[1; 40], &["Micron", "DIMM_A1"]);
            table.truncate(cut);
            if let Some(smbios) = smbios(b"_SM3_", &table) {
                smbios.all(17).for_each(|it| { it.text(offset); it.dword(offset); });
            }
        }
    }
}

use proptest::prelude::*;

use super::*;

/// Bytes of a structure: its type, its handle, what follows the header, its strings.
fn structure(kind: u8, handle: u16, fields: &[u8], strings: &[&str]) -> Vec<u8> {
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

#[test]
fn structures_are_told_apart_and_their_fields_found() {
    let mut bytes = structure(1, 7, &[1, 3, 0, 9, 0xef, 0xbe, 0xad, 0xde, 1, 0, 0, 0], &["One", "Two"]);
    bytes.extend(structure(2, 8, &[1], &[]));
    bytes.extend(structure(2, 9, &[1], &["Board"]));
    bytes.extend(structure(END_OF_TABLE, 10, &[], &[]));
    bytes.extend(structure(2, 11, &[], &[]));
    let tables = Tables::new(b"_SM3_..\x03\x08", bytes);
    assert_eq!(tables.version(), Some((3, 8)));
    let first = tables.first(1).unwrap();
    assert_eq!((first.kind(), first.handle()), (1, Some(7)));
    assert_eq!((first.string(4), first.string(5), first.string(6)), (Some(&b"One"[..]), None, None));
    assert_eq!(first.strings().collect::<Vec<_>>(), [b"One", b"Two"]);
    assert_eq!((first.word(8), first.dword(8), first.byte(7)), (Some(0xbeef), Some(0xdead_beef), Some(9)));
    assert_eq!((first.qword(8), first.qword(9), first.byte(usize::MAX)), (Some(0x1_dead_beef), None, None));
    let boards: Vec<_> = tables.all(2).map(|board| (board.handle(), board.string(4))).collect();
    assert_eq!(boards, [(Some(8), None), (Some(9), Some(&b"Board"[..]))]);
}

#[test]
fn a_uuid_is_in_the_order_of_its_version() {
    let fields: Vec<u8> = [0; 4].into_iter().chain(0_u8..16).collect();
    let table = structure(1, 1, &fields, &[]);
    let start = |entry: &[u8]| {
        let tables = Tables::new(entry, table.clone());
        let uuid = tables.uuid(tables.first(1).unwrap(), 8).unwrap();
        assert_eq!(uuid[8..], [8, 9, 10, 11, 12, 13, 14, 15]);
        uuid[..8].to_vec()
    };
    let swapped = [3, 2, 1, 0, 5, 4, 7, 6];
    assert_eq!(start(b"_SM_..\x02\x08"), swapped);
    assert_eq!(start(b"_SM3_..\x03\x03"), swapped);
    assert_eq!(start(b""), swapped);
    assert_eq!(start(b"_SM_..\x02\x05"), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(start(b"_DMI_.........\x25"), [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_uuid_that_is_none_is_absent() {
    for octet in [0_u8, 0xff] {
        let tables = Tables::new(b"", structure(1, 1, &[octet; 20], &[]));
        assert_eq!(tables.uuid(tables.first(1).unwrap(), 8), None);
        assert_eq!(tables.uuid(tables.first(1).unwrap(), 9), None);
    }
}

#[test]
fn the_last_structure_may_lack_its_end() {
    let mut bytes = structure(17, 1, &[1], &["DIMM_A1"]);
    bytes.truncate(bytes.len() - 2);
    let tables = Tables::new(b"", bytes);
    assert_eq!(tables.first(17).unwrap().string(4), Some(&b"DIMM_A1"[..]));
    assert_eq!(tables.structures().count(), 1);
}

fn read_all(tables: &Tables, offset: usize) {
    for structure in tables.structures() {
        let _ = (tables.uuid(structure, offset), structure.string(offset), structure.qword(offset));
        let _ = (structure.handle(), structure.strings().count());
    }
}

proptest! {
    #[test]
    fn junk_is_survived(table: Vec<u8>, entry: Vec<u8>, offset: usize) {
        read_all(&Tables::new(&entry, table), offset);
    }

    #[test]
    fn a_table_that_is_cut_or_changed_anywhere_is_survived(
        cut in 0_usize..130, at in 0_usize..130, to: u8, offset in 0_usize..64,
    ) {
        let mut table = structure(17, 1, &[1; 40], &["Micron", "DIMM_A1"]);
        table.extend(structure(4, 2, &[2; 30], &["CPU1"]));
        table.truncate(cut);
        if let Some(byte) = table.get_mut(at) {
            *byte = to;
        }
        let tables = Tables::new(b"_SM3_", table);
        prop_assert!(tables.structures().count() <= 30);
        read_all(&tables, offset);
    }
}

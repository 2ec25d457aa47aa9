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

/// A structure of this length, with some of its fields set, by the offsets of the specification.
pub(crate) fn with_fields(
    kind: u8,
    handle: u16,
    length: usize,
    fields: &[(usize, &[u8])],
    strings: &[&str],
) -> Vec<u8> {
    let mut bytes = vec![0; length - 4];
    for (offset, field) in fields {
        bytes[offset - 4..offset - 4 + field.len()].copy_from_slice(field);
    }
    structure(kind, handle, &bytes, strings)
}

fn names(tree: &Builder) -> (Vec<Option<String>>, Vec<inventory::Warning>) {
    let probe = Probe::new(tree.root());
    let names = read(&probe).map(|tables| tables.all(2).map(|board| text(board, 4)).collect());
    (names.unwrap_or_default(), probe.into_warnings())
}

#[test]
fn strings_are_one_clean_line_or_absent() {
    let table = [
        structure(2, 1, &[1], &["  Board \x1b[2J  "]),
        structure(2, 2, &[1], &["   "]),
        structure(2, 3, &[9], &["Board"]),
    ];
    let (names, warnings) = names(&Builder::new().file(TABLE, table.concat()));
    assert_eq!((names, warnings), (vec![Some("Board \u{fffd}[2J".into()), None, None], vec![]));
}

#[test]
fn without_the_table_the_single_entries_serve_in_their_order() {
    let tree = Builder::new()
        .file(&format!("{ENTRIES}/2-0/raw"), structure(2, 1, &[1], &["Second"]))
        .file(&format!("{ENTRIES}/2-0/position"), "10\n")
        .file(&format!("{ENTRIES}/2-1/raw"), structure(2, 2, &[1], &["First"]))
        .file(&format!("{ENTRIES}/2-1/position"), "9\n");
    assert_eq!(names(&tree).0, [Some("First".to_owned()), Some("Second".to_owned())]);
}

#[test]
fn each_who_asks_is_told_of_a_refusal_and_the_file_is_read_once() {
    let tree = Builder::new().refused(TABLE);
    let common = Arc::default();
    for _ in 0..2 {
        let probe = Probe::sharing(tree.root(), Arc::clone(&common));
        assert!(read(&probe).is_none());
        assert_eq!(probe.into_warnings()[0].reason, "permission denied");
    }
    let other = Builder::new().file(TABLE, structure(2, 1, &[1], &["Board"]));
    assert!(read(&Probe::sharing(other.root(), common)).is_none());
}

#[test]
fn a_table_of_junk_or_of_a_megabyte_is_no_table() {
    let reason = |table: Vec<u8>| names(&Builder::new().file(TABLE, table)).1[0].reason.clone();
    assert_eq!(reason(b"\x01\x02\x03 junk".to_vec()), "holds no SMBIOS structure");
    assert_eq!(reason(vec![]), "holds no SMBIOS structure");
    assert_eq!(reason(vec![4; TABLE_LIMIT_BYTES + 1]), "longer than 1048576 bytes");
    assert_eq!(names(&Builder::new()).1, []);
}

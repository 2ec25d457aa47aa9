use proptest::prelude::*;

use super::*;

fn node(kind: u8, subtype: u8, data: &[u8]) -> Vec<u8> {
    let mut node = vec![kind, subtype];
    node.extend(u16::try_from(data.len() + 4).unwrap().to_le_bytes());
    node.extend(data);
    node
}

fn option(attributes: u32, description: &str, path: &[u8]) -> Vec<u8> {
    let mut variable = vec![7, 0, 0, 0];
    variable.extend(attributes.to_le_bytes());
    variable.extend(u16::try_from(path.len()).unwrap().to_le_bytes());
    variable.extend(description.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    variable.extend(path);
    // Data for the loader itself, which looks like a node.
    variable.extend(node(MESSAGING, MAC, &[0xff; 33]));
    variable
}

fn from_network() -> Vec<u8> {
    let mut mac = vec![0x52, 0x54, 0, 0x12, 0x34, 0x56];
    mac.resize(33, 0);
    let path = [
        node(2, 1, &[0; 8]),
        node(1, 1, &[0, 2]),
        node(3, 11, &mac),
        node(3, 12, &[0; 23]),
        node(0x7f, 0xff, &[]),
    ];
    option(1, "UEFI PXEv4 (MAC:525400123456)", &path.concat())
}

#[test]
fn a_network_card_is_told_from_a_disk() {
    let network = LoadOption::parse(&from_network()).unwrap();
    assert_eq!(network.description, "UEFI PXEv4 (MAC:525400123456)");
    assert!(network.active && network.network);
    assert_eq!(network.mac, Some([0x52, 0x54, 0, 0x12, 0x34, 0x56]));

    let path = [node(4, 1, &[0; 38]), node(4, 4, b"\\\0E\0F\0I\0\0\0"), node(0x7f, 0xff, &[])].concat();
    let disk = LoadOption::parse(&option(0, "debian", &path)).unwrap();
    assert_eq!(
        (disk.active, disk.network, disk.mac, disk.description.as_str()),
        (false, false, None, "debian")
    );
}

#[test]
fn flags_and_lists_are_read_behind_the_attributes() {
    assert_eq!((flag(&[6, 0, 0, 0, 1]), flag(&[6, 0, 0, 0, 0])), (Some(true), Some(false)));
    assert_eq!((flag(&[6, 0, 0, 0]), flag(&[6, 0, 0, 0, 1, 1]), flag(&[1])), (None, None, None));
    assert_eq!(numbers(&[7, 0, 0, 0, 1, 0, 0, 0x20, 9]), [1, 0x2000]);
    assert!(numbers(&[7]).is_empty());
}

#[test]
fn nodes_that_lie_about_their_length_end_the_path() {
    for path in [&[3, 11, 0, 0][..], &[3, 11, 3, 0], &[3, 11, 0xff, 0xff], &[3]] {
        assert_eq!(nodes(path).count(), 0, "{path:?}");
    }
}

proptest! {
    #[test]
    fn any_variable_is_survived(bytes: Vec<u8>, cut in 0_usize..200, at in 0_usize..200, to: u8) {
        let _ = (LoadOption::parse(&bytes), flag(&bytes));
        prop_assert!(numbers(&bytes).len() <= bytes.len());
        let mut changed = from_network();
        changed.truncate(cut);
        if let Some(byte) = changed.get_mut(at) {
            *byte = to;
        }
        let _ = LoadOption::parse(&changed);
    }
}

use std::hint::black_box;

use proptest::prelude::*;

use super::*;

/// An NVMe drive: Gen4 x4 that was trained as Gen3 x2, with MSI-X, power management and PCI Express.
fn drive() -> Vec<u8> {
    let mut bytes = vec![0; 256];
    let mut put = |offset: usize, value: &[u8]| bytes[offset..offset + value.len()].copy_from_slice(value);
    put(0x00, &[0x4d, 0x14, 0x0a, 0xa8]);
    put(0x06, &[0x10, 0x00]);
    put(0x08, &[0x02, 0x02, 0x08, 0x01]);
    put(0x0e, &[0x80]);
    put(0x2c, &[0x4d, 0x14, 0x01, 0xa8]);
    put(0x34, &[0x40]);
    put(0x40, &[0x01, 0x50]);
    put(0x50, &[0x11, 0x60]);
    put(0x60, &[0x10, 0x00, 0x02, 0x00]);
    put(0x6c, &[0x44, 0x00, 0x00, 0x00]);
    put(0x72, &[0x23, 0x00]);
    bytes
}

#[test]
fn a_drive_tells_what_it_is_and_how_it_is_linked() {
    let config = Config::decode(&drive()).unwrap();
    assert_eq!((config.vendor, config.device, config.class, config.revision), (0x144d, 0xa80a, 0x01_0802, 2));
    assert_eq!(config.header, Header::Endpoint { subsystem_vendor: 0x144d, subsystem_device: 0xa801 });
    assert!(config.multifunction);
    assert_eq!(config.capabilities, [(0x01, 0x40), (0x11, 0x50), (0x10, 0x60)]);
    let link = config.link.unwrap();
    assert_eq!(link.max, LinkRate { tenths_gtps: Some(160), width: Some(4) });
    assert_eq!(link.current, LinkRate { tenths_gtps: Some(80), width: Some(2) });
}

#[test]
fn a_bridge_tells_its_bus_and_an_empty_slot_has_no_width() {
    let mut bytes = drive();
    bytes[0x0e] = 1;
    bytes[0x19] = 3;
    bytes[0x72..0x74].copy_from_slice(&[0x01, 0x00]);
    let config = Config::decode(&bytes).unwrap();
    assert_eq!(config.header, Header::Bridge { secondary_bus: 3 });
    assert_eq!(config.link.unwrap().current, LinkRate { tenths_gtps: Some(25), width: None });
}

#[test]
fn whoever_may_read_the_header_only_sees_no_link() {
    let config = Config::decode(&drive()[..64]).unwrap();
    assert_eq!((config.capabilities.len(), config.link, config.vendor), (0, None, 0x144d));
    assert_eq!(Config::decode(&drive()[..63]), None);
    assert_eq!(Config::decode(&[0xff; 256]), None);
}

#[test]
fn a_list_that_goes_round_ends() {
    let mut bytes = drive();
    bytes[0x61] = 0x40;
    assert_eq!(Config::decode(&bytes).unwrap().capabilities.len(), CAPABILITIES_LIMIT);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        black_box(Config::decode(&bytes));
    }

    #[test]
    fn a_real_space_cut_and_changed_is_survived(cut in 0_usize..256, at in 0_usize..256, value: u8) {
        let mut bytes = drive();
        bytes[at] = value;
        bytes.truncate(cut);
        black_box(Config::decode(&bytes));
    }
}

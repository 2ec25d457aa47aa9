use proptest::prelude::*;

use super::*;

/// A drive of 4 KiB sectors that shows them as 512 bytes.
fn identify() -> Vec<u8> {
    let mut bytes = vec![0; 512];
    for (word, length, text) in
        [(10, 20, "     WD-WCC1"), (23, 8, "82.00A82"), (27, 40, "WDC WD40EFRX-68N32N0")]
    {
        let text: Vec<u8> = format!("{text:length$}").into_bytes();
        for (index, pair) in text.chunks(2).enumerate() {
            bytes[2 * (word + index)..][..2].copy_from_slice(&[pair[1], pair[0]]);
        }
    }
    let words = [
        (59, 0b0011 << 12),
        (60, 0xffff),
        (61, 0x0fff),
        (80, 0x0ffc),
        (82, 0b11),
        (83, 0x4400),
        (84, 0x4120),
        (85, 0b11),
        (87, 0x4120),
        (100, 0xbeb0),
        (101, 0xd1c0),
        (102, 1),
        (106, 0x6003),
        (108, 0x5001),
        (109, 0x4ee2),
        (110, 0xb5a2),
        (111, 0xf1c3),
        (128, 0b10_1011),
        (168, 2),
        (217, 5400),
    ];
    for (word, value) in words {
        bytes[2 * word..][..2].copy_from_slice(&u16::to_le_bytes(value));
    }
    bytes
}

fn with(word: usize, value: u16) -> Identity {
    let mut bytes = identify();
    bytes[2 * word..][..2].copy_from_slice(&value.to_le_bytes());
    Identity::decode(&bytes).unwrap()
}

#[test]
fn a_drive_says_its_whole_name_and_what_it_can() {
    let said = Identity::decode(&identify()).unwrap();
    assert_eq!(said.model.as_deref(), Some("WDC WD40EFRX-68N32N0"));
    assert_eq!((said.serial.as_deref(), said.firmware.as_deref()), (Some("WD-WCC1"), Some("82.00A82")));
    assert_eq!(said.wwn, Some(0x5001_4ee2_b5a2_f1c3));
    assert_eq!(said.capacity_bytes, Some(0x1_d1c0_beb0 * 512));
    assert_eq!((said.logical_sector_bytes, said.physical_sector_bytes), (512, 4096));
    assert_eq!((said.rotation_rpm, said.form_factor), (Some(5400), Some(FormFactor::Inch3_5)));
    assert_eq!((said.smart_supported, said.smart_enabled, said.has_logs), (Some(true), Some(true), true));
    let security = Security { enabled: true, frozen: true, enhanced_erase: true, ..Security::default() };
    assert_eq!(said.security, Some(security));
    assert_eq!(said.sanitize, Sanitize { crypto_erase: true, ..Sanitize::default() });
    assert_eq!((said.standard, said.trim, said.trusted_computing), (Some("ACS-4"), false, None));
}

#[test]
fn words_that_mean_nothing_say_nothing() {
    assert_eq!(
        (with(87, 0).smart_enabled, with(87, 0xffff).wwn, with(83, 0).smart_supported),
        (None, None, None)
    );
    assert_eq!((with(217, 0).rotation_rpm, with(217, 0xffff).rotation_rpm), (None, None));
    assert_eq!((with(217, 1).rotation_rpm, with(168, 0).form_factor), (Some(0), None));
    assert_eq!(
        (with(128, 0).security, with(128, 0xffff).security, with(80, 0xffff).standard),
        (None, None, None)
    );
    assert!(!with(169, 0xffff).trim && with(169, 1).trim && !with(69, 0xffff).encrypts_all);
    // Without 48-bit addresses words 60 and 61 count.
    assert_eq!(with(83, 0x4000).capacity_bytes, Some(0x0fff_ffff * 512));
}

#[test]
fn a_sector_of_four_thousand_bytes_is_one() {
    let mut bytes = identify();
    for (word, value) in [(106, 0x5000), (117, 2048), (118, 0)] {
        bytes[2 * word..][..2].copy_from_slice(&u16::to_le_bytes(value));
    }
    let said = Identity::decode(&bytes).unwrap();
    assert_eq!((said.logical_sector_bytes, said.physical_sector_bytes), (4096, 4096));
    assert_eq!(said.capacity_bytes, Some(0x1_d1c0_beb0 * 4096));
}

#[test]
fn the_page_in_sysfs_holds_the_same() {
    let page = [&[0, 0x89, 2, 0x38][..], &[0; 56], &identify()].concat();
    assert_eq!(identity_page(&page), Identity::decode(&identify()));
    assert_eq!(identity_page(&[&[0, 0x80, 2, 0x38][..], &page[4..]].concat()), None);
    assert_eq!(identity_page(&page[..400]), None);
}

#[test]
fn an_empty_bus_and_a_cd_drive_are_no_ata_drive() {
    assert_eq!(Identity::decode(&[0xff; 512]), None);
    assert_eq!(Identity::decode(&[0; 512]), None);
    let mut cd = identify();
    cd[1] = 0x85;
    assert_eq!(Identity::decode(&cd), None);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>, cut in 0..=512_usize, at in 0..512_usize, value: u8) {
        let _ = (Identity::decode(&bytes), identity_page(&bytes));
        let mut real = identify();
        real[at] = value;
        let _ = Identity::decode(&real[..cut]);
        let _ = Identity::decode(&real);
    }

    #[test]
    fn any_words_are_survived(words in proptest::collection::vec(any::<u8>(), 512)) {
        let _ = Identity::decode(&words);
    }
}

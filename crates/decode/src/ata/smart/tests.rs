use proptest::prelude::*;

use super::*;

fn seal(mut sector: Vec<u8>) -> Vec<u8> {
    sector[511] = 0;
    let sum = sector.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    sector[511] = sum.wrapping_neg();
    sector
}

/// (id, flags, value, worst, raw).
fn data(attributes: &[(u8, u8, u8, u8, u64)]) -> Vec<u8> {
    let mut sector = vec![0; 512];
    sector[0] = 16;
    for (index, (id, flags, value, worst, raw)) in attributes.iter().enumerate() {
        let entry = &mut sector[2 + 12 * index..][..12];
        entry[..5].copy_from_slice(&[*id, *flags, 0, *value, *worst]);
        entry[5..11].copy_from_slice(&raw.to_le_bytes()[..6]);
    }
    seal(sector)
}

fn thresholds(pairs: &[(u8, u8)]) -> Vec<u8> {
    let mut sector = vec![0; 512];
    for (index, (id, threshold)) in pairs.iter().enumerate() {
        sector[2 + 12 * index..][..2].copy_from_slice(&[*id, *threshold]);
    }
    seal(sector)
}

#[test]
fn attributes_meet_their_thresholds_by_id() {
    let data = data(&[(1, 0x0f, 100, 90, 0), (5, 0x33, 140, 140, 0x0001_0000_0003), (194, 0x22, 111, 1, 36)]);
    let smart = Smart::decode(&data, Some(&thresholds(&[(5, 140), (1, 51), (194, 0)]))).unwrap();
    let five = smart.attribute(5).unwrap();
    assert!(five.prefailure && five.fails_now() && five.ever_failed());
    assert_eq!((five.low_word(), five.threshold), (3, Some(140)));
    let [one, heat] = [1, 194].map(|id| *smart.attribute(id).unwrap());
    assert!(!one.fails_now() && !one.ever_failed());
    // A threshold of 0 is always passed.
    assert!(!heat.prefailure && !heat.ever_failed());
    assert_eq!(smart.attribute(199), None);
}

#[test]
fn what_failed_once_and_is_well_again_is_told() {
    let smart = Smart::decode(&data(&[(3, 3, 200, 20, 0)]), Some(&thresholds(&[(3, 21)]))).unwrap();
    let attribute = smart.attribute(3).unwrap();
    assert!(!attribute.fails_now() && attribute.ever_failed());
    // Nor does a drive fail whose thresholds could not be had.
    let without = Smart::decode(&data(&[(3, 3, 1, 1, 0)]), None).unwrap();
    assert!(!without.attribute(3).unwrap().ever_failed());
}

#[test]
fn raw_numbers_are_unpacked() {
    let attribute = |raw| Attribute { raw, ..Attribute::default() };
    assert_eq!(attribute(0x0036_0011_0024).celsius(), Some(36));
    assert_eq!(
        (attribute(0xfb).celsius(), attribute(0).celsius(), attribute(0x7f).celsius()),
        (Some(-5), None, None)
    );
    assert_eq!(attribute(0x1700_0000_4e20 | 0x0100_0000).hours(), 20_000);
}

#[test]
fn a_broken_sector_is_none() {
    let mut broken = data(&[(5, 3, 100, 100, 0)]);
    broken[100] ^= 1;
    assert_eq!(Smart::decode(&broken, None), None);
    assert_eq!(Smart::decode(&[0; 512], None), None);
    assert_eq!(Smart::decode(&data(&[])[..300], None), None);
}

#[test]
fn the_newest_self_test_is_told() {
    let log = |newest: u8, status: u8| {
        let mut sector = vec![0; 512];
        sector[0] = 1;
        sector[2 + 24 * 2..][..4].copy_from_slice(&[1, status, 0x51, 0x38]);
        sector[508] = newest;
        seal(sector)
    };
    let told = |newest, status| last_self_test(&log(newest, status)).map(|test| test.outcome);
    assert_eq!(last_self_test(&log(3, 0)).unwrap().power_on_hours, Some(14_417));
    assert_eq!(
        (told(3, 0x70), told(3, 0x10), told(3, 0xf9)),
        (Some(Outcome::Failed), Some(Outcome::Aborted), Some(Outcome::Running))
    );
    assert_eq!((told(0, 0), told(22, 0), told(3, 0x90)), (None, None, None));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600), cut in 0..512_usize) {
        let real = data(&[(5, 3, 100, 100, 7)]);
        for bytes in [&bytes[..], &real[..cut]] {
            let _ = (Smart::decode(bytes, Some(bytes)), last_self_test(bytes));
        }
        if bytes.len() >= 512 {
            let sealed = seal(bytes[..512].to_vec());
            let _ = (Smart::decode(&sealed, Some(&sealed)), last_self_test(&sealed));
        }
    }
}

use proptest::prelude::*;

use super::*;

fn page(code: u8, parameters: &[(u16, &[u8])]) -> Vec<u8> {
    let mut content = Vec::new();
    for (code, value) in parameters {
        content.extend(code.to_be_bytes());
        content.extend([0x03, u8::try_from(value.len()).unwrap()]);
        content.extend(*value);
    }
    let mut page = vec![code, 0];
    page.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
    page.extend(content);
    page
}

#[test]
fn error_counters_of_any_length_are_read() {
    let bytes = page(READ_ERRORS, &[(3, &[0, 0, 0x9d, 0x37]), (5, &[0, 0, 0, 0, 0, 1, 0, 0]), (6, &[7])]);
    let told = errors(&bytes, READ_ERRORS).unwrap();
    assert_eq!(
        (told.corrected, told.uncorrected, told.processed_bytes),
        (Some(40_247), Some(7), Some(65_536))
    );
    assert_eq!(errors(&bytes, WRITE_ERRORS), None);
    assert_eq!(errors(&page(WRITE_ERRORS, &[(6, &[0xff; 4])]), WRITE_ERRORS).unwrap().uncorrected, None);
}

#[test]
fn temperatures_and_the_verdict_are_read() {
    let told = temperatures(&page(TEMPERATURE, &[(0, &[0, 26]), (1, &[0, 85])])).unwrap();
    assert_eq!((told.current_celsius, told.reference_celsius), (Some(26), Some(85)));
    let unknown = temperatures(&page(TEMPERATURE, &[(0, &[0, 0xff]), (1, &[0, 0])]));
    assert_eq!(unknown, Some(Temperatures::default()));
    let told = exceptions(&page(EXCEPTIONS, &[(0, &[0x5d, 0x10, 31])])).unwrap();
    assert_eq!((told.code, told.qualifier, told.temp_celsius), (0x5d, 0x10, Some(31)));
}

#[test]
fn wear_age_and_birth_are_read() {
    assert_eq!(used_percent(&page(SOLID_STATE, &[(1, &[0, 0, 0, 101])])), Some(101));
    assert_eq!(power_on_hours(&page(BACKGROUND_SCAN, &[(0, &[0, 0, 0x0e, 0x10, 0, 0])])), Some(60));
    let told =
        start_stop(&page(START_STOP, &[(1, b"201305"), (3, &[0, 0, 0xc3, 0x50]), (4, &[0, 0, 0, 70])]))
            .unwrap();
    assert_eq!((told.manufactured.as_deref(), told.start_cycles), (Some("2013-W05"), Some(70)));
    assert_eq!(told.specified_start_cycles, Some(50_000));
    for junk in [b"      ", b"000000", b"201399", b"\xff\xff\xff\xff\xff\xff"] {
        assert_eq!(start_stop(&page(START_STOP, &[(1, junk)])).unwrap().manufactured, None);
    }
}

#[test]
fn a_subpage_is_another_page() {
    let mut bytes = page(TEMPERATURE, &[(0, &[0, 26])]);
    bytes[0] |= 0x40;
    assert_eq!(temperatures(&bytes), None);
    assert_eq!(supported(&page(SUPPORTED, &[])), Some(&[][..]));
    assert_eq!(supported(&[0, 0, 0, 3, 0x00, 0x0d, 0x2f, 9]), Some(&[0x00, 0x0d, 0x2f][..]));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(content: Vec<u8>, code: u8, cut in 0..12_usize) {
        let random = [&[code, 0, 0xff, 0xff], content.as_slice()].concat();
        let real = page(code & 0x3f, &[(0, &[0; 4]), (1, &[1; 4])]);
        for bytes in [&content[..], &random, &real[..cut.min(real.len())]] {
            let _ = (supported(bytes), errors(bytes, code & 0x3f), temperatures(bytes), exceptions(bytes));
            let _ = (used_percent(bytes), power_on_hours(bytes), start_stop(bytes));
            prop_assert!(parameters(bytes, code & 0x3f).count() <= bytes.len());
        }
    }
}

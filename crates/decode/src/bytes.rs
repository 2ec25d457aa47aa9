//! Numbers and texts out of an answer that may be too short for them.

/// The `N` bytes at this place.
pub(crate) fn at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..)?.first_chunk().copied()
}

pub(crate) fn byte(bytes: &[u8], offset: usize) -> Option<u8> {
    bytes.get(offset).copied()
}

pub(crate) fn le16(bytes: &[u8], offset: usize) -> Option<u16> {
    at(bytes, offset).map(u16::from_le_bytes)
}

pub(crate) fn le32(bytes: &[u8], offset: usize) -> Option<u32> {
    at(bytes, offset).map(u32::from_le_bytes)
}

pub(crate) fn le64(bytes: &[u8], offset: usize) -> Option<u64> {
    at(bytes, offset).map(u64::from_le_bytes)
}

/// A counter of 128 bits. No drive lives long enough for more than 64; one that lies says "very many".
pub(crate) fn le128(bytes: &[u8], offset: usize) -> Option<u64> {
    at(bytes, offset).map(|bytes| u64::try_from(u128::from_le_bytes(bytes)).unwrap_or(u64::MAX))
}

pub(crate) fn be16(bytes: &[u8], offset: usize) -> Option<u16> {
    at(bytes, offset).map(u16::from_be_bytes)
}

pub(crate) fn be32(bytes: &[u8], offset: usize) -> Option<u32> {
    at(bytes, offset).map(u32::from_be_bytes)
}

pub(crate) fn be64(bytes: &[u8], offset: usize) -> Option<u64> {
    at(bytes, offset).map(u64::from_be_bytes)
}

/// A number of any length up to eight bytes, the highest byte first. What is longer counts with its last eight, unless it
/// is too great for them.
pub(crate) fn be_any(bytes: &[u8]) -> u64 {
    let (high, low) = bytes.split_at(bytes.len().saturating_sub(8));
    if high.iter().any(|byte| *byte != 0) {
        return u64::MAX;
    }
    low.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// A text of a fixed length, padded with blanks or zeros; `None` when it is empty or no plain ASCII.
pub(crate) fn ascii(bytes: &[u8]) -> Option<String> {
    let plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | 0));
    let text = String::from_utf8_lossy(bytes).replace('\0', " ").trim().to_owned();
    (plain && !text.is_empty()).then_some(text)
}

/// Two digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    hex_with(bytes, "")
}

/// The same with something between the bytes.
pub(crate) fn hex_with(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between)
}

/// A UUID as RFC 9562 writes it; nothing where it is all zeros.
pub(crate) fn uuid(bytes: &[u8], offset: usize) -> Option<String> {
    let bytes: [u8; 16] = at(bytes, offset)?;
    let groups = [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]];
    (bytes != [0; 16]).then(|| groups.map(hex).join("-"))
}

/// A GUID: its first three fields are little-endian (UEFI 2.10, appendix A).
pub(crate) fn guid(bytes: &[u8], offset: usize) -> Option<String> {
    let [a, b, c, d, e, f, g, h, rest @ ..] = at::<16>(bytes, offset)?;
    let mut turned = vec![d, c, b, a, f, e, h, g];
    turned.extend(rest);
    uuid(&turned, 0)
}

/// Kelvin to Celsius; 0 is "not reported", and what no machine survives is no temperature.
pub(crate) fn kelvin(kelvin: u16) -> Option<i32> {
    let celsius = i32::from(kelvin) - 273;
    (-60..=200).contains(&celsius).then_some(celsius)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beyond_the_end_is_absent() {
        assert_eq!(le16(&[1, 2, 3], 1), Some(0x0302));
        assert_eq!((le16(&[1, 2, 3], 2), le64(&[], 0), byte(&[1], usize::MAX)), (None, None, None));
    }

    #[test]
    fn a_number_too_great_for_its_type_stays_at_the_greatest() {
        assert_eq!(le128(&[0xff; 16], 0), Some(u64::MAX));
        assert_eq!((be_any(&[1, 0]), be_any(&[]), be_any(&[0, 0, 0, 0, 0, 0, 0, 0, 7])), (256, 0, 7));
        assert_eq!(be_any(&[1, 0, 0, 0, 0, 0, 0, 0, 7]), u64::MAX);
    }

    #[test]
    fn junk_is_no_text() {
        assert_eq!(ascii(b"  WD 1\0\0").as_deref(), Some("WD 1"));
        assert_eq!((ascii(b"   "), ascii(&[0xff; 4]), ascii(b"a\x1b[2J")), (None, None, None));
    }

    #[test]
    fn a_temperature_that_nothing_survives_is_none() {
        assert_eq!((kelvin(323), kelvin(0), kelvin(0xffff)), (Some(50), None, None));
    }
}

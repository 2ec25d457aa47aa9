//! Type/length-coded text (43.15; Platform Management FRU Information Storage Definition 1.0, 13).

/// Text in one of four codes, by the two upper bits of its type/length byte. Those that tell only blanks tell nothing.
pub(super) fn decode(code: u8, bytes: &[u8]) -> Option<String> {
    let text: String = match code >> 6 {
        1 => bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).map(bcd_plus).collect(),
        2 => six_bit(bytes),
        // Latin 1, or what some write where binary is meant.
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let text: String = text.split('\0').next()?.trim().chars().map(printable).collect();
    (!text.is_empty()).then_some(text)
}

const fn printable(c: char) -> char {
    if c.is_ascii_control() || matches!(c, '\u{80}'..='\u{9f}') { char::REPLACEMENT_CHARACTER } else { c }
}

const fn bcd_plus(digit: u8) -> char {
    match digit {
        0..=9 => (b'0' + digit) as char,
        0x0b => '-',
        0x0c => '.',
        _ => ' ',
    }
}

/// Four characters in three bytes, the first in the lowest bits; each counted from the blank.
fn six_bit(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let packed = group.iter().rev().fold(0_u32, |packed, byte| packed << 8 | u32::from(*byte));
        for index in 0..group.len() * 8 / 6 {
            let code = u8::try_from(packed >> (6 * index) & 0x3f).unwrap_or(0);
            text.push(char::from(b' ' + code));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_read() {
        assert_eq!(decode(0xc0, b"X11DPU \0\0").as_deref(), Some("X11DPU"));
        // The specification's own example: "IPMI" in 6-bit ASCII.
        assert_eq!(decode(0x80, &[0x29, 0xdc, 0xa6]).as_deref(), Some("IPMI"));
        assert_eq!(decode(0x40, &[0x12, 0xb3, 0xc4]).as_deref(), Some("12-3.4"));
        assert_eq!(decode(0xc0, b"a\x1b[2J\x9b").as_deref(), Some("a\u{fffd}[2J\u{fffd}"));
        assert_eq!(decode(0xc0, b"  "), None);
    }
}

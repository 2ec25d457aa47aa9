//! Vital product data (SPC-5 7.7, SBC-4 6.6).

use crate::ata::FormFactor;
use crate::bytes::{ascii, be16, byte, hex};

/// No page is longer: a head of four bytes, two of which are the length of what follows.
pub const PAGE_LIMIT_BYTES: usize = 4 + 0xffff;

/// The content of a page that says it is `code`: what follows its head of four bytes, cut at the length told there.
#[must_use]
pub fn page(bytes: &[u8], code: u8) -> Option<&[u8]> {
    let (&[_, found, high, low], rest) = bytes.split_first_chunk()?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    (found == code).then(|| rest.get(..length).unwrap_or(rest))
}

/// Page 0x80: the unit's serial number.
#[must_use]
pub fn serial(bytes: &[u8]) -> Option<String> {
    ascii(page(bytes, 0x80)?)
}

/// Page 0x83: the logical unit's own name, as the kernel writes it (`naa.5000c500aabbccdd`). NAA names come before EUI-64.
#[must_use]
pub fn unit_name(bytes: &[u8]) -> Option<String> {
    let mut rest = page(bytes, 0x83)?;
    let (mut naa, mut eui) = (None, None);
    while let Some((&[code, kind, _, length], after)) = rest.split_first_chunk() {
        let name = after.get(..usize::from(length))?;
        rest = after.get(usize::from(length)..)?;
        // Binary, and of the logical unit: not of the port or the target.
        if code & 0x0f != 1 || kind & 0x30 != 0 || name.iter().all(|byte| *byte == 0) {
            continue;
        }
        match (kind & 0x0f, name.len()) {
            (3, 8 | 16) if naa.is_none() => naa = Some(format!("naa.{}", hex(name))),
            (2, 8 | 12 | 16) if eui.is_none() => eui = Some(format!("eui.{}", hex(name))),
            _ => {}
        }
    }
    naa.or(eui)
}

/// Page 0xB1: what the medium is like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Medium {
    /// Turns in a minute; 0 for one that does not turn.
    pub rotation_rpm: Option<u16>,
    /// The drive's size.
    pub form_factor: Option<FormFactor>,
}

/// Decodes page 0xB1.
#[must_use]
pub fn medium(bytes: &[u8]) -> Option<Medium> {
    let content = page(bytes, 0xb1)?;
    let rotation_rpm = match be16(content, 0)? {
        1 => Some(0),
        rate @ 0x0401..=0xfffe => Some(rate),
        _ => None,
    };
    let form_factor = byte(content, 3).and_then(|byte| FormFactor::from_code(byte & 0x0f));
    Some(Medium { rotation_rpm, form_factor })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: &[u8] = &[
        0, 0x83, 0, 36, 2, 0, 0, 8, b'S', b'A', b'S', b'0', b'0', b'0', b'0', b'1', // its vendor's text
        1, 0x93, 0, 8, 0x50, 0, 0xc5, 0, 0xaa, 0xbb, 0xcc, 0xde, // a port's
        1, 3, 0, 8, 0x50, 0, 0xc5, 0, 0xaa, 0xbb, 0xcc, 0xdd,
    ];

    #[test]
    fn the_units_own_name_is_told_from_its_ports() {
        assert_eq!(unit_name(NAMES).as_deref(), Some("naa.5000c500aabbccdd"));
        let eui = [0, 0x83, 0, 12, 1, 2, 0, 8, 0, 0x25, 0x38, 1, 2, 3, 4, 5];
        assert_eq!(unit_name(&eui).as_deref(), Some("eui.0025380102030405"));
        assert_eq!(unit_name(&[0, 0x83, 0, 12, 1, 3, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }

    #[test]
    fn a_medium_tells_its_rate_and_size() {
        let told = medium(&[0, 0xb1, 0, 4, 0x27, 0x10, 0, 3]).unwrap();
        assert_eq!((told.rotation_rpm, told.form_factor), (Some(10_000), Some(FormFactor::Inch2_5)));
        assert_eq!(medium(&[0, 0xb1, 0, 4, 0, 1, 0, 0]).unwrap().rotation_rpm, Some(0));
        assert_eq!(medium(&[0, 0xb1, 0, 4, 0, 0, 0, 0]), Some(Medium::default()));
        assert_eq!(serial(b"\0\x80\0\x04 Z1Xjunk").as_deref(), Some("Z1X"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, cut in 0..NAMES.len(), at in 4..NAMES.len(), value: u8) {
            let mut names = NAMES.to_vec();
            names[at] = value;
            let pages = [0x80, 0x83, 0xb1].map(|code| [&[0, code, 0xff, 0xff], bytes.as_slice()].concat());
            for bytes in [&bytes, &names, &names[..cut].to_vec()].into_iter().chain(&pages) {
                let _ = (unit_name(bytes), medium(bytes), serial(bytes));
            }
        }
    }
}

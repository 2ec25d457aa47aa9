//! The SCSI vital product data pages that the kernel keeps in sysfs (`device/vpd_pg80`, `vpd_pg89`, `vpd_pgb1`).
//!
//! SPC-5 7.7 (0x80), SAT-5 12.4 (0x89: what an ATA drive says of itself), SBC-4 6.6 (0xB1).

/// Where the ATA identity begins in page 0x89.
const IDENTITY_OFFSET: usize = 60;

/// What an ATA drive says of itself: IDENTIFY DEVICE (ACS-4 7.12), as far as sysfs has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtaIdentity {
    /// Words 27 to 46: the model, whole, where SCSI has room for 16 characters only.
    pub model: Option<String>,
    /// Words 10 to 19.
    pub serial: Option<String>,
    /// Words 23 to 26.
    pub firmware: Option<String>,
    /// Word 217.
    pub rotation: Option<Rotation>,
}

/// How a medium turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It does not: a solid-state drive.
    None,
    /// So many times in a minute.
    Rpm(u16),
}

impl Rotation {
    /// The rate as ATA and SCSI both code it; 0 is "not reported".
    fn from_code(code: u16) -> Option<Self> {
        match code {
            1 => Some(Self::None),
            0x0401..=0xfffe => Some(Self::Rpm(code)),
            _ => None,
        }
    }
}

/// The content of a page whose head says that it is `code`: what follows the head, cut at the length told there.
fn page(bytes: &[u8], code: u8) -> Option<&[u8]> {
    let (&[_, found, high, low], rest) = bytes.split_first_chunk()?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    (found == code).then(|| rest.get(..length).unwrap_or(rest))
}

/// Page 0x80: the serial number, as it stands there.
#[must_use]
pub fn unit_serial(bytes: &[u8]) -> Option<&[u8]> {
    page(bytes, 0x80)
}

/// Page 0xB1: the rate of rotation.
#[must_use]
pub fn rotation(bytes: &[u8]) -> Option<Rotation> {
    let rate = page(bytes, 0xb1)?.first_chunk()?;
    Rotation::from_code(u16::from_be_bytes(*rate))
}

/// Page 0x89: the identity of an ATA drive behind a SCSI translation.
#[must_use]
pub fn ata_identity(bytes: &[u8]) -> Option<AtaIdentity> {
    page(bytes, 0x89)?;
    let words = bytes.get(IDENTITY_OFFSET..)?.as_chunks::<2>().0;
    Some(AtaIdentity {
        model: text(words.get(27..47)?),
        serial: text(words.get(10..20)?),
        firmware: text(words.get(23..27)?),
        rotation: words.get(217).and_then(|word| Rotation::from_code(u16::from_le_bytes(*word))),
    })
}

/// Two characters a word, the first in the high byte.
fn text(words: &[[u8; 2]]) -> Option<String> {
    let bytes: Vec<u8> = words.iter().flat_map(|[low, high]| [*high, *low]).collect();
    let plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | 0));
    let text = String::from_utf8_lossy(&bytes).replace('\0', " ").trim().to_owned();
    (plain && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An identity page, its strings at their places, bytes swapped as on the wire.
    fn identity() -> Vec<u8> {
        let mut page = vec![0; 572];
        page[..4].copy_from_slice(&[0, 0x89, 2, 0x38]);
        for (word, length, text) in [(10, 20, "WD-WCC1"), (23, 8, "2.5+"), (27, 40, "WDC WD40EFRX-68N32N0")] {
            let text: Vec<u8> = format!("{text:length$}").into_bytes();
            for (index, pair) in text.chunks(2).enumerate() {
                page[60 + 2 * (word + index)..][..2].copy_from_slice(&[pair[1], pair[0]]);
            }
        }
        page[60 + 2 * 217..][..2].copy_from_slice(&5400_u16.to_le_bytes());
        page
    }

    #[test]
    fn an_ata_drive_says_its_whole_name() {
        let said = ata_identity(&identity()).unwrap();
        assert_eq!(said.model.as_deref(), Some("WDC WD40EFRX-68N32N0"));
        assert_eq!((said.serial.as_deref(), said.firmware.as_deref()), (Some("WD-WCC1"), Some("2.5+")));
        assert_eq!(said.rotation, Some(Rotation::Rpm(5400)));
        let mut junk = identity();
        junk[60 + 54..60 + 94].fill(0xff);
        assert_eq!(ata_identity(&junk).unwrap().model, None);
    }

    #[test]
    fn a_serial_ends_where_its_page_says() {
        assert_eq!(unit_serial(b"\0\x80\0\x03ABCD"), Some(&b"ABC"[..]));
        assert_eq!(unit_serial(b"\0\x80\0\x09ABCD"), Some(&b"ABCD"[..]));
        assert_eq!(unit_serial(b"\0\x83\0\x04ABCD"), None);
    }

    #[test]
    fn rates_that_say_nothing_are_no_rates() {
        let rate = |code: u16| rotation(&[&[0, 0xb1, 0, 0x3c], &code.to_be_bytes()[..]].concat());
        assert_eq!((rate(0), rate(1), rate(7200)), (None, Some(Rotation::None), Some(Rotation::Rpm(7200))));
        assert_eq!((rate(0x0400), rate(0xffff)), (None, None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, cut in 0..600_usize) {
            let page = identity();
            for bytes in [&bytes[..], page.get(..cut).unwrap_or(&page)] {
                let _ = (unit_serial(bytes), rotation(bytes), ata_identity(bytes));
            }
        }
    }
}

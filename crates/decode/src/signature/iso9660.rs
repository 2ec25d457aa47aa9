//! ISO 9660 (ECMA-119, 8.4): the primary volume descriptor.

use super::field::{has, le16, le32, text};
use super::{Image, Signature};

const OFFSET: u64 = 32_768;

pub(super) fn find(image: &Image) -> Option<Signature> {
    let bytes = image.at(OFFSET, 2048)?;
    if !has(bytes, 0, b"\x01CD001") {
        return None;
    }
    Some(Signature {
        kind: "iso9660",
        label: text(bytes, 40, 32),
        // There is none; its time of change, or of making, stands for one.
        uuid: time(bytes, 830).or_else(|| time(bytes, 813)),
        size_bytes: u64::from(le32(bytes, 80)?).checked_mul(le16(bytes, 128)?.into()),
        ..Signature::default()
    })
}

/// Sixteen digits, down to the hundredth of a second.
fn time(bytes: &[u8], at: usize) -> Option<String> {
    let digits = text(bytes, at, 16)?;
    let plain =
        digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_digit()) && digits.bytes().any(|b| b != b'0');
    let groups =
        [0..4, 4..6, 6..8, 8..10, 10..12, 12..14, 14..16].map(|range| digits.get(range).unwrap_or_default());
    plain.then(|| groups.join("-"))
}

//! Numbers and words in superblocks.

pub(super) use crate::bytes::{at as take, be16, be32, be64, guid, hex, le16, le32, le64, uuid};

pub(super) fn has(bytes: &[u8], at: usize, magic: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(magic))
}

/// Text that ends at a zero byte or after `length`, blanks trimmed.
pub(super) fn text(bytes: &[u8], at: usize, length: usize) -> Option<String> {
    let bytes = bytes.get(at..)?.get(..length)?;
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(bytes).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// UTF-16, little-endian, that ends at a zero or after `length` bytes.
pub(super) fn wide_text(bytes: &[u8], at: usize, length: usize) -> Option<String> {
    let units = bytes.get(at..)?.get(..length)?.as_chunks::<2>().0;
    let units = units.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0);
    let text = String::from_utf16_lossy(&units.collect::<Vec<_>>()).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

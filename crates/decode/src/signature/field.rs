//! Numbers and words in superblocks.

pub(super) fn take<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

pub(super) fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    take(bytes, at).map(u16::from_le_bytes)
}

pub(super) fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    take(bytes, at).map(u32::from_le_bytes)
}

pub(super) fn u64_le(bytes: &[u8], at: usize) -> Option<u64> {
    take(bytes, at).map(u64::from_le_bytes)
}

pub(super) fn u16_be(bytes: &[u8], at: usize) -> Option<u16> {
    take(bytes, at).map(u16::from_be_bytes)
}

pub(super) fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    take(bytes, at).map(u32::from_be_bytes)
}

pub(super) fn u64_be(bytes: &[u8], at: usize) -> Option<u64> {
    take(bytes, at).map(u64::from_be_bytes)
}

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

/// A UUID as RFC 9562 writes it; nothing where it is all zeros.
pub(super) fn uuid(bytes: &[u8], at: usize) -> Option<String> {
    let bytes: [u8; 16] = take(bytes, at)?;
    let groups = [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]];
    (bytes != [0; 16]).then(|| groups.map(hex).join("-"))
}

/// A GUID: its first three fields are little-endian (UEFI 2.10, appendix A).
pub(super) fn guid(bytes: &[u8], at: usize) -> Option<String> {
    let [a, b, c, d, e, f, g, h, rest @ ..] = take::<16>(bytes, at)?;
    let mut turned = vec![d, c, b, a, f, e, h, g];
    turned.extend(rest);
    uuid(&turned, 0)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

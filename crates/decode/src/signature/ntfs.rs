//! NTFS, and BitLocker, which begins as one.

use super::field::{has, le16, le32, le64, take, wide_text};
use super::{Image, Signature, Usage};

/// The file that has the volume's name.
const VOLUME_RECORD: u64 = 3;
const VOLUME_NAME: u32 = 0x60;
/// Records have no more attributes than fit.
const ATTRIBUTES_LIMIT: usize = 32;

pub(super) fn ntfs(image: &Image) -> Option<Signature> {
    let bytes = image.at(0, 512)?;
    if !has(bytes, 3, b"NTFS    ") {
        return None;
    }
    let sector = le16(bytes, 11).filter(|sector| matches!(sector, 512 | 1024 | 2048 | 4096))?;
    Some(Signature {
        kind: "ntfs",
        label: label(image, bytes, sector.into()),
        uuid: le64(bytes, 72).map(|serial| format!("{serial:016X}")),
        size_bytes: le64(bytes, 40)?.checked_mul(sector.into()),
        ..Signature::default()
    })
}

pub(super) fn bitlocker(image: &Image) -> Option<Signature> {
    let found = has(image.at(0, 512)?, 3, b"-FVE-FS-");
    found.then(|| Signature { kind: "BitLocker", usage: Usage::Crypto, ..Signature::default() })
}

/// A number of clusters, or (below zero) the power of two of the bytes.
fn record_bytes(code: u8, cluster: u64) -> Option<u64> {
    let bytes = match i8::from_ne_bytes([code]) {
        power @ -16..=-9 => 1 << power.unsigned_abs(),
        clusters => cluster.checked_mul(u64::try_from(clusters).ok()?)?,
    };
    (512..=4096).contains(&bytes).then_some(bytes)
}

fn label(image: &Image, bytes: &[u8], sector: u64) -> Option<String> {
    let ([sectors], [code]) = (take(bytes, 13)?, take(bytes, 64)?);
    let cluster = sector.checked_mul(sectors.into())?;
    let record = record_bytes(code, cluster)?;
    let table = le64(bytes, 48)?.checked_mul(cluster)?;
    let offset = table.checked_add(VOLUME_RECORD * record)?;
    let record = image.at(offset, usize::try_from(record).ok()?)?;
    if !has(record, 0, b"FILE") {
        return None;
    }
    let mut attribute = record.get(le16(record, 20)?.into()..)?;
    for _ in 0..ATTRIBUTES_LIMIT {
        if le32(attribute, 0)? == VOLUME_NAME {
            let (length, offset) = (le32(attribute, 16)?, le16(attribute, 20)?);
            return wide_text(attribute, offset.into(), usize::try_from(length).ok()?);
        }
        attribute = attribute.get(usize::try_from(le32(attribute, 4)?.max(8)).ok()?..)?;
    }
    None
}

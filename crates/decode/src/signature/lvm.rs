//! Physical volumes of LVM2 (lvm2's `lib/format_text/layout.h` and `lib/label/label.h`).

use super::field::{has, le32, le64, take, text};
use super::{BAD_CHECKSUM, Image, Signature, Usage, checksum};

const SECTOR_BYTES: usize = 512;
/// The label is in one of the first sectors, mostly the second.
const SECTORS: u64 = 4;
/// Lists of areas end with an empty one; nobody has more.
const AREAS_LIMIT: usize = 16;
const METADATA_MAGIC: &[u8] = b" LVM2 x[5A%r0N*>";
/// The group's name is the first word of the metadata.
const NAME_BYTES: u64 = 160;

pub(super) fn find(image: &Image) -> Option<Signature> {
    let sectors = (0..SECTORS).filter_map(|sector| image.at(sector * SECTOR_BYTES as u64, SECTOR_BYTES));
    let label =
        sectors.into_iter().find(|bytes| has(bytes, 0, b"LABELONE") && has(bytes, 24, b"LVM2 001"))?;
    let damaged = checksum::lvm(label.get(20..)?) != le32(label, 16)?;
    let volume = label.get(usize::try_from(le32(label, 20)?).ok()?..)?;
    Some(Signature {
        kind: "LVM2_member",
        usage: Usage::Member,
        version: text(label, 24, 8),
        uuid: dashed(&take(volume, 0)?),
        size_bytes: le64(volume, 32),
        group: group(image, volume).filter(|_| !damaged),
        damaged: damaged.then_some(BAD_CHECKSUM),
        ..Signature::default()
    })
}

/// Letters and digits in groups, as LVM's tools write them.
fn dashed(id: &[u8; 32]) -> Option<String> {
    let id = std::str::from_utf8(id).ok().filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    let groups = [0..6, 6..10, 10..14, 14..18, 18..22, 22..26, 26..32];
    Some(groups.map(|range| id.get(range).unwrap_or_default()).join("-"))
}

/// The volume group's name; a volume that belongs to none has no metadata.
fn group(image: &Image, volume: &[u8]) -> Option<String> {
    // Areas of data first, then an empty one, then areas of metadata.
    let areas = volume.get(40..)?.as_chunks::<16>().0;
    let metadata = areas.iter().take(AREAS_LIMIT).skip_while(|area| **area != [0; 16]).nth(1)?;
    let start = le64(metadata, 0).filter(|start| *start > 0)?;
    let header = image.at(start, SECTOR_BYTES)?;
    if !has(header, 4, METADATA_MAGIC) || checksum::lvm(header.get(4..)?) != le32(header, 0)? {
        return None;
    }
    let (offset, length) = (le64(header, 40)?, le64(header, 48)?);
    let length = usize::try_from(length.min(NAME_BYTES)).ok().filter(|length| *length > 0)?;
    let text = image.at(start.checked_add(offset)?, length)?;
    let name = text.split(|byte| matches!(byte, b' ' | b'\n' | b'{')).next()?;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"+_.-".contains(b);
    let name =
        std::str::from_utf8(name).ok().filter(|name| !name.is_empty() && name.bytes().all(|b| plain(&b)));
    name.map(str::to_owned)
}

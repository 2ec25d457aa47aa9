//! btrfs (btrfs.readthedocs.io, "On-disk format", superblock).

use super::checksum::crc32c;
use super::field::{has, le16, le32, le64, text, uuid};
use super::{Array, BAD_CHECKSUM, Image, Signature};

const OFFSET: u64 = 0x10000;
const CRC32C: u16 = 0;

pub(super) fn find(image: &Image) -> Option<Signature> {
    let bytes = image.at(OFFSET, 4096)?;
    if !has(bytes, 0x40, b"_BHRfS_M") {
        return None;
    }
    // The other sums (xxHash, SHA-256, BLAKE2) are not reckoned here.
    let damaged = le16(bytes, 0xc4)? == CRC32C && crc32c(&[bytes.get(0x20..)?]) != le32(bytes, 0)?;
    let devices = le64(bytes, 0x88)?;
    let array = (devices > 1).then(|| Array {
        devices: u32::try_from(devices).ok(),
        role: le64(bytes, 0xc9).map(|number| number.to_string()),
        ..Array::default()
    });
    Some(Signature {
        kind: "btrfs",
        label: text(bytes, 0x12b, 256),
        uuid: uuid(bytes, 0x20),
        size_bytes: le64(bytes, 0x70),
        array,
        damaged: damaged.then_some(BAD_CHECKSUM),
        ..Signature::default()
    })
}

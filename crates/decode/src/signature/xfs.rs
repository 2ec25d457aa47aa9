//! XFS (xfs.org's "XFS Algorithms & Data Structures", 13.1). Numbers are big-endian, the checksum is not.

use super::checksum::crc32c;
use super::field::{has, text, u16_be, u32_be, u32_le, u64_be, uuid};
use super::{BAD_CHECKSUM, Image, Signature};

const CRC_OFFSET: usize = 224;

pub(super) fn find(image: &Image) -> Option<Signature> {
    let bytes = image.at(0, 4096).or_else(|| image.at(0, 512))?;
    if !has(bytes, 0, b"XFSB") {
        return None;
    }
    let (block, blocks) = (u32_be(bytes, 4)?, u64_be(bytes, 8)?);
    let version = u16_be(bytes, 100)? & 0xf;
    Some(Signature {
        kind: "xfs",
        version: Some(version.to_string()),
        label: text(bytes, 108, 12),
        uuid: uuid(bytes, 32),
        size_bytes: blocks.checked_mul(block.into()),
        damaged: (version == 5 && !is_whole(bytes)).then_some(BAD_CHECKSUM),
        ..Signature::default()
    })
}

fn is_whole(bytes: &[u8]) -> bool {
    let whole = || {
        let sector = bytes.get(..u16_be(bytes, 102)?.into())?;
        let (before, rest) = sector.split_at_checked(CRC_OFFSET)?;
        let (sum, after) = rest.split_at_checked(4)?;
        Some(crc32c(&[before, &[0; 4], after]) == u32_le(sum, 0)?)
    };
    whole().unwrap_or(false)
}

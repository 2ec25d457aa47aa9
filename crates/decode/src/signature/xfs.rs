//! XFS (xfs.org's "XFS Algorithms & Data Structures", 13.1). Numbers are big-endian, the checksum is not.

use super::checksum::crc32c;
use super::field::{be16, be32, be64, has, le32, text, uuid};
use super::{BAD_CHECKSUM, Image, Signature};

const CRC_OFFSET: usize = 224;

pub(super) fn find(image: &Image) -> Option<Signature> {
    let bytes = image.at(0, 4096).or_else(|| image.at(0, 512))?;
    if !has(bytes, 0, b"XFSB") {
        return None;
    }
    let (block, blocks) = (be32(bytes, 4)?, be64(bytes, 8)?);
    let version = be16(bytes, 100)? & 0xf;
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
        let sector = bytes.get(..be16(bytes, 102)?.into())?;
        let (before, rest) = sector.split_at_checked(CRC_OFFSET)?;
        let (sum, after) = rest.split_at_checked(4)?;
        Some(crc32c(&[before, &[0; 4], after]) == le32(sum, 0)?)
    };
    whole().unwrap_or(false)
}

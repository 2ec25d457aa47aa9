//! ext2, ext3, ext4 (the kernel's `Documentation/filesystems/ext4/super.rst`).

use super::checksum::crc32c;
use super::field::{has, le16, le32, text, uuid};
use super::{BAD_CHECKSUM, Image, Signature};

const OFFSET: u64 = 1024;
const HAS_JOURNAL: u32 = 0x4;
const JOURNAL_DEVICE: u32 = 0x8;
const INCOMPAT_64BIT: u32 = 0x80;
const METADATA_CSUM: u32 = 0x400;
/// What ext3 knows of features that old code may not read: file types, recovery, a journal device, groups of metadata.
const EXT3_INCOMPAT: u32 = 0x2 | 0x4 | 0x8 | 0x10;
/// … and of those that old code may not write: sparse superblocks, large files, B-trees.
const EXT3_READ_ONLY: u32 = 0x1 | 0x2 | 0x4;

pub(super) fn find(image: &Image) -> Option<Signature> {
    let bytes = image.at(OFFSET, 1024)?;
    if !has(bytes, 56, &[0x53, 0xef]) {
        return None;
    }
    let (inodes, blocks, shift) = (le32(bytes, 0)?, le32(bytes, 4)?, le32(bytes, 24)?);
    // Two bytes are a weak sign.
    if inodes == 0 || shift > 6 || le32(bytes, 20)? > 1 {
        return None;
    }
    let (compat, incompat, read_only) = (le32(bytes, 92)?, le32(bytes, 96)?, le32(bytes, 100)?);
    let kind = if incompat & JOURNAL_DEVICE != 0 {
        "jbd"
    } else if incompat & !EXT3_INCOMPAT != 0 || read_only & !EXT3_READ_ONLY != 0 {
        "ext4"
    } else if compat & HAS_JOURNAL != 0 {
        "ext3"
    } else {
        "ext2"
    };
    let high = if incompat & INCOMPAT_64BIT != 0 { le32(bytes, 336)? } else { 0 };
    let blocks = u64::from(high) << 32 | u64::from(blocks);
    let sum = crc32c(&[bytes.get(..1020)?]);
    let damaged = read_only & METADATA_CSUM != 0 && !sum != le32(bytes, 1020)?;
    Some(Signature {
        kind,
        version: Some(format!("{}.{}", le32(bytes, 76)?, le16(bytes, 62)?)),
        label: text(bytes, 120, 16),
        uuid: uuid(bytes, 104),
        size_bytes: blocks.checked_mul(1024 << shift),
        damaged: damaged.then_some(BAD_CHECKSUM),
        ..Signature::default()
    })
}

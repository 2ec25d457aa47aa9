//! DRBD's own data at the end of a device (drbd-utils, `drbdmeta`): of 8.4, and of 9.

use super::field::{be32, be64};
use super::{Image, Signature, Usage};

const BLOCK_BYTES: u64 = 4096;
const MAGIC_OFFSET: usize = 60;

pub(super) fn find(image: &Image) -> Option<Signature> {
    let offset = (image.size_bytes() & !(BLOCK_BYTES - 1)).checked_sub(BLOCK_BYTES)?;
    let bytes = image.at(offset, 512)?;
    // 8.4 has a second sign, for a device that was not closed in order.
    let (version, id) = match be32(bytes, MAGIC_OFFSET)? {
        0x8374_026b | 0x8374_026c => ("8.4", 40),
        0x8374_026d => ("9", 48),
        _ => return None,
    };
    Some(Signature {
        kind: "drbd",
        usage: Usage::Member,
        version: Some(version.to_owned()),
        uuid: be64(bytes, id).map(|id| format!("{id:016x}")),
        ..Signature::default()
    })
}

//! Devices of a ZFS pool ("ZFS On-Disk Specification", 1.2: vdev labels). There are four labels; the first and the last
//! are looked at.

use super::field::{be32, be64, text};
use super::{Image, Signature, Usage};

const LABEL_BYTES: u64 = 256 << 10;
/// In a label, behind room for a partition table: names and values, in XDR.
const PAIRS_OFFSET: u64 = 16 << 10;
const PAIRS_BYTES: usize = 4096;
const NUMBER: u32 = 8;
const STRING: u32 = 9;
const PAIRS_LIMIT: usize = 64;
/// States of a pool that is no longer (`POOL_STATE_DESTROYED`).
const DESTROYED: u64 = 2;

/// Where the pairs of the last label are.
pub(super) fn last_offset(image: &Image) -> Option<u64> {
    (image.size_bytes() & !(LABEL_BYTES - 1)).checked_sub(LABEL_BYTES)?.checked_add(PAIRS_OFFSET)
}

pub(super) fn find(image: &Image) -> Option<Signature> {
    if let Some(found) = image.at(PAIRS_OFFSET, PAIRS_BYTES).and_then(read) {
        return Some(found);
    }
    let last = image.at(last_offset(image)?, PAIRS_BYTES).and_then(read)?;
    Some(Signature { damaged: Some("its first label is gone; the last is there"), ..last })
}

fn read(bytes: &[u8]) -> Option<Signature> {
    // XDR, of a little- or big-endian machine; then the version and a flag.
    if !matches!(bytes.first_chunk(), Some([1, 0 | 1, 0, 0])) || be32(bytes, 4)? != 0 {
        return None;
    }
    let mut found = Signature { kind: "zfs_member", usage: Usage::Member, ..Signature::default() };
    let mut rest = bytes.get(12..)?;
    for _ in 0..PAIRS_LIMIT {
        let length = usize::try_from(be32(rest, 0)?).ok().filter(|length| *length > 0);
        let Some(length) = length else { break };
        // The vdev tree is longer than what was read: it comes last.
        let Some((pair, after)) = rest.split_at_checked(length) else { break };
        note(&mut found, pair);
        rest = after;
    }
    // A pool has a name; a spare or a cache has none, but a number.
    (found.group.is_some() || found.uuid.is_some()).then_some(found)
}

fn note(found: &mut Signature, pair: &[u8]) -> Option<()> {
    let name_bytes = usize::try_from(be32(pair, 8)?).ok()?;
    let name = text(pair, 12, name_bytes)?;
    let value = pair.get(12_usize.checked_add(name_bytes.checked_next_multiple_of(4)?)?..)?;
    let number = || be64(value, 8).filter(|_| be32(value, 0) == Some(NUMBER));
    match name.as_str() {
        "name" if be32(value, 0)? == STRING => {
            found.group = text(value, 12, usize::try_from(be32(value, 8)?).ok()?);
            found.label.clone_from(&found.group);
        }
        "version" => found.version = number().map(|version| version.to_string()),
        "pool_guid" => found.uuid = number().map(|id| id.to_string()),
        "state" if number() == Some(DESTROYED) => found.damaged = Some("its pool was destroyed"),
        _ => {}
    }
    Some(())
}

//! Members of arrays that a firmware made: Intel's (mdadm's `super-intel.c`) and DDF's (SNIA's Common RAID Disk Data
//! Format 2.0).

use super::field::{be32, has, hex, le32, take, text};
use super::{Array, BAD_CHECKSUM, Image, Signature, Usage, checksum};

const INTEL: &[u8] = b"Intel Raid ISM Cfg Sig. ";
const DDF: u32 = 0xde11_de11;

/// The second sector from the end.
pub(super) fn imsm(image: &Image) -> Option<Signature> {
    let offset = image.size_bytes().checked_sub(2 * image.sector_bytes())?;
    let bytes = image.at(offset, 512).filter(|bytes| has(bytes, 0, INTEL))?;
    let [disks] = take(bytes, 0x38)?;
    Some(Signature {
        kind: "isw_raid_member",
        version: text(bytes, INTEL.len(), 6),
        group: le32(bytes, 0x28).map(|family| format!("{family:08x}")),
        array: Some(Array { devices: Some(disks.into()), ..Array::default() }),
        ..member()
    })
}

/// The last sector.
pub(super) fn ddf(image: &Image) -> Option<Signature> {
    let offset = image.size_bytes().checked_sub(512)?;
    let bytes = image.at(offset, 512).filter(|bytes| be32(bytes, 0) == Some(DDF))?;
    let (before, rest) = bytes.split_at_checked(4)?;
    // Reckoned with ones in its own place.
    let damaged = checksum::crc32(&[before, &[0xff; 4], rest.get(4..)?]) != be32(bytes, 4)?;
    Some(Signature {
        kind: "ddf_raid_member",
        version: text(bytes, 32, 8),
        uuid: take::<24>(bytes, 8).map(|id| hex(&id)),
        damaged: damaged.then_some(BAD_CHECKSUM),
        ..member()
    })
}

fn member() -> Signature {
    Signature { usage: Usage::Member, ..Signature::default() }
}

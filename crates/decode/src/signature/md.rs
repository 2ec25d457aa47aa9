//! Members of Linux software RAID: superblocks 0.90 and 1.0, 1.1, 1.2 (the kernel's `include/uapi/linux/raid/md_p.h`).

use super::field::{be32, has, le16, le32, le64, text, uuid};
use super::{Array, BAD_CHECKSUM, Image, Signature, Usage};

const MAGIC: u32 = 0xa92b_4efc;
const SUPERBLOCK_BYTES: usize = 4096;
/// Where the list of roles begins.
const ROLES: usize = 256;

pub(super) fn find(image: &Image) -> Option<Signature> {
    [("1.0", new_offset_at_end(image)), ("1.1", Some(0)), ("1.2", Some(4096))]
        .into_iter()
        .find_map(|(version, offset)| new(image, version, offset?))
        .or_else(|| old(image))
}

/// 8 KiB before the end, at a multiple of 4 KiB.
fn new_offset_at_end(image: &Image) -> Option<u64> {
    Some(((image.size_bytes() / 512).checked_sub(16)? & !7) * 512)
}

fn new(image: &Image, version: &'static str, offset: u64) -> Option<Signature> {
    let bytes = image.at(offset, SUPERBLOCK_BYTES)?;
    let told = (le32(bytes, 0)?, le32(bytes, 4)?, le64(bytes, 144)?);
    // It says where it is: what was copied with its device stands elsewhere.
    if told != (MAGIC, 1, offset / 512) {
        return None;
    }
    let number = usize::try_from(le32(bytes, 160)?).ok()?;
    let role = ROLES.checked_add(number.checked_mul(2)?).and_then(|at| le16(bytes, at));
    let role = role.map(|role| match role {
        0xffff => "spare".to_owned(),
        0xfffe => "faulty".to_owned(),
        0xfffd => "journal".to_owned(),
        slot => slot.to_string(),
    });
    let damaged = sum(bytes) != le32(bytes, 216);
    Some(Signature {
        version: Some(version.to_owned()),
        // `host:name`, mostly.
        label: text(bytes, 32, 32),
        uuid: uuid(bytes, 16),
        size_bytes: le64(bytes, 136)?.checked_mul(512),
        array: Some(Array { level: level(le32(bytes, 72)?), devices: le32(bytes, 92), role }),
        damaged: damaged.then_some(BAD_CHECKSUM),
        ..member()
    })
}

/// All words but the sum itself, folded.
fn sum(bytes: &[u8]) -> Option<u32> {
    let devices = usize::try_from(le32(bytes, 220)?).ok()?;
    let bytes = bytes.get(..devices.checked_mul(2)?.checked_add(ROLES)?)?;
    let (words, rest) = bytes.as_chunks::<4>();
    let words = words.iter().enumerate().filter(|(index, _)| *index != 216 / 4);
    let mut total: u64 = words.map(|(_, word)| u64::from(u32::from_le_bytes(*word))).sum();
    total += le16(rest, 0).map_or(0, u64::from);
    u32::try_from((total & 0xffff_ffff) + (total >> 32)).ok()
}

/// In the last whole 64 KiB but one.
pub(super) fn old_offset(image: &Image) -> Option<u64> {
    (image.size_bytes() & !0xffff).checked_sub(0x10000)
}

/// Written in the byte order of its machine.
fn old(image: &Image) -> Option<Signature> {
    let bytes = image.at(old_offset(image)?, SUPERBLOCK_BYTES)?;
    let word = if le32(bytes, 0)? == MAGIC {
        le32
    } else if has(bytes, 0, &MAGIC.to_be_bytes()) {
        be32
    } else {
        return None;
    };
    if (word(bytes, 4)?, word(bytes, 8)?) != (0, 90) {
        return None;
    }
    let id: Vec<u8> =
        [20, 52, 56, 60].iter().filter_map(|at| word(bytes, *at)).flat_map(u32::to_le_bytes).collect();
    // The last descriptor is this device's own: a place beyond the array's is a spare's.
    let (devices, own, state) = (word(bytes, 40)?, word(bytes, 3968 + 12)?, word(bytes, 3968 + 16)?);
    let role = match (state & 1 != 0, own < devices) {
        (true, _) => "faulty".to_owned(),
        (false, true) => own.to_string(),
        (false, false) => "spare".to_owned(),
    };
    Some(Signature {
        version: Some("0.90".to_owned()),
        uuid: uuid(&id, 0),
        size_bytes: u64::from(word(bytes, 32)?).checked_mul(1024),
        array: Some(Array { level: level(word(bytes, 28)?), devices: Some(devices), role: Some(role) }),
        damaged: (old_sum(bytes, word) != word(bytes, 152)).then_some(BAD_CHECKSUM),
        ..member()
    })
}

fn old_sum(bytes: &[u8], word: fn(&[u8], usize) -> Option<u32>) -> Option<u32> {
    let places = (0..SUPERBLOCK_BYTES).step_by(4).filter(|at| *at != 152);
    let total: u64 = places.filter_map(|at| word(bytes, at)).map(u64::from).sum();
    u32::try_from((total & 0xffff_ffff) + (total >> 32)).ok()
}

fn level(number: u32) -> Option<String> {
    Some(match number.cast_signed() {
        -1 => "linear".to_owned(),
        -4 => "multipath".to_owned(),
        -5 => "faulty".to_owned(),
        number @ (0 | 1 | 4 | 5 | 6 | 10) => format!("raid{number}"),
        _ => return None,
    })
}

fn member() -> Signature {
    Signature { kind: "linux_raid_member", usage: Usage::Member, ..Signature::default() }
}

//! bcache (the kernel's `drivers/md/bcache/bcache_ondisk.h`), and bcachefs, which grew from it.

use super::field::{has, le16, le64, take, text, uuid};
use super::{Array, Image, Signature, Usage};

const OFFSET: u64 = 4096;
const START: &[u8] = &[0xc6, 0x85, 0x73, 0xf6];
const BCACHE: &[u8] = &[0x4e, 0x1a, 0x45, 0xca, 0x82, 0x65, 0xf5, 0x7f, 0x48, 0xba, 0x6d, 0x81];
const BCACHEFS: &[u8] = &[0x66, 0xce, 0x90, 0xa9, 0xd9, 0x6a, 0x60, 0xcf, 0x80, 0x3d, 0xf7, 0xef];
/// Versions of devices that are cached; the others cache.
const BACKING: [u64; 3] = [1, 4, 6];

pub(super) fn find(image: &Image) -> Option<Signature> {
    let bytes = image.at(OFFSET, 512)?;
    if !has(bytes, 24, START) {
        return None;
    }
    if has(bytes, 28, BCACHE) {
        let role = if BACKING.contains(&le64(bytes, 16)?) { "backing" } else { "cache" };
        return Some(Signature {
            kind: "bcache",
            usage: Usage::Member,
            label: text(bytes, 72, 32),
            uuid: uuid(bytes, 40),
            // The set of caches, where it was attached to one.
            group: uuid(bytes, 56),
            array: Some(Array { role: Some(role.to_owned()), ..Array::default() }),
            ..Signature::default()
        });
    }
    let [index, devices] = take(bytes, 122)?;
    let array = (devices > 1).then(|| Array {
        devices: Some(devices.into()),
        role: Some(index.to_string()),
        ..Array::default()
    });
    has(bytes, 28, BCACHEFS).then(|| Signature {
        kind: "bcachefs",
        version: le16(bytes, 16).map(|version| format!("{}.{}", version >> 10, version & 0x3ff)),
        label: text(bytes, 72, 32),
        uuid: uuid(bytes, 56),
        array,
        ..Signature::default()
    })
}

//! LUKS 1 (on-disk format 1.2.3) and LUKS 2 (on-disk format 1.1.3).

use super::field::{be16, has, text};
use super::{Image, Signature, Usage};

const FIRST: &[u8] = b"LUKS\xba\xbe";
const SECOND: &[u8] = b"SKUL\xba\xbe";
/// Where LUKS 2 may keep its second header; farther ones are for headers that nobody makes unasked.
const SECOND_OFFSETS: [u64; 3] = [0x4000, 0x8000, 0x10000];

pub(super) fn find(image: &Image) -> Option<Signature> {
    let first = image.at(0, 512)?;
    if has(first, 0, FIRST) {
        return read(first);
    }
    let second =
        SECOND_OFFSETS.iter().find_map(|at| image.at(*at, 512).filter(|bytes| has(bytes, 0, SECOND)))?;
    Some(Signature { damaged: Some("its first header is gone; the second is there"), ..read(second)? })
}

fn read(bytes: &[u8]) -> Option<Signature> {
    let version = be16(bytes, 6)?;
    Some(Signature {
        kind: "crypto_LUKS",
        usage: Usage::Crypto,
        version: Some(version.to_string()),
        // LUKS 1 has none: there stands the cipher.
        label: text(bytes, 24, 48).filter(|_| version == 2),
        uuid: text(bytes, 168, 40),
        ..Signature::default()
    })
}

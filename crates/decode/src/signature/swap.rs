//! Swap (the kernel's `include/linux/swap.h`), and the image of a machine that sleeps in it.

use super::field::{le32, text, uuid};
use super::{Image, Signature, Usage};

/// The sign is at the end of the first page, whatever the machine's pages were.
const PAGES: [u64; 4] = [4 << 10, 8 << 10, 16 << 10, 64 << 10];
const SIGNS: [(&[u8], &str, Option<&str>); 5] = [
    (b"SWAPSPACE2", "swap", Some("1")),
    (b"SWAP-SPACE", "swap", Some("0")),
    (b"S1SUSPEND\0", "swsuspend", None),
    (b"S2SUSPEND\0", "swsuspend", None),
    (b"LINHIB0001", "swsuspend", None),
];

pub(super) fn find(image: &Image) -> Option<Signature> {
    let (page, (_, kind, version)) = PAGES.iter().find_map(|page| {
        let sign = image.at(page - 10, 10)?;
        Some((*page, SIGNS.iter().find(|(known, ..)| *known == sign)?))
    })?;
    let header = image.at(1024, 512)?;
    let last_page = le32(header, 4).filter(|_| *version != Some("0"))?;
    Some(Signature {
        kind,
        usage: Usage::Other,
        version: version.map(str::to_owned),
        label: text(header, 28, 16),
        uuid: uuid(header, 12),
        size_bytes: u64::from(last_page).checked_add(1)?.checked_mul(page),
        ..Signature::default()
    })
}

//! FAT (ECMA-107; Microsoft's "FAT32 File System Specification" 1.03) and exFAT (Microsoft's specification 1.00).

use super::field::{has, le16, le32, le64, take, text, wide_text};
use super::{Image, Signature};

pub(super) fn vfat(image: &Image) -> Option<Signature> {
    let bytes = image.at(0, 512)?;
    let ([jump], [cluster], [tables]) = (take(bytes, 0)?, take::<1>(bytes, 13)?, take::<1>(bytes, 16)?);
    let sector = le16(bytes, 11)?;
    let plausible = has(bytes, 510, &[0x55, 0xaa])
        && matches!(jump, 0xeb | 0xe9)
        && matches!(sector, 512 | 1024 | 2048 | 4096)
        && cluster.is_power_of_two()
        && matches!(tables, 1 | 2)
        && le16(bytes, 14)? > 0;
    // Where the fields of FAT32 begin, and where those of its elders do.
    let found = [(64, "FAT32"), (36, "FAT16"), (36, "FAT12")];
    let (at, version) = *found.iter().find(|(at, version)| has(bytes, at + 18, version.as_bytes()))?;
    if !plausible {
        return None;
    }
    let sectors = Some(le16(bytes, 19)?).filter(|few| *few > 0).map_or(le32(bytes, 32)?, u32::from);
    let extended = has(bytes, at + 2, &[0x29]);
    let serial = le32(bytes, at + 3).filter(|_| extended);
    Some(Signature {
        kind: "vfat",
        version: Some(version.to_owned()),
        label: text(bytes, at + 7, 11).filter(|label| extended && label != "NO NAME"),
        uuid: serial.map(|serial| format!("{:04X}-{:04X}", serial >> 16, serial & 0xffff)),
        size_bytes: u64::from(sectors).checked_mul(sector.into()),
        ..Signature::default()
    })
}

pub(super) fn exfat(image: &Image) -> Option<Signature> {
    let bytes = image.at(0, 512)?;
    if !has(bytes, 3, b"EXFAT   ") {
        return None;
    }
    let ([minor, major], [sector_shift, cluster_shift]) = (take(bytes, 104)?, take(bytes, 108)?);
    if !(9..=12).contains(&sector_shift) || cluster_shift > 25 - sector_shift {
        return None;
    }
    let serial = le32(bytes, 100)?;
    Some(Signature {
        kind: "exfat",
        version: Some(format!("{major}.{minor}")),
        label: exfat_label(image, bytes, sector_shift, cluster_shift),
        uuid: Some(format!("{:04X}-{:04X}", serial >> 16, serial & 0xffff)),
        size_bytes: le64(bytes, 72)?.checked_mul(1 << sector_shift),
        ..Signature::default()
    })
}

/// The label is the first entry of the root directory.
fn exfat_label(image: &Image, bytes: &[u8], sector_shift: u8, cluster_shift: u8) -> Option<String> {
    let (heap, root) = (le32(bytes, 88)?, le32(bytes, 96)?.checked_sub(2)?);
    let sectors = u64::from(heap).checked_add(u64::from(root) << cluster_shift)?;
    let entry = image.at(sectors.checked_mul(1 << sector_shift)?, 32)?;
    let [kind, characters] = take(entry, 0)?;
    if kind != 0x83 || characters > 11 {
        return None;
    }
    wide_text(entry, 2, usize::from(characters) * 2)
}

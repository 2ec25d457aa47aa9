//! GUID partition tables (UEFI 2.10, chapter 5).

use super::checksum::crc32;
use super::field::{guid, has, le32, le64, take, wide_text};
use super::{BAD_CHECKSUM, Entry, Image, Table, TableKind, mbr};

const MAGIC: &[u8] = b"EFI PART";
const HEADER_BYTES: u32 = 92;
/// 128 entries are usual; some tools make more.
const ENTRIES_LIMIT: u32 = 512;
const ENTRY_BYTES: u32 = 128;

/// A header that can be believed.
struct Header {
    table_sector: u64,
    entries: u32,
    entry_bytes: u32,
    table_crc: u32,
    id: Option<String>,
}

pub(super) fn find(image: &Image) -> Option<Table> {
    let master = mbr::read(image)?;
    // Without the record that protects it, a table is what is left of an older one.
    if !master.protects {
        return None;
    }
    // A disk that was taken from a case with other sectors has its header elsewhere.
    let sizes = [image.sector_bytes(), 512, 4096];
    let first = sizes.iter().find_map(|sector| Some((*sector, header(image, *sector, *sector)?)));
    let mut table = match first {
        Some((sector, Ok(header))) => read(image, &header, sector),
        other => {
            let sector = other.map_or(image.sector_bytes(), |(sector, _)| sector);
            let last = (image.size_bytes() / sector).checked_sub(1)?.checked_mul(sector)?;
            match header(image, last, sector) {
                Some(Ok(header)) => Table {
                    damaged: Some("its first header is damaged or gone; the backup at the end is whole"),
                    ..read(image, &header, sector)
                },
                _ => Table { damaged: Some("both of its headers are damaged or gone"), ..Table::default() },
            }
        }
    };
    table.hybrid = !master.entries.is_empty();
    table.kind = TableKind::Gpt;
    Some(table)
}

/// The header at this place; `Err` where there is one and it can't be believed.
fn header(image: &Image, offset: u64, sector: u64) -> Option<Result<Header, ()>> {
    let bytes = image.at(offset, 512)?;
    if !has(bytes, 0, MAGIC) {
        return None;
    }
    Some(believe(bytes, offset / sector).ok_or(()))
}

fn believe(bytes: &[u8], own_sector: u64) -> Option<Header> {
    let length = le32(bytes, 12).filter(|length| (HEADER_BYTES..=512).contains(length))?;
    let bytes = bytes.get(..usize::try_from(length).ok()?)?;
    let (before, rest) = bytes.split_at_checked(16)?;
    // Reckoned with zeros in its own place.
    if crc32(&[before, &[0; 4], rest.get(4..)?]) != le32(bytes, 16)? || le64(bytes, 24)? != own_sector {
        return None;
    }
    Some(Header {
        id: guid(bytes, 56),
        table_sector: le64(bytes, 72)?,
        entries: le32(bytes, 80)?,
        entry_bytes: le32(bytes, 84)?,
        table_crc: le32(bytes, 88)?,
    })
}

fn read(image: &Image, header: &Header, sector: u64) -> Table {
    let mut table = Table { id: header.id.clone(), ..Table::default() };
    let unread = "its entries can't be read";
    if header.entries > ENTRIES_LIMIT || header.entry_bytes != ENTRY_BYTES {
        table.damaged = Some("it has entries of a number or length that nobody makes");
        return table;
    }
    let Some(offset) = header.table_sector.checked_mul(sector) else {
        table.damaged = Some(unread);
        return table;
    };
    let Some(entries) = image.at(offset, (header.entries * ENTRY_BYTES) as usize) else {
        table.damaged = Some(unread);
        return table;
    };
    if crc32(&[entries]) != header.table_crc {
        table.damaged = Some(BAD_CHECKSUM);
        return table;
    }
    let entries = entries.chunks_exact(ENTRY_BYTES as usize).zip(1..);
    table.partitions = entries.filter_map(|(bytes, number)| entry(bytes, number, sector)).collect();
    table
}

fn entry(bytes: &[u8], number: u32, sector: u64) -> Option<Entry> {
    let kind = guid(bytes, 0)?;
    let (first, last) = (le64(bytes, 32)?, le64(bytes, 40)?);
    let [attributes, ..] = take::<8>(bytes, 48)?;
    Some(Entry {
        number,
        start_bytes: first.checked_mul(sector)?,
        size_bytes: last.checked_sub(first)?.checked_add(1)?.checked_mul(sector)?,
        kind,
        uuid: guid(bytes, 16),
        name: wide_text(bytes, 56, 72),
        // Attribute 2: legacy BIOS bootable.
        bootable: attributes & 4 != 0,
    })
}

//! The board's own record of what it is, read area by area.

use decode::ipmi::Refusal;
use decode::ipmi::fru::{self, Area, HEADER_BYTES, Header, Kind};
use inventory::Timestamp;
use inventory::sections::{Fru, FruArea};

use super::Interface;

/// As much as every controller gives in one answer over every interface; some say that it is too much.
const CHUNK_BYTES: u8 = 32;
const SMALL_CHUNK_BYTES: u8 = 16;

/// The record; `None` where there is none, or nothing in it holds.
pub(super) fn read(interface: &Interface) -> Option<Fru> {
    let info = interface.ask(&fru::info_request())?;
    let (size, in_words) = fru::info(&info)?;
    if in_words || size < HEADER_BYTES {
        return None;
    }
    let mut reader = Reader { interface, size, chunk: CHUNK_BYTES };
    let header = reader.bytes(0, HEADER_BYTES)?;
    // A memory that nobody has written reads all zeros or all ones: there is no record.
    if header.iter().all(|byte| *byte == 0) || header.iter().all(|byte| *byte == 0xff) {
        return None;
    }
    let header = match Header::decode(&header) {
        Ok(header) => header,
        Err(broken) => {
            interface.warn(format!("the FRU record {broken}"));
            return None;
        }
    };
    let record = Fru {
        chassis: header.chassis.and_then(|start| reader.area(Kind::Chassis, start)),
        board: header.board.and_then(|start| reader.area(Kind::Board, start)),
        product: header.product.and_then(|start| reader.area(Kind::Product, start)),
    };
    (record != Fru::default()).then_some(record)
}

struct Reader<'a> {
    interface: &'a Interface<'a>,
    size: u16,
    chunk: u8,
}

impl Reader<'_> {
    fn area(&mut self, kind: Kind, start: u16) -> Option<FruArea> {
        let mut bytes = self.bytes(start, 8)?;
        let length = fru::area_bytes(&bytes)?;
        if length > 8 {
            bytes.extend(self.bytes(start.checked_add(8)?, length - 8)?);
        }
        match Area::decode(kind, &bytes) {
            Ok(area) => Some(told(area)),
            Err(broken) => {
                self.interface.warn(format!("the FRU record's area of the {} {broken}", name(kind)));
                None
            }
        }
    }

    /// These bytes, as far as the record goes.
    fn bytes(&mut self, start: u16, count: u16) -> Option<Vec<u8>> {
        let end = start.checked_add(count)?.min(self.size);
        let mut bytes = Vec::new();
        let mut at = start;
        while at < end {
            let count = u8::try_from(end - at).unwrap_or(u8::MAX).min(self.chunk);
            let answer = match self.interface.try_ask(&fru::read_request(at, count)) {
                Err(Refusal::TooMuch) if self.chunk > SMALL_CHUNK_BYTES => {
                    self.chunk = SMALL_CHUNK_BYTES;
                    continue;
                }
                answer => answer.ok()?,
            };
            let read = fru::read(&answer)?;
            at = at.checked_add(read.len().try_into().ok()?)?;
            bytes.extend(read);
        }
        Some(bytes)
    }
}

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Chassis => "chassis",
        Kind::Board => "board",
        Kind::Product => "product",
    }
}

fn told(area: Area) -> FruArea {
    FruArea {
        maker: area.maker,
        name: area.name,
        part: area.part,
        serial: area.serial,
        version: area.version,
        asset: area.asset,
        made_at: area.made_secs.and_then(|secs| secs.checked_mul(1000)).map(Timestamp),
    }
}

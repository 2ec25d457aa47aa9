//! The repository of sensor records: which sensors there are, and how their bytes become values (33, 36.3, 43.1, 43.2).

mod formula;

use super::{Request, STORAGE, text};
use crate::bytes::{byte, le16, le32};
pub use formula::Formula;

/// Get SDR Repository Info.
#[must_use]
pub fn info_request() -> Request {
    Request::new(STORAGE, 0x20, &[])
}

/// Reserve SDR Repository.
#[must_use]
pub fn reserve_request() -> Request {
    Request::new(STORAGE, 0x22, &[])
}

/// Get SDR: `count` bytes of the record from `offset` on; 255 is all of it.
#[must_use]
pub fn record_request(reservation: u16, record: u16, offset: u8, count: u8) -> Request {
    let ([a, b], [c, d]) = (reservation.to_le_bytes(), record.to_le_bytes());
    Request::new(STORAGE, 0x23, &[a, b, c, d, offset, count])
}

/// How many records there are, and when one was last added or erased: as long as this stays, so do they.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// Records.
    pub records: u16,
    /// Last addition, by the controller's clock.
    pub added: u32,
    /// Last erasure.
    pub erased: u32,
}

impl Info {
    /// Reads an answer's data.
    #[must_use]
    pub fn decode(data: &[u8]) -> Option<Self> {
        Some(Self { records: le16(data, 1)?, added: le32(data, 5)?, erased: le32(data, 9)? })
    }
}

/// The reservation's number.
#[must_use]
pub fn reservation(data: &[u8]) -> Option<u16> {
    le16(data, 0)
}

/// The record that comes next, and what was read of this one.
#[must_use]
pub fn part(data: &[u8]) -> Option<(u16, &[u8])> {
    data.split_at_checked(2).and_then(|(next, part)| Some((le16(next, 0)?, part)))
}

/// The first record, and what stands for the next one behind the last.
pub const FIRST: u16 = 0;
/// There is no next record.
pub const LAST: u16 = 0xffff;
/// A record's head: its number, version, type, and how many bytes follow.
pub const HEAD_BYTES: u8 = 5;

/// How many bytes a record has, by its head.
#[must_use]
pub fn record_bytes(head: &[u8]) -> Option<usize> {
    Some(usize::from(HEAD_BYTES) + usize::from(byte(head, 4)?))
}

/// One sensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensor {
    /// Which controller has it: 0x20 is the one that is asked, others sit behind it.
    pub owner: u8,
    /// Which unit of that controller.
    pub unit: u8,
    /// Its number.
    pub number: u8,
    /// Its name.
    pub name: Option<String>,
    /// Table 42-3: what it watches.
    pub kind: u8,
    /// Table 42-1: 1 has thresholds, others have states.
    pub event_type: u8,
    /// How its byte becomes a value; absent of those that have states, or a function that only the maker knows.
    pub analog: Option<Analog>,
}

/// A sensor that measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Analog {
    /// Table 43-15: what it is measured in; percent is told apart.
    pub measure: Measure,
    /// How a byte becomes a value.
    pub formula: Formula,
    /// Lower critical limit, lower, upper, upper critical limit, as bytes.
    pub limits: [Option<u8>; 4],
}

/// What a sensor measures in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Degrees Celsius.
    Celsius,
    /// Degrees Fahrenheit.
    Fahrenheit,
    /// Kelvin.
    Kelvin,
    /// Volts.
    Volts,
    /// Amperes.
    Amperes,
    /// Watts.
    Watts,
    /// Revolutions a minute.
    Rpm,
    /// Percent of something.
    Percent,
    /// Something else.
    Other,
}

const FULL: u8 = 0x01;
const COMPACT: u8 = 0x02;
/// Sensors that share a compact record: as many as a count of four bits.
const SHARED_LIMIT: u8 = 15;

/// The sensors of a record: none where it is of another type, more than one where they share it.
#[must_use]
pub fn sensors(record: &[u8]) -> Vec<Sensor> {
    sensors_of(record).unwrap_or_default()
}

fn sensors_of(record: &[u8]) -> Option<Vec<Sensor>> {
    let kind = byte(record, 3)?;
    let name_at = match kind {
        FULL => 47,
        COMPACT => 31,
        _ => return None,
    };
    let head = byte(record, name_at)?;
    let name = record.get(name_at + 1..).unwrap_or_default();
    // Some write a length that their record has no room for.
    let name = name.get(..usize::from(head & 0x1f)).unwrap_or(name);
    let event_type = byte(record, 13)?;
    let sensor = Sensor {
        owner: byte(record, 5)?,
        unit: byte(record, 6)? & 3,
        number: byte(record, 7)?,
        name: text::decode(head, name),
        kind: byte(record, 12)?,
        event_type,
        analog: if kind == FULL && event_type == 1 { analog(record) } else { None },
    };
    if kind == FULL {
        return Some(vec![sensor]);
    }
    let shared = (byte(record, 23)? & 0x0f).clamp(1, SHARED_LIMIT);
    if shared == 1 {
        return Some(vec![sensor]);
    }
    let (is_letter, offset) = (byte(record, 23)? >> 4 & 3 == 1, byte(record, 24)? & 0x7f);
    let one = |index: u8| Sensor {
        number: sensor.number.wrapping_add(index),
        name: sensor.name.as_ref().map(|name| format!("{name}{}", modifier(is_letter, offset, index))),
        ..sensor.clone()
    };
    Some((0..shared).map(one).collect())
}

/// What sets the names of sensors apart that share a record: a number, or a letter.
fn modifier(is_letter: bool, offset: u8, index: u8) -> String {
    let count = offset.saturating_add(index);
    if is_letter && count < 26 { char::from(b'A' + count).to_string() } else { count.to_string() }
}

fn analog(record: &[u8]) -> Option<Analog> {
    let units = byte(record, 20)?;
    let measure = match byte(record, 21)? {
        _ if units & 1 == 1 => Measure::Percent,
        1 => Measure::Celsius,
        2 => Measure::Fahrenheit,
        3 => Measure::Kelvin,
        4 => Measure::Volts,
        5 => Measure::Amperes,
        6 => Measure::Watts,
        18 => Measure::Rpm,
        _ => Measure::Other,
    };
    let readable = byte(record, 18)?;
    let limit = |bit: u8, offset: usize| if readable >> bit & 1 == 1 { byte(record, offset) } else { None };
    let limits = [limit(1, 40), limit(0, 41), limit(3, 38), limit(4, 37)];
    Some(Analog { measure, formula: Formula::decode(record.get(20..30)?)?, limits })
}

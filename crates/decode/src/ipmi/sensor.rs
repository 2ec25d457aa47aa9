//! What a sensor reads (35.14, 42.2).

mod states;

use super::{Request, SENSOR};
use crate::bytes::byte;
pub use states::{State, is_known, states};

/// Get Sensor Reading.
#[must_use]
pub fn request(number: u8) -> Request {
    Request::new(SENSOR, 0x2d, &[number])
}

/// A reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The byte that a sensor measured.
    pub raw: u8,
    /// Of one with thresholds, which are passed (bit 0: lower non-critical … 5: upper non-recoverable); of one with
    /// states, which hold.
    pub bits: u16,
}

/// Reads an answer's data; `None` where the controller has no reading: the sensor is switched off, is being started,
/// or is of something that is not plugged in.
#[must_use]
pub fn reading(data: &[u8]) -> Option<Reading> {
    let flags = byte(data, 1)?;
    let (scanning, unavailable) = (flags >> 6 & 1 == 1, flags >> 5 & 1 == 1);
    if !scanning || unavailable {
        return None;
    }
    // The two bytes of states may be left out.
    let bits = u16::from_le_bytes([byte(data, 2).unwrap_or(0), byte(data, 3).unwrap_or(0) & 0x7f]);
    Some(Reading { raw: byte(data, 0)?, bits })
}

impl Reading {
    /// Of a sensor with thresholds: whether one is passed.
    #[must_use]
    pub const fn is_past_threshold(self) -> bool {
        self.bits & 0x3f != 0
    }
}

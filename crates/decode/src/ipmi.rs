//! IPMI (Intelligent Platform Management Interface specification 2.0, revision 1.1): requests that read, and their answers.
//!
//! An answer is the completion code, then data. Offsets here count from 0 behind the completion code; the specification's
//! tables count from 1 and with it.

pub mod device;
pub mod fru;
pub mod lan;
pub mod sdr;
pub mod sensor;
mod text;

/// A request to the management controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Network function.
    pub function: u8,
    /// Command.
    pub command: u8,
    /// Its data.
    pub data: Vec<u8>,
}

impl Request {
    fn new(function: u8, command: u8, data: &[u8]) -> Self {
        Self { function, command, data: data.to_vec() }
    }
}

const CHASSIS: u8 = 0x00;
const SENSOR: u8 = 0x04;
const APPLICATION: u8 = 0x06;
const STORAGE: u8 = 0x0a;
const TRANSPORT: u8 = 0x0c;
const GROUP_EXTENSION: u8 = 0x2c;

/// Why a request was not answered (5.2), as far as somebody can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The controller is busy, or restarts: ask again.
    Busy,
    /// The reservation was taken by somebody else: make another.
    ReservationLost,
    /// More was asked for than fits into one answer: ask for less.
    TooMuch,
    /// It does not know this, has no such sensor, or may not tell.
    No(u8),
    /// No answer at all.
    Empty,
}

/// An answer's data.
///
/// # Errors
/// [`Refusal`], by the completion code.
pub fn body(answer: &[u8]) -> Result<&[u8], Refusal> {
    match answer {
        [] => Err(Refusal::Empty),
        [0x00, data @ ..] => Ok(data),
        [0xc0 | 0xc3 | 0xd2, ..] => Err(Refusal::Busy),
        [0xc5, ..] => Err(Refusal::ReservationLost),
        // 0xFF is "unspecified": what some controllers say instead.
        [0xc7 | 0xc8 | 0xca | 0xff, ..] => Err(Refusal::TooMuch),
        [code, ..] => Err(Refusal::No(*code)),
    }
}

#[cfg(test)]
mod tests;

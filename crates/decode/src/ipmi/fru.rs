//! What a board, a chassis, a product is (Platform Management FRU Information Storage Definition 1.0, revision 1.3).

use super::{Request, STORAGE, text};
use crate::bytes::{byte, le16};

/// Get FRU Inventory Area Info of the board that the controller sits on.
#[must_use]
pub fn info_request() -> Request {
    Request::new(STORAGE, 0x10, &[0])
}

/// Read FRU Data of that board.
#[must_use]
pub fn read_request(offset: u16, count: u8) -> Request {
    let [low, high] = offset.to_le_bytes();
    Request::new(STORAGE, 0x11, &[0, low, high, count])
}

/// How many bytes the record has, and whether it is counted in words.
#[must_use]
pub fn info(data: &[u8]) -> Option<(u16, bool)> {
    Some((le16(data, 0)?, byte(data, 2)? & 1 == 1))
}

/// What Read FRU Data returned: as many bytes as it says it did.
#[must_use]
pub fn read(data: &[u8]) -> Option<&[u8]> {
    let (count, bytes) = data.split_first()?;
    bytes.get(..usize::from(*count)).filter(|bytes| !bytes.is_empty())
}

/// The record's first bytes.
pub const HEADER_BYTES: u16 = 8;

/// Where the areas begin (8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The chassis.
    pub chassis: Option<u16>,
    /// The board.
    pub board: Option<u16>,
    /// The product.
    pub product: Option<u16>,
}

/// Why a record, or an area of it, tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It is blank, or of a format that nobody knows.
    Format,
    /// It is shorter than it says.
    Short,
    /// Its checksum does not hold.
    Checksum,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Format => "is blank, or of an unknown format",
            Self::Short => "is shorter than it says",
            Self::Checksum => "has a wrong checksum",
        })
    }
}

impl Header {
    /// Reads the record's first eight bytes.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Broken> {
        let Some([format, _internal, chassis, board, product, _multi, _pad, _sum]) = bytes.first_chunk()
        else {
            return Err(Broken::Short);
        };
        if format & 0x0f != 1 {
            return Err(Broken::Format);
        }
        checked(bytes.get(..8).unwrap_or_default())?;
        let start = |units: &u8| (*units != 0).then(|| u16::from(*units) * 8);
        Ok(Self { chassis: start(chassis), board: start(board), product: start(product) })
    }
}

/// All bytes, the checksum among them, add up to 0.
fn checked(bytes: &[u8]) -> Result<(), Broken> {
    let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    if sum == 0 { Ok(()) } else { Err(Broken::Checksum) }
}

/// How long an area is, by its first two bytes.
#[must_use]
pub fn area_bytes(area: &[u8]) -> Option<u16> {
    byte(area, 1).filter(|units| *units > 0).map(|units| u16::from(units) * 8)
}

/// Which area it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The chassis (10).
    Chassis,
    /// The board (11).
    Board,
    /// The product (12).
    Product,
}

/// What an area says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Area {
    /// Maker.
    pub maker: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Part or model number.
    pub part: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Version of the product.
    pub version: Option<String>,
    /// Asset tag of the product.
    pub asset: Option<String>,
    /// When the board was made: seconds since 1970.
    pub made_secs: Option<i64>,
}

/// 1996-01-01, from which a board's minutes count, in seconds since 1970.
const DATE_BASE_SECS: i64 = 820_454_400;
/// The type/length byte behind the last field.
const END: u8 = 0xc1;

impl Area {
    /// Reads an area, whole.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, Broken> {
        if byte(bytes, 0).ok_or(Broken::Short)? & 0x0f != 1 {
            return Err(Broken::Format);
        }
        let length = area_bytes(bytes).ok_or(Broken::Format)?;
        let bytes = bytes.get(..length.into()).ok_or(Broken::Short)?;
        checked(bytes)?;
        let first_field = match kind {
            Kind::Chassis | Kind::Product => 3,
            Kind::Board => 6,
        };
        let mut fields = Fields(bytes.get(first_field..bytes.len() - 1).unwrap_or_default());
        let mut next = || fields.next().flatten();
        // A struct's fields are read in the order in which they are written.
        Ok(match kind {
            Kind::Chassis => Self { part: next(), serial: next(), ..Self::default() },
            Kind::Board => Self {
                made_secs: made_secs(bytes),
                maker: next(),
                name: next(),
                serial: next(),
                part: next(),
                ..Self::default()
            },
            Kind::Product => Self {
                maker: next(),
                name: next(),
                part: next(),
                version: next(),
                serial: next(),
                asset: next(),
                ..Self::default()
            },
        })
    }
}

fn made_secs(bytes: &[u8]) -> Option<i64> {
    let minutes = i64::from(byte(bytes, 5)?) << 16 | i64::from(le16(bytes, 3)?);
    (minutes != 0).then_some(DATE_BASE_SECS + minutes * 60)
}

/// The fields of an area, each headed by its type and length.
struct Fields<'a>(&'a [u8]);

impl Iterator for Fields<'_> {
    type Item = Option<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.0.split_first().filter(|(head, _)| **head != END)?;
        let (field, rest) = rest.split_at_checked(usize::from(head & 0x3f))?;
        self.0 = rest;
        Some(text::decode(*head, field))
    }
}

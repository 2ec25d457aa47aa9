//! PCI configuration space (PCI Local Bus 3.0, 6; PCI Express Base 5.0, 7.5).
//!
//! The first 64 bytes are everybody's to read; root reads 256, in which the capabilities lie.

use crate::bytes::{byte, le16, le32};

/// What a configuration space says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Who made the chip.
    pub vendor: u16,
    /// Which chip.
    pub device: u16,
    /// Class, subclass, programming interface: 24 bits.
    pub class: u32,
    /// Revision.
    pub revision: u8,
    /// What the header is of.
    pub header: Header,
    /// The device has more functions than this.
    pub multifunction: bool,
    /// Identifiers and offsets of the capabilities, in the order of their list.
    pub capabilities: Vec<(u8, u8)>,
    /// The PCI Express link, where the function has one.
    pub link: Option<Link>,
}

/// What a header is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// A function that does something (type 0), with the card's vendor and device.
    Endpoint {
        /// Who made the card.
        subsystem_vendor: u16,
        /// Which card.
        subsystem_device: u16,
    },
    /// A bridge (type 1).
    Bridge {
        /// The bus behind it.
        secondary_bus: u8,
    },
    /// A CardBus bridge (type 2), or what nobody knows.
    Other,
}

/// A PCI Express link (7.5.3.6, 7.5.3.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// What it can do.
    pub max: LinkRate,
    /// What was trained.
    pub current: LinkRate,
}

/// How fast and how wide a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkRate {
    /// Tenths of a gigatransfer a second, so that the slowest, 2.5, is a whole number; absent where it is reserved.
    pub tenths_gtps: Option<u16>,
    /// Lanes; absent where there is no link.
    pub width: Option<u8>,
}

const CAPABILITY_PCI_EXPRESS: u8 = 0x10;
/// PCI 3.0, 6.2.3: bit 4 of the status register.
const STATUS_CAPABILITY_LIST: u16 = 1 << 4;
const FIRST_CAPABILITY: u8 = 0x40;
/// 192 bytes hold no more capabilities of four bytes: a longer list goes round.
const CAPABILITIES_LIMIT: usize = 48;

impl Config {
    /// Reads a configuration space; `None` where it is shorter than a header, or no device answers (all ones).
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        bytes.get(..0x40)?;
        let vendor = le16(bytes, 0x00)?;
        if vendor == 0xffff {
            return None;
        }
        let header_type = byte(bytes, 0x0e)?;
        let header = match header_type & 0x7f {
            0 => Header::Endpoint {
                subsystem_vendor: le16(bytes, 0x2c)?,
                subsystem_device: le16(bytes, 0x2e)?,
            },
            1 => Header::Bridge { secondary_bus: byte(bytes, 0x19)? },
            _ => Header::Other,
        };
        let capabilities = capabilities(bytes, header_type & 0x7f);
        let express = capabilities.iter().find(|(id, _)| *id == CAPABILITY_PCI_EXPRESS);
        Some(Self {
            vendor,
            device: le16(bytes, 0x02)?,
            class: le32(bytes, 0x08)? >> 8,
            revision: byte(bytes, 0x08)?,
            header,
            multifunction: header_type & 0x80 != 0,
            link: express.and_then(|(_, offset)| link(bytes, usize::from(*offset))),
            capabilities,
        })
    }
}

/// PCI 3.0, 6.7: each names the next, until one names none, or bytes that were not read.
fn capabilities(bytes: &[u8], header_type: u8) -> Vec<(u8, u8)> {
    let mut found = Vec::new();
    let pointer = if header_type == 2 { 0x14 } else { 0x34 };
    if le16(bytes, 0x06).unwrap_or(0) & STATUS_CAPABILITY_LIST == 0 {
        return found;
    }
    let mut next = byte(bytes, pointer).unwrap_or(0) & !3;
    while next >= FIRST_CAPABILITY && found.len() < CAPABILITIES_LIMIT {
        let at = usize::from(next);
        let (Some(id), Some(after)) = (byte(bytes, at), byte(bytes, at + 1)) else { break };
        if id == 0xff {
            break;
        }
        found.push((id, next));
        next = after & !3;
    }
    found
}

fn link(bytes: &[u8], capability: usize) -> Option<Link> {
    let max = le16(bytes, capability + 0x0c)?;
    let current = le16(bytes, capability + 0x12)?;
    // An endpoint inside the root complex has no link: its registers read 0.
    (max != 0).then(|| Link { max: rate(max), current: rate(current) })
}

/// Link Capabilities and Link Status both keep the speed in bits 0 to 3 and the width in bits 4 to 9.
fn rate(register: u16) -> LinkRate {
    let tenths_gtps = match register & 0x0f {
        1 => Some(25),
        2 => Some(50),
        3 => Some(80),
        4 => Some(160),
        5 => Some(320),
        6 => Some(640),
        _ => None,
    };
    let width = u8::try_from(register >> 4 & 0x3f).ok().filter(|width| *width > 0);
    LinkRate { tenths_gtps, width }
}

#[cfg(test)]
mod tests;

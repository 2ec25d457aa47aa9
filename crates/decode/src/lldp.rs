//! LLDP frames (IEEE 802.1AB-2016, clause 8), with the extensions of 802.1 (802.1Q, annex D) and 802.3 (802.3, clause 79).
//!
//! A switch's word about itself is only a word: lengths may lie, strings hold anything. What an element's length does not
//! cover is not read; an element that is too short for its kind is left out; one that runs over the frame's end ends it.

mod extension;
mod id;

use crate::bytes::be16;

pub use extension::{Aggregation, MacPhy, Power};
pub use id::{Id, IdKind};

/// The Ethernet type.
pub const ETHERNET_TYPE: u16 = 0x88cc;
/// C-tag and S-tag (802.1Q, table 9-1), which a capture may show before the type.
const TAGS: [u16; 2] = [0x8100, 0x88a8];
/// More VLANs than a port can have names for are not a port's.
const ITEMS_LIMIT: usize = 4096;

/// What a neighbour says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announcement {
    /// The frame's sender.
    pub source: [u8; 6],
    /// The neighbour (8.5.2).
    pub chassis: Id,
    /// Its port (8.5.3).
    pub port: Id,
    /// For how long this holds (8.5.4); 0 says farewell.
    pub ttl_secs: u16,
    /// 8.5.5.
    pub port_description: Option<String>,
    /// 8.5.6.
    pub system_name: Option<String>,
    /// 8.5.7.
    pub system_description: Option<String>,
    /// What it is, of that which is enabled (8.5.8).
    pub capabilities: Vec<&'static str>,
    /// Where it can be managed: IP and MAC addresses (8.5.9).
    pub management: Vec<String>,
    /// The port's untagged VLAN (802.1Q, D.2.1).
    pub port_vlan: Option<u16>,
    /// The VLANs that it names (802.1Q, D.2.3).
    pub vlans: Vec<(u16, String)>,
    /// Whether the port is one of several that act as one (802.1AX, annex F; 802.3, 79.3.3).
    pub aggregation: Option<Aggregation>,
    /// How its transceiver negotiates (802.3, 79.3.1).
    pub mac_phy: Option<MacPhy>,
    /// How it feeds the machine (802.3, 79.3.2).
    pub power: Option<Power>,
    /// 802.3, 79.3.4.
    pub max_frame_bytes: Option<u16>,
}

/// Why a frame tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Another type, or too short to have one.
    #[error("no LLDP frame")]
    OtherType,
    /// The first three elements are not what they must be (8.2).
    #[error("an LLDP frame without {0}")]
    Without(&'static str),
}

impl Announcement {
    /// Decodes a frame, from its destination address on.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn decode(frame: &[u8]) -> Result<Self, Malformed> {
        let source: [u8; 6] = *frame.get(6..).and_then(<[u8]>::first_chunk).ok_or(Malformed::OtherType)?;
        let mut elements = elements(payload(frame).ok_or(Malformed::OtherType)?);
        let mut mandatory = |kind: u8, name: &'static str| {
            let element = elements.next().filter(|(found, _)| *found == kind);
            element.map(|(_, value)| value).ok_or(Malformed::Without(name))
        };
        let chassis = Id::chassis(mandatory(1, "a chassis")?).ok_or(Malformed::Without("a chassis"))?;
        let port = Id::port(mandatory(2, "a port")?).ok_or(Malformed::Without("a port"))?;
        let ttl = mandatory(3, "a time to live")?;
        let ttl_secs = be16(ttl, 0).ok_or(Malformed::Without("a time to live"))?;
        let mut said = Self { source, chassis, port, ttl_secs, ..Self::default() };
        // Kind 0 ends it; what follows is padding.
        for (kind, value) in elements.take_while(|(kind, _)| *kind != 0) {
            said.add(kind, value);
        }
        Ok(said)
    }

    fn add(&mut self, kind: u8, value: &[u8]) {
        match kind {
            4 => self.port_description = text(value),
            5 => self.system_name = text(value),
            6 => self.system_description = text(value),
            7 => self.capabilities = capabilities(value),
            8 => self.management.extend(management(value).filter(|_| self.management.len() < ITEMS_LIMIT)),
            127 => self.extend(value),
            _ => {}
        }
    }
}

/// What follows the Ethernet type.
fn payload(frame: &[u8]) -> Option<&[u8]> {
    let mut rest = frame.get(12..)?;
    while TAGS.contains(&be16(rest, 0)?) {
        rest = rest.get(4..)?;
    }
    if be16(rest, 0)? == ETHERNET_TYPE { rest.get(2..) } else { None }
}

/// The elements (8.4): seven bits of kind, nine of length, the value.
fn elements(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (&[high, low], behind) = rest.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes([high & 1, low]));
        let (value, behind) = behind.split_at_checked(length)?;
        rest = behind;
        Some((high >> 1, value))
    })
}

/// 8.5.8, table 8-4: what it can be, then what of it is enabled.
fn capabilities(value: &[u8]) -> Vec<&'static str> {
    const NAMES: [&str; 11] = [
        "other",
        "repeater",
        "bridge",
        "access_point",
        "router",
        "telephone",
        "docsis",
        "station",
        "c_vlan",
        "s_vlan",
        "two_port_relay",
    ];
    let enabled = be16(value, 2).unwrap_or(0);
    NAMES.into_iter().enumerate().filter(|(bit, _)| enabled >> bit & 1 == 1).map(|(_, name)| name).collect()
}

/// 8.5.9: the length of the address with its family, the family, the address; then what it is good for.
fn management(value: &[u8]) -> Option<String> {
    let (length, rest) = value.split_first()?;
    id::network_address(rest.get(..usize::from(*length))?)
}

/// A string as one line. The standard asks for UTF-8 without a closing zero; some send one, and descriptions have lines.
fn text(value: &[u8]) -> Option<String> {
    let value = value.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(value);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.replace(char::is_control, "\u{fffd}");
    if line.is_empty() { None } else { Some(line) }
}

#[cfg(test)]
mod tests;

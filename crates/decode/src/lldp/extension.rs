//! Elements that organizations define (8.6): their number, their subtype, their data.

use super::{Announcement, ITEMS_LIMIT, text};
use crate::bytes::{be16, be32};

const IEEE_802_1: [u8; 3] = [0x00, 0x80, 0xc2];
const IEEE_802_3: [u8; 3] = [0x00, 0x12, 0x0f];

/// Several ports that act as one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Aggregation {
    /// The port could be part of one.
    pub capable: bool,
    /// It is.
    pub enabled: bool,
    /// The number of the whole; 0 where there is none.
    pub port: u32,
}

/// How the transceiver negotiates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MacPhy {
    /// It can agree with its peer.
    pub autonegotiation_supported: bool,
    /// It does.
    pub autonegotiation_enabled: bool,
    /// `dot3MauType` in use (RFC 4836): 30 is 1000BASE-T in full duplex.
    pub mau: u16,
}

/// Power over Ethernet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Power {
    /// The port gives power, and does not take it.
    pub source: bool,
    /// It does so now.
    pub enabled: bool,
    /// 0 to 4.
    pub class: Option<u8>,
}

impl Announcement {
    pub(super) fn extend(&mut self, value: &[u8]) {
        // What is too short for its kind is not told.
        let _ = self.try_extend(value);
    }

    fn try_extend(&mut self, value: &[u8]) -> Option<()> {
        let (organization, rest) = value.split_first_chunk::<3>()?;
        let (subtype, data) = rest.split_first()?;
        match (*organization, subtype) {
            (IEEE_802_1, 1) => self.port_vlan = be16(data, 0).filter(|vlan| (1..4095).contains(vlan)),
            (IEEE_802_1, 3) => self.vlans.extend(vlan(data).filter(|_| self.vlans.len() < ITEMS_LIMIT)),
            (IEEE_802_1, 7) | (IEEE_802_3, 3) => self.aggregation = Some(aggregation(data)?),
            (IEEE_802_3, 1) => self.mac_phy = Some(mac_phy(data)?),
            (IEEE_802_3, 2) => self.power = Some(power(data)?),
            (IEEE_802_3, 4) => self.max_frame_bytes = Some(be16(data, 0)?),
            _ => {}
        }
        Some(())
    }
}

/// 802.1Q, D.2.3: the number, the name's length, the name.
fn vlan(data: &[u8]) -> Option<(u16, String)> {
    let length = usize::from(*data.get(2)?);
    let name = data.get(3..)?.get(..length)?;
    Some((be16(data, 0)?, text(name).unwrap_or_default()))
}

/// 802.3, 79.3.3.
fn aggregation(data: &[u8]) -> Option<Aggregation> {
    let status = *data.first()?;
    Some(Aggregation { capable: status & 1 != 0, enabled: status & 2 != 0, port: be32(data, 1)? })
}

/// 802.3, 79.3.1.
fn mac_phy(data: &[u8]) -> Option<MacPhy> {
    let status = *data.first()?;
    Some(MacPhy {
        autonegotiation_supported: status & 1 != 0,
        autonegotiation_enabled: status & 2 != 0,
        mau: be16(data, 3)?,
    })
}

/// 802.3, 79.3.2: the classes are numbered from 1.
fn power(data: &[u8]) -> Option<Power> {
    let &[status, _pair, class] = data.first_chunk()?;
    let class = class.checked_sub(1).filter(|class| *class <= 4);
    Some(Power { source: status & 1 != 0, enabled: status & 4 != 0, class })
}

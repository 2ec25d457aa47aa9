//! The controller's network ports (22.24, 23.2 and table 23-4).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{APPLICATION, Request, TRANSPORT};
use crate::bytes::{byte, le16};

/// Channels that may be network ports: 0 is the IPMB, 12 to 15 are reserved or the machine's own.
pub const CHANNELS: std::ops::RangeInclusive<u8> = 1..=11;

/// A parameter of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// IPv4 address.
    Address,
    /// Where that comes from.
    Source,
    /// MAC address.
    Mac,
    /// IPv4 netmask.
    Mask,
    /// IPv4 gateway.
    Gateway,
    /// VLAN.
    Vlan,
    /// How many IPv6 addresses of each kind there may be.
    Ipv6Status,
    /// A static IPv6 address, by its number.
    Ipv6Static(u8),
    /// A dynamic IPv6 address, by its number.
    Ipv6Dynamic(u8),
}

/// Get Channel Info.
#[must_use]
pub fn channel_request(channel: u8) -> Request {
    Request::new(APPLICATION, 0x42, &[channel])
}

/// Get LAN Configuration Parameters.
#[must_use]
pub fn parameter_request(channel: u8, parameter: Parameter) -> Request {
    let (selector, set) = match parameter {
        Parameter::Address => (3, 0),
        Parameter::Source => (4, 0),
        Parameter::Mac => (5, 0),
        Parameter::Mask => (6, 0),
        Parameter::Gateway => (12, 0),
        Parameter::Vlan => (20, 0),
        Parameter::Ipv6Status => (55, 0),
        Parameter::Ipv6Static(set) => (56, set),
        Parameter::Ipv6Dynamic(set) => (59, set),
    };
    Request::new(TRANSPORT, 0x02, &[channel, selector, set, 0])
}

/// Whether Get Channel Info says that the channel asked for is an Ethernet (medium 4).
#[must_use]
pub fn is_ethernet(channel: u8, data: &[u8]) -> bool {
    matches!(data, [number, medium, ..] if number & 0x0f == channel && medium & 0x7f == 4)
}

/// A parameter's value: what follows the revision of the parameters.
#[must_use]
pub fn value(data: &[u8]) -> Option<&[u8]> {
    data.split_first().map(|(_revision, value)| value)
}

/// An IPv4 address, mask or gateway; `None` where it is all zeros, or cut short.
#[must_use]
pub fn ipv4(value: &[u8]) -> Option<Ipv4Addr> {
    let octets: &[u8; 4] = value.first_chunk()?;
    Some(Ipv4Addr::from(*octets)).filter(|address| !address.is_unspecified() && !address.is_broadcast())
}

/// A netmask; `None` where it is none.
#[must_use]
pub fn mask(value: &[u8]) -> Option<Ipv4Addr> {
    let octets: &[u8; 4] = value.first_chunk()?;
    let bits = u32::from_be_bytes(*octets);
    (bits != 0 && bits.leading_ones() + bits.trailing_zeros() == 32).then(|| Ipv4Addr::from(*octets))
}

/// A MAC address; `None` where it is cut short.
#[must_use]
pub fn mac(value: &[u8]) -> Option<[u8; 6]> {
    value.first_chunk().copied()
}

/// The VLAN, where one is switched on.
#[must_use]
pub fn vlan(value: &[u8]) -> Option<u16> {
    let value = le16(value, 0)?;
    (value >> 15 == 1).then_some(value & 0x0fff).filter(|id| (1..=4094).contains(id))
}

/// Where an address comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Somebody typed it in.
    Static,
    /// DHCP.
    Dhcp,
    /// Stateless autoconfiguration of IPv6.
    Slaac,
    /// The BIOS or other software.
    Software,
    /// Some other protocol.
    Other,
}

/// Where the IPv4 address comes from; `None` where it is unspecified.
#[must_use]
pub fn source(value: &[u8]) -> Option<Source> {
    match byte(value, 0)? & 0x0f {
        0 => None,
        1 => Some(Source::Static),
        2 => Some(Source::Dhcp),
        3 => Some(Source::Software),
        _ => Some(Source::Other),
    }
}

/// How many IPv6 addresses there may be: static, dynamic.
#[must_use]
pub fn ipv6_counts(value: &[u8]) -> Option<(u8, u8)> {
    Some((byte(value, 0)?, byte(value, 1)?))
}

/// An IPv6 address in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ipv6 {
    /// The address.
    pub address: Ipv6Addr,
    /// Length of its prefix.
    pub prefix_length: u8,
    /// Where it comes from.
    pub source: Source,
}

/// An IPv6 address of either kind; `None` where it is not in use, blank, or the link's own.
#[must_use]
pub fn ipv6(parameter: Parameter, value: &[u8]) -> Option<Ipv6> {
    let head = byte(value, 1)?;
    let octets: [u8; 16] = value.get(2..18)?.try_into().ok()?;
    let address = Ipv6Addr::from(octets);
    // Of static ones, bit 7 says whether it is switched on; the status of either is 0 when it is in use.
    let source = match (parameter, head & 0x0f) {
        (Parameter::Ipv6Static(_), _) if head >> 7 == 0 => return None,
        (Parameter::Ipv6Static(_), 0) => Source::Static,
        (Parameter::Ipv6Dynamic(_), 1) => Source::Slaac,
        (Parameter::Ipv6Dynamic(_), 2) => Source::Dhcp,
        _ => Source::Other,
    };
    let in_use = byte(value, 19).is_none_or(|status| status == 0);
    let managed = !address.is_unspecified() && !address.is_unicast_link_local() && !address.is_multicast();
    let prefix_length = byte(value, 18).filter(|length| *length <= 128)?;
    (in_use && managed).then_some(Ipv6 { address, prefix_length, source })
}

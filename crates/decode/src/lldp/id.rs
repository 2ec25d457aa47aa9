//! By what a neighbour and its port call themselves (IEEE 802.1AB, 8.5.2 and 8.5.3).

use std::net::IpAddr;

use super::text;
use crate::bytes::{hex, hex_with};

/// The name of a chassis or of a port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Id {
    /// What kind of name.
    pub kind: IdKind,
    /// The name, as people write one of its kind.
    pub value: String,
}

/// Tables 8-2 and 8-3, which number the same kinds differently.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IdKind {
    /// `entPhysicalAlias` of a chassis.
    Component,
    /// `entPhysicalAlias` of a port or backplane.
    PortComponent,
    /// `ifAlias`.
    InterfaceAlias,
    /// `ifName`.
    InterfaceName,
    /// A MAC address.
    Mac,
    /// An IP address.
    Network,
    /// A relay agent's circuit (RFC 3046).
    AgentCircuit,
    /// Whatever its administrator likes.
    Local,
    /// A kind of the future.
    #[default]
    Other,
}

impl Id {
    pub(super) fn chassis(element: &[u8]) -> Option<Self> {
        const KINDS: [IdKind; 7] = [
            IdKind::Component,
            IdKind::InterfaceAlias,
            IdKind::PortComponent,
            IdKind::Mac,
            IdKind::Network,
            IdKind::InterfaceName,
            IdKind::Local,
        ];
        Self::of(element, &KINDS)
    }

    pub(super) fn port(element: &[u8]) -> Option<Self> {
        const KINDS: [IdKind; 7] = [
            IdKind::InterfaceAlias,
            IdKind::PortComponent,
            IdKind::Mac,
            IdKind::Network,
            IdKind::InterfaceName,
            IdKind::AgentCircuit,
            IdKind::Local,
        ];
        Self::of(element, &KINDS)
    }

    fn of(element: &[u8], kinds: &[IdKind; 7]) -> Option<Self> {
        let (subtype, value) = element.split_first()?;
        let kind = usize::from(*subtype).checked_sub(1).and_then(|index| kinds.get(index)).copied();
        let kind = kind.unwrap_or_default();
        let value = match kind {
            IdKind::Mac => mac(value),
            IdKind::Network => network_address(value),
            _ => readable(value),
        };
        Some(Self { kind, value: value? })
    }
}

/// A family (IANA's address family numbers), then an address of it.
pub(super) fn network_address(value: &[u8]) -> Option<String> {
    let (family, address) = value.split_first()?;
    match (family, address.len()) {
        (1, 4) => Some(IpAddr::from(*address.first_chunk::<4>()?).to_string()),
        (2, 16) => Some(IpAddr::from(*address.first_chunk::<16>()?).to_string()),
        (6, 6) => mac(address),
        (_, 0) => None,
        _ => Some(hex(address)),
    }
}

fn mac(value: &[u8]) -> Option<String> {
    if value.is_empty() { None } else { Some(hex_with(value, ":")) }
}

/// Text where it is text; some name ports with bytes, whatever kind they say it is.
fn readable(value: &[u8]) -> Option<String> {
    let without_zero = value.strip_suffix(&[0]).unwrap_or(value);
    match std::str::from_utf8(without_zero) {
        Ok(said) if !said.contains(char::is_control) => text(without_zero),
        _ if value.is_empty() => None,
        _ => Some(hex(value)),
    }
}

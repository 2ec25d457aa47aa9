//! Default routes: `RTM_NEWROUTE` (linux/rtnetlink.h).

use std::net::IpAddr;

use super::{Message, attributes, ip, messages, u16_at, u32_at};

/// `struct rtmsg`.
const HEADER_BYTES: usize = 12;
/// `struct rtnexthop`.
const HOP_HEADER_BYTES: usize = 8;
/// `RT_TABLE_MAIN`.
const MAIN_TABLE: u32 = 254;
/// `RTN_UNICAST`.
const UNICAST: u8 = 1;

/// The way out of the machine's own networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DefaultRoute {
    /// The index of the interface that leads there.
    pub interface: u32,
    /// The gateway.
    pub gateway: IpAddr,
}

/// Whether the message is a route with no destination: the only ones worth keeping of a table that may have a million.
#[must_use]
pub fn is_default_route(message: &Message<'_>) -> bool {
    message.kind == Message::ROUTE && message.body.get(1) == Some(&0)
}

/// The default gateways of a dump, of the main table.
#[must_use]
pub fn default_routes(dump: &[u8]) -> Vec<DefaultRoute> {
    let mut routes = Vec::new();
    for message in messages(dump).filter(is_default_route) {
        add(&mut routes, message.body);
    }
    routes
}

fn add(routes: &mut Vec<DefaultRoute>, body: &[u8]) {
    let &[_family, _bits, _source_bits, _service, table, _protocol, _scope, kind, ..] = body else { return };
    let attributes_of_route = body.get(HEADER_BYTES..).unwrap_or_default();
    let mut table = u32::from(table);
    for (kind, value) in attributes(attributes_of_route) {
        if kind == 15 {
            table = u32_at(value, 0).unwrap_or(table);
        }
    }
    if table != MAIN_TABLE || kind != UNICAST {
        return;
    }
    let interface = attributes(attributes_of_route).find(|(kind, _)| *kind == 4);
    let interface = interface.and_then(|(_, value)| u32_at(value, 0));
    routes.extend(
        gateway(attributes_of_route)
            .and_then(|gateway| Some(DefaultRoute { interface: interface?, gateway })),
    );
    if let Some((_, hops)) = attributes(attributes_of_route).find(|(kind, _)| *kind == 9) {
        routes.extend(next_hops(hops));
    }
}

/// `RTA_GATEWAY`, or `RTA_VIA` for an IPv4 route by an IPv6 gateway.
fn gateway(bytes: &[u8]) -> Option<IpAddr> {
    attributes(bytes).find_map(|(kind, value)| match kind {
        5 => ip(value),
        18 => ip(value.get(2..)?),
        _ => None,
    })
}

/// `RTA_MULTIPATH`.
fn next_hops(bytes: &[u8]) -> impl Iterator<Item = DefaultRoute> {
    let mut rest = bytes;
    let hops = std::iter::from_fn(move || {
        let length = usize::from(u16_at(rest, 0)?);
        let hop = rest.get(..length)?;
        let of_hop = hop.get(HOP_HEADER_BYTES..)?;
        rest = rest.get(super::aligned(length)..).unwrap_or_default();
        Some((u32_at(hop, 4)?, of_hop))
    });
    hops.filter_map(|(interface, of_hop)| Some(DefaultRoute { interface, gateway: gateway(of_hop)? }))
}

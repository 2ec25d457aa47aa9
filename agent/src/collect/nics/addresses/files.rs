//! The same by `/proc/net`.
//!
//! The kernel lists IPv6 addresses with their interfaces. Its IPv4 addresses stand in the routing trie without, and are
//! matched with the connected routes.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Address, Addresses};
use crate::probe::Probe;

const IPV6: &str = "/proc/net/if_inet6";
const IPV6_ROUTES: &str = "/proc/net/ipv6_route";
const IPV4_TRIE: &str = "/proc/net/fib_trie";
const IPV4_ROUTES: &str = "/proc/net/route";
/// A router with a full table has more, and its own addresses stand at the trie's end.
const TABLE_LIMIT_BYTES: usize = 1 << 20;
/// `include/uapi/linux/if_addr.h`: temporary, failed duplicate detection, deprecated, tentative.
const PASSING: u8 = 0x01 | 0x08 | 0x20 | 0x40;
const PERMANENT: u8 = 0x80;

pub(super) fn read(probe: &Probe, all: &mut Addresses) {
    let table = |path: &str| probe.lines(path, TABLE_LIMIT_BYTES).unwrap_or_default();
    let routes = table(IPV4_ROUTES);
    for (interface, address, prefix) in ipv4(&table(IPV4_TRIE), &routes) {
        // Nothing here tells for how long.
        all.add(interface, Address { ip: address.into(), prefix, leased: false });
    }
    for (interface, address) in table(IPV6).lines().filter_map(ipv6) {
        all.add(interface, address);
    }
    for (interface, gateway) in routes.lines().filter_map(ipv4_gateway) {
        all.add_gateway(interface, gateway.into());
    }
    for (interface, gateway) in table(IPV6_ROUTES).lines().filter_map(ipv6_gateway) {
        all.add_gateway(interface, gateway.into());
    }
}

/// A line of `if_inet6`: address, index, prefix length, scope and flags in hex, then the interface.
fn ipv6(line: &str) -> Option<(&str, Address)> {
    let mut words = line.split_whitespace();
    let address = Ipv6Addr::from(u128::from_str_radix(words.next()?, 16).ok()?);
    let prefix = u8::from_str_radix(words.nth(1)?, 16).ok().filter(|prefix| *prefix <= 128)?;
    let flags = u8::from_str_radix(words.nth(1)?, 16).ok()?;
    let interface = words.next()?;
    let address = Address { ip: address.into(), prefix, leased: flags & PERMANENT == 0 };
    (flags & PASSING == 0).then_some((interface, address))
}

/// The machine's own addresses, each with the interface and prefix of the narrowest connected route that holds it.
fn ipv4<'a>(trie: &str, routes: &'a str) -> Vec<(&'a str, Ipv4Addr, u8)> {
    let routes: Vec<(&str, u32, u32)> = routes.lines().filter_map(connected_route).collect();
    let holds = |address: Ipv4Addr| {
        let here = routes.iter().filter(move |(_, network, mask)| address.to_bits() & mask == *network);
        here.max_by_key(|(_, _, mask)| mask.count_ones())
    };
    let with_route = |address: Ipv4Addr| {
        let (interface, _, mask) = holds(address)?;
        Some((*interface, address, u8::try_from(mask.count_ones()).unwrap_or(32)))
    };
    own_ipv4(trie).into_iter().filter_map(with_route).collect()
}

/// In the trie an own address is a leaf (`|-- 10.0.2.15`) followed by `/32 host LOCAL`.
fn own_ipv4(trie: &str) -> Vec<Ipv4Addr> {
    let mut own = Vec::new();
    let mut leaf = None;
    for line in trie.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            leaf = address.parse::<Ipv4Addr>().ok();
        } else if line == "/32 host LOCAL" {
            own.extend(leaf.filter(|address| !address.is_loopback()));
        }
    }
    own.sort_unstable();
    own.dedup();
    own
}

/// A line of `route` without a gateway: interface, network and mask.
fn connected_route(line: &str) -> Option<(&str, u32, u32)> {
    let (interface, network, gateway, mask) = ipv4_route(line)?;
    (gateway == 0 && mask != 0).then_some((interface, network, mask))
}

/// A line of `route` to anywhere, by a gateway.
fn ipv4_gateway(line: &str) -> Option<(&str, Ipv4Addr)> {
    let (interface, network, gateway, mask) = ipv4_route(line)?;
    (network == 0 && mask == 0 && gateway != 0).then_some((interface, gateway.into()))
}

/// Interface, network, gateway and mask.
fn ipv4_route(line: &str) -> Option<(&str, u32, u32, u32)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [interface, network, gateway, _, _, _, _, mask, ..] = words.as_slice() else { return None };
    // Printed as the machine holds the word: on a little-endian one the first octet stands last.
    let number = |hex: &str| u32::from_str_radix(hex, 16).ok().map(u32::from_be);
    Some((interface, number(network)?, number(gateway)?, number(mask)?))
}

/// A line of `ipv6_route` to anywhere: network and its length, source and its length, gateway, metric, use, flags,
/// interface.
fn ipv6_gateway(line: &str) -> Option<(&str, Ipv6Addr)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, "00", _, _, gateway, _, _, _, _, interface] = words.as_slice() else { return None };
    let gateway = u128::from_str_radix(gateway, 16).ok().filter(|gateway| *gateway != 0)?;
    Some((interface, gateway.into()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROUTES: &str = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
        eth0\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
        eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n\
        eth1\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n";
    const TRIE: &str = "Main:\n  +-- 0.0.0.0/1 2 0 2\n     |-- 10.0.2.0\n        /24 link UNICAST\n\
        |-- 10.0.2.15\n   /32 host LOCAL\n |-- 10.9.9.9\n /32 host LOCAL\n\
        |-- 127.0.0.1\n /32 host LOCAL\n |-- 10.0.2.255\n /32 link BROADCAST\n\
        Local:\n |-- 10.0.2.15\n /32 host LOCAL\n |-- 192.0.2.1\n /32 host LOCAL\n";

    #[test]
    fn an_ipv4_address_belongs_to_its_narrowest_connected_route() {
        assert_eq!(
            ipv4(TRIE, ROUTES),
            [("eth0", Ipv4Addr::new(10, 0, 2, 15), 24), ("eth1", Ipv4Addr::new(10, 9, 9, 9), 8)]
        );
    }

    #[test]
    fn passing_ipv6_addresses_are_left_out() {
        let line = |address: &str, flags: &str| format!("{address} 02 40 00 {flags}     eth0");
        let global = "20010db8000000000000000000000001";
        let address = |leased| Address { ip: "2001:db8::1".parse().unwrap(), prefix: 64, leased };
        assert_eq!(ipv6(&line(global, "80")), Some(("eth0", address(false))));
        assert_eq!(ipv6(&line(global, "00")), Some(("eth0", address(true))));
        for flags in ["01", "20", "40", "c0", "88"] {
            assert_eq!(ipv6(&line(global, flags)), None, "{flags}");
        }
    }

    #[test]
    fn gateways_are_those_of_the_routes_to_anywhere() {
        let gateways: Vec<_> = ROUTES.lines().filter_map(ipv4_gateway).collect();
        assert_eq!(gateways, [("eth0", Ipv4Addr::new(10, 0, 2, 2))]);
        let any = "0".repeat(32);
        let line = |bits: &str, gateway: &str| {
            format!("{any} {bits} {any} 00 {gateway} 00000400 00000001 00000000 00000003     eth0")
        };
        let gateway = "fe800000000000000000000000000001";
        assert_eq!(ipv6_gateway(&line("00", gateway)), Some(("eth0", "fe80::1".parse().unwrap())));
        assert_eq!(ipv6_gateway(&line("40", gateway)), None);
        assert_eq!(ipv6_gateway(&line("00", &any)), None);
    }

    proptest! {
        #[test]
        fn any_tables_are_survived(trie: String, routes: String, line: String) {
            ipv4(&trie, &routes);
            let _ = (ipv6(&line), ipv4_gateway(&line), ipv6_gateway(&line));
        }
    }
}

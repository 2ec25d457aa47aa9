//! The gateway's own interfaces and addresses.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use super::said::{listed, quoted};
use crate::reading::{Interface, Reading};
use crate::wish::InterfaceKey;

/// The interface of this key.
pub(super) fn find<'a>(reading: &'a Reading, key: &InterfaceKey) -> Option<&'a Interface> {
    reading.facts.interfaces.iter().find(|interface| interface.key == key.as_str())
}

/// What an operator calls it, with its key.
pub(super) fn called(reading: &Reading, key: &InterfaceKey) -> String {
    find(reading, key).map_or_else(|| key.to_string(), said)
}

/// What an operator calls it, with its key.
pub(super) fn said(interface: &Interface) -> String {
    let Interface { key, label, .. } = interface;
    let label: String = label.chars().filter(|c| !c.is_control()).take(40).collect();
    if label.is_empty() || label == *key { key.clone() } else { format!("{label} ({key})") }
}

/// All of them, for an operator who named another.
pub(super) fn all(reading: &Reading) -> String {
    listed(reading.facts.interfaces.iter().map(said))
}

/// The same of a key that somebody else wrote.
pub(super) fn called_by(reading: &Reading, key: &str) -> String {
    key.parse().map_or_else(|_| quoted(key), |key| called(reading, &key))
}

/// Its IPv4 addresses with their networks.
pub(super) fn v4(interface: &Interface) -> impl Iterator<Item = Ipv4Net> {
    interface.networks.iter().filter_map(|net| match net {
        IpNet::V4(net) => Some(*net),
        IpNet::V6(_) => None,
    })
}

/// The interface whose network an address is in, and that network.
pub(super) fn home(reading: &Reading, ip: Ipv4Addr) -> Option<(&Interface, Ipv4Net)> {
    let all = reading.facts.interfaces.iter();
    all.flat_map(|one| v4(one).map(move |net| (one, net))).find(|(_, net)| net.contains(&ip))
}

/// The addresses that the gateway owns, and where from.
pub(super) fn own(reading: &Reading) -> Vec<(Ipv4Addr, String)> {
    let interfaces = reading.facts.interfaces.iter();
    let of_interfaces = interfaces
        .flat_map(|one| v4(one).map(move |net| (net.addr(), format!("the address of {}", said(one)))));
    let virtual_ones = reading.facts.addresses.iter().filter_map(|address| match address.ip {
        IpAddr::V4(ip) => Some((ip, address.what.clone())),
        IpAddr::V6(_) => None,
    });
    of_interfaces.chain(virtual_ones).collect()
}

/// Whether an address is a network's own or its broadcast: no machine's.
pub(super) fn is_edge(net: Ipv4Net, ip: Ipv4Addr) -> bool {
    net.prefix_len() <= 30 && (ip == net.network() || ip == net.broadcast())
}

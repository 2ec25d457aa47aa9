//! This machine's interfaces.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::SockaddrStorage;

use crate::reading::Interface;

/// Those with their addresses that are no loopback. None where the kernel does not say.
pub(super) fn interfaces() -> Vec<Interface> {
    let mut all: BTreeMap<String, Interface> = BTreeMap::new();
    for address in getifaddrs().into_iter().flatten() {
        if address.flags.contains(InterfaceFlags::IFF_LOOPBACK) {
            continue;
        }
        let name = address.interface_name.clone();
        let interface = all.entry(name.clone()).or_insert_with(|| Interface {
            key: name.clone(),
            label: name.clone(),
            device: name,
            networks: Vec::new(),
            up: address.flags.contains(InterfaceFlags::IFF_RUNNING),
            // What it may be reached for from there is the operator's own packet filter's.
            outside: false,
        });
        interface.networks.extend(network(&address));
    }
    all.into_values().collect()
}

fn network(address: &InterfaceAddress) -> Option<IpNet> {
    let (ip, mask) = (ip(address.address.as_ref()?)?, ip(address.netmask.as_ref()?)?);
    IpNet::with_netmask(ip, mask).ok()
}

fn ip(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|it| IpAddr::V4(it.ip()));
    v4.or_else(|| address.as_sockaddr_in6().map(|it| IpAddr::V6(it.ip())))
}

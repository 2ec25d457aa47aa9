//! IP addresses and default gateways by interface: link-local, temporary and tentative addresses left out.

mod files;

use std::collections::BTreeMap;
use std::net::IpAddr;

use decode::netlink;

use crate::collect::interfaces::Interface;
use crate::probe::Probe;
use crate::root::{Netlink, Question};

/// No interface has more that anybody set up.
const ITEMS_LIMIT: usize = 256;

/// What all interfaces have.
#[derive(Debug, Default)]
pub(super) struct Addresses(BTreeMap<String, Network>);

/// What one has.
#[derive(Debug, Default, Clone)]
pub(super) struct Network {
    addresses: Vec<Address>,
    gateways: Vec<IpAddr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Address {
    ip: IpAddr,
    prefix: u8,
    leased: bool,
}

impl Addresses {
    pub(super) fn read(probe: &Probe, interfaces: &[Interface]) -> Self {
        let mut all = Self::default();
        let ask = |name: &str, dump: Netlink| probe.ask(name, &Question::Netlink(dump));
        let dumps = ask("netlink addresses", Netlink::Addresses).zip(ask("netlink routes", Netlink::Routes));
        match dumps {
            Some((addresses, routes)) => all.add_dumps(interfaces, &addresses, &routes),
            None => files::read(probe, &mut all),
        }
        for network in all.0.values_mut() {
            network.addresses.sort_unstable();
            network.gateways.sort_unstable();
        }
        all
    }

    fn add_dumps(&mut self, interfaces: &[Interface], addresses: &[u8], routes: &[u8]) {
        let names: BTreeMap<u32, &str> = interfaces
            .iter()
            .filter_map(|interface| Some((interface.index?, interface.name.as_str())))
            .collect();
        for address in netlink::addresses(addresses).filter(|address| !address.is_passing()) {
            if let Some(name) = names.get(&address.interface) {
                let leased = address.is_leased();
                self.add(name, Address { ip: address.ip, prefix: address.prefix, leased });
            }
        }
        for route in netlink::default_routes(routes) {
            if let Some(name) = names.get(&route.interface) {
                self.add_gateway(name, route.gateway);
            }
        }
    }

    fn add(&mut self, interface: &str, address: Address) {
        if is_local(address.ip) {
            return;
        }
        let known = &mut self.0.entry(interface.to_owned()).or_default().addresses;
        if known.len() < ITEMS_LIMIT && !known.contains(&address) {
            known.push(address);
        }
    }

    fn add_gateway(&mut self, interface: &str, gateway: IpAddr) {
        let known = &mut self.0.entry(interface.to_owned()).or_default().gateways;
        if known.len() < ITEMS_LIMIT && !known.contains(&gateway) && !gateway.is_unspecified() {
            known.push(gateway);
        }
    }

    /// This interface's.
    pub(super) fn of(&self, interface: &str) -> Network {
        self.0.get(interface).cloned().unwrap_or_default()
    }
}

/// Every machine has these.
fn is_local(ip: IpAddr) -> bool {
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    link_local || ip.is_loopback()
}

impl Network {
    /// With their prefix lengths, sorted.
    pub(super) fn addresses(&self) -> Vec<String> {
        self.addresses.iter().map(Address::to_string).collect()
    }

    /// Those that end unless they are renewed.
    pub(super) fn leased(&self) -> Vec<String> {
        self.addresses.iter().filter(|address| address.leased).map(Address::to_string).collect()
    }

    /// Default gateways, sorted.
    pub(super) fn gateways(&self) -> Vec<String> {
        self.gateways.iter().map(IpAddr::to_string).collect()
    }

    pub(super) fn has_addresses(&self) -> bool {
        !self.addresses.is_empty()
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.ip, self.prefix)
    }
}

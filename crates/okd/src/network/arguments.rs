//! A network as arguments of the kernel, in dracut's grammar as NetworkManager's generator reads it (`dracut.cmdline(7)`,
//! `nm-initrd-generator(8)`).

use std::collections::BTreeMap;
use std::net::IpAddr;

use boot::install::{InvalidArgument, KernelArgument};
use inventory::MacAddr;
use ipnet::IpNet;

use super::check::addresses::leads;
use super::{Addressing, Bond, BondMode, BondOption, NodeNetwork, Parent};

/// Linux knows no longer name of a machine.
const LONGEST_HOSTNAME: usize = 64;

/// For how long a link may take to come: a switch that waits for a loop, or for LACP, forwards after half a minute or more.
const CARRIER_SECS: u16 = 30;
const LACP_CARRIER_SECS: u16 = 90;

/// The address that the live system has on the card that boots, where it is a fixed one: it asks this server from there.
#[must_use]
pub fn speaks_from(network: Option<&NodeNetwork>, boot: MacAddr) -> Option<IpAddr> {
    let network = network?;
    let card = network.cards.iter().find(|card| card.mac == boot).map(|card| &card.addressing);
    let bond = || network.bonds.iter().find(|bond| bond.cards.contains(&boot)).map(|bond| &bond.addressing);
    let addressing = card.or_else(bond).filter(|addressing| !addressing.dhcp)?;
    let fixed = || addressing.addresses.iter().map(IpNet::addr);
    // Firmware that speaks IPv6 only is rare; a node with both is reached by both.
    fixed().find(IpAddr::is_ipv4).or_else(|| fixed().next())
}

/// What the kernel is told of a network. None for DHCP on the card that boots (`BOOTIF`).
///
/// The card that boots is never without an address: where the network gives it none, or excludes it, it asks by DHCP, as it
/// did when it booted; else the machine would not find its installer's files. Of a bond only one card is used, the one that
/// boots where it is among them: a switch whose LACP is not negotiated lets one through, and that one. The others join in the
/// installed system, by the [keyfiles](super::keyfiles).
///
/// # Errors
/// Where one of them became too long: never, for a network that was [checked](NodeNetwork::check).
pub fn arguments(
    network: Option<&NodeNetwork>,
    boot: MacAddr,
    fqdn: &str,
) -> Result<Vec<KernelArgument>, InvalidArgument> {
    let Some(network) = network else { return Ok(Vec::new()) };
    let names = Names::new(network, boot);
    let hostname = if fqdn.len() <= LONGEST_HOSTNAME { fqdn } else { fqdn.split('.').next().unwrap_or(fqdn) };
    let mut all: Vec<String> = names.0.iter().map(|(mac, name)| format!("ifname={name}:{mac}")).collect();
    let boots = |macs: &[MacAddr]| macs.contains(&boot);
    let mut ip = Vec::new();
    for bond in &network.bonds {
        let leg = bond.cards.iter().copied().find(|mac| *mac == boot).or_else(|| bond.cards.first().copied());
        all.extend(leg.map(|leg| bond_argument(bond, names.of(leg))));
        ip.extend(addressed(bond.name.as_str(), &bond.addressing, boots(&bond.cards), hostname));
        let others = bond.cards.iter().copied().filter(|mac| Some(*mac) != leg);
        ip.extend(others.map(|mac| off(names.of(mac))));
    }
    for vlan in &network.vlans {
        let on = match &vlan.on {
            Parent::Card(mac) => names.of(*mac),
            Parent::Bond(bond) => bond.as_str(),
        };
        all.push(format!("vlan={}:{on}", vlan.interface()));
        ip.extend(addressed(&vlan.interface(), &vlan.addressing, false, hostname));
    }
    let mut boots_otherwise = network.bonds.iter().any(|bond| boots(&bond.cards));
    for card in network.lone_cards() {
        boots_otherwise |= card.mac == boot;
        ip.extend(addressed(names.of(card.mac), &card.addressing, card.mac == boot, hostname));
    }
    if !boots_otherwise {
        ip.push(format!("ip=::::{hostname}:{}:dhcp", names.of(boot)));
    }
    ip.extend(network.exclude.iter().filter(|mac| **mac != boot).map(|mac| off(names.of(*mac))));
    all.append(&mut ip);
    all.extend(network.dns.iter().map(|server| format!("nameserver={}", bracketed(*server))));
    if !network.dns.is_empty() {
        all.push("rd.peerdns=0".to_owned());
    }
    let lacp = network.bonds.iter().any(|bond| bond.mode == BondMode::Lacp);
    let carrier_secs = if lacp { LACP_CARRIER_SECS } else { CARRIER_SECS };
    all.push(format!("rd.net.timeout.carrier={carrier_secs}"));
    all.iter().map(|argument| argument.parse()).collect()
}

/// What each card is called while the installation runs. The names that it has from its kernel are another release's.
struct Names(BTreeMap<MacAddr, String>);

impl Names {
    fn new(network: &NodeNetwork, boot: MacAddr) -> Self {
        let mut names = BTreeMap::from([(boot, "boot0".to_owned())]);
        let lone = network.lone_cards().into_iter().map(|card| card.mac);
        let legs = network.bonds.iter().flat_map(|bond| bond.cards.iter().copied());
        for mac in lone.chain(legs).chain(network.exclude.iter().copied()) {
            let next = format!("nic{}", names.len());
            names.entry(mac).or_insert(next);
        }
        Self(names)
    }

    fn of(&self, mac: MacAddr) -> &str {
        self.0.get(&mac).map_or("", String::as_str)
    }
}

fn bond_argument(bond: &Bond, leg: &str) -> String {
    let mut options = format!("mode={}", bond.mode);
    for (option, value) in bond.all_options() {
        // Of one leg it would never come up.
        if option != BondOption::MinLinks {
            options.push_str(&format!(",{option}={value}"));
        }
    }
    format!("bond={}:{leg}:{options}", bond.name)
}

impl Bond {
    /// Its options: links are looked at, whatever else is said.
    pub(super) fn all_options(&self) -> BTreeMap<BondOption, String> {
        let mut options = self.options.clone();
        options.entry(BondOption::Miimon).or_insert_with(|| "100".to_owned());
        options
    }
}

/// `ip=` for an interface: one for each of its addresses. One that `boots` is never without.
fn addressed(interface: &str, addressing: &Addressing, boots: bool, hostname: &str) -> Vec<String> {
    let dhcp = addressing.dhcp || (boots && addressing.is_none());
    let kind = if dhcp { "dhcp" } else { "none" };
    let mtu = addressing.mtu.map_or(String::new(), |mtu| format!(":{mtu}"));
    if addressing.addresses.is_empty() {
        return vec![match (dhcp, mtu.is_empty()) {
            (false, true) => off(interface),
            (false, false) => format!("ip=:::::{interface}:none{mtu}"),
            (true, _) => format!("ip=::::{hostname}:{interface}:dhcp{mtu}"),
        }];
    }
    let mut gateway = addressing.gateway;
    let fixed = addressing.addresses.iter().map(|address| {
        let out = gateway.take_if(|gateway| leads(address, *gateway));
        let out = out.map_or(String::new(), bracketed);
        let mask = match address {
            IpNet::V4(net) => net.netmask().to_string(),
            IpNet::V6(net) => net.prefix_len().to_string(),
        };
        format!("ip={}::{out}:{mask}:{hostname}:{interface}:{kind}{mtu}", bracketed(address.addr()))
    });
    fixed.collect()
}

fn off(interface: &str) -> String {
    format!("ip={interface}:none")
}

fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

#[cfg(test)]
mod tests;

//! What can't be in a network: by itself, and on the machine that it is for.

pub(super) mod addresses;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use inventory::MacAddr;
use ipnet::IpNet;

use self::addresses::usable;
use super::{Addressing, NodeNetwork, Parent, Vlan, arguments};

/// What is wrong with a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct Faults(pub Vec<String>);

/// Where a network is to be: the machine, and what it is in its cluster.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The machine's cards.
    pub cards: &'a [MacAddr],
    /// The address by which the node is to be reached, where it was said.
    pub address: Option<Ipv4Addr>,
}

/// As many faults are told.
const TOLD: usize = 20;

/// The kernel's command line has 2048 bytes, and the network is not all that stands there.
const ARGUMENTS_BYTES: usize = 1200;

type Count = fn(&NodeNetwork) -> usize;

/// More than that no machine needs: a resolver asks three servers, and cards are few.
const LIMITS: [(&str, usize, Count); 6] = [
    ("servers for names", 3, |it| it.dns.len()),
    ("search domains", 6, |it| it.search.len()),
    ("cards", 32, |it| it.cards.len() + it.exclude.len()),
    ("bonds", 8, |it| it.bonds.len()),
    ("cards of one bond", 8, |it| it.bonds.iter().map(|bond| bond.cards.len()).max().unwrap_or(0)),
    ("VLANs", 32, |it| it.vlans.len()),
];

const USUAL_MTU_BYTES: u16 = 1500;

impl NodeNetwork {
    /// Whether it is free of contradictions and within the limits.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self) -> Result<(), Faults> {
        let mut faults = self.too_much();
        if faults.is_empty() {
            self.interfaces(&mut faults);
            self.bonded(&mut faults);
            self.tagged(&mut faults);
            self.addressed(&mut faults);
        }
        if faults.is_empty() {
            faults.extend(self.too_long());
        }
        told(faults)
    }

    /// Whether it is free of contradictions, and can be that of this machine.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn check_on(&self, place: &Place<'_>) -> Result<(), Faults> {
        self.check()?;
        let strange: BTreeSet<MacAddr> =
            self.named().filter(|(mac, _)| !place.cards.contains(mac)).map(|(mac, _)| mac).collect();
        let mut faults = Vec::new();
        if !strange.is_empty() {
            faults.push(format!(
                "{} is none of the host's cards, which are {}",
                list(strange.iter()),
                if place.cards.is_empty() { "not known yet".to_owned() } else { list(place.cards.iter()) }
            ));
        }
        if let (Some(wanted), Some(fixed)) = (place.address, self.address())
            && wanted != fixed
        {
            faults.push(format!(
                "the node's address is {wanted} by its role, and {fixed} by its network: give its role no address, or the same"
            ));
        }
        told(faults)
    }

    fn too_much(&self) -> Vec<String> {
        let found = LIMITS.iter().map(|(what, limit, count)| (what, limit, count(self)));
        let found = found.filter(|(_, limit, count)| count > *limit);
        let mut faults: Vec<String> = found
            .map(|(what, limit, count)| format!("{count} {what} are too many: {limit} at most"))
            .collect();
        if self.addressings().any(|it| it.addresses.len() > 8) {
            faults.push("more than 8 addresses of one interface are too many".to_owned());
        }
        faults
    }

    /// Every card that it names, and as what.
    fn named(&self) -> impl Iterator<Item = (MacAddr, String)> {
        let cards = self.cards.iter().map(|card| (card.mac, "a card by itself".to_owned()));
        let legs = self
            .bonds
            .iter()
            .flat_map(|bond| bond.cards.iter().map(move |mac| (*mac, format!("a card of {}", bond.name))));
        let excluded = self.exclude.iter().map(|mac| (*mac, "excluded".to_owned()));
        let parents = self.lone_cards().into_iter().skip(self.cards.len());
        let parents = parents.map(|card| (card.mac, "what a VLAN stands upon".to_owned()));
        cards.chain(legs).chain(excluded).chain(parents)
    }

    fn interfaces(&self, faults: &mut Vec<String>) {
        let mut seen: BTreeMap<MacAddr, String> = BTreeMap::new();
        for (mac, what) in self.named() {
            if !mac.is_unicast() {
                faults.push(format!("{mac} is no card's address"));
            }
            if let Some(before) = seen.insert(mac, what.clone()) {
                faults.push(format!("{mac} is {before} and {what}: it can be one thing only"));
            }
        }
        let mut names = BTreeSet::new();
        let made = self.bonds.iter().map(|bond| bond.name.to_string());
        for name in made.chain(self.vlans.iter().map(Vlan::interface)) {
            if !names.insert(name.clone()) {
                faults.push(format!("two interfaces are called {name}: give one another name"));
            }
        }
    }

    fn bonded(&self, faults: &mut Vec<String>) {
        for bond in &self.bonds {
            if bond.cards.is_empty() {
                faults.push(format!("{} has no cards", bond.name));
            }
            for (option, value) in &bond.options {
                if let Err(error) = option.check(bond.mode, value) {
                    faults.push(format!("{}: {option}: {error}", bond.name));
                }
            }
        }
    }

    fn tagged(&self, faults: &mut Vec<String>) {
        let mut seen = BTreeSet::new();
        for vlan in &self.vlans {
            let name = vlan.interface();
            if !(1..=4094).contains(&vlan.id) {
                faults.push(format!("{} is no VLAN: expected a number from 1 to 4094", vlan.id));
            }
            if !seen.insert((vlan.id, &vlan.on)) {
                faults.push(format!("VLAN {} on {} is there twice", vlan.id, vlan.on));
            }
            if name.len() > 15 {
                faults.push(format!(
                    "{name} is too long for an interface: give the VLAN a name of 15 letters at most"
                ));
            }
            // The kernel's argument has no other place for the number.
            let number = name.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
            if number.parse() != Ok(vlan.id) {
                faults.push(format!("{name} does not end in the VLAN's number {}", vlan.id));
            }
            let Some(below) = self.below(&vlan.on) else {
                faults.push(format!("VLAN {} is on {}, which is no bond here", vlan.id, vlan.on));
                continue;
            };
            let below = below.mtu.unwrap_or(USUAL_MTU_BYTES);
            if vlan.addressing.mtu.unwrap_or(USUAL_MTU_BYTES) > below {
                faults.push(format!("{name} has a larger mtu than what it stands upon, which has {below}"));
            }
        }
    }

    /// How what a VLAN stands upon is addressed.
    fn below(&self, on: &Parent) -> Option<Addressing> {
        match on {
            Parent::Card(mac) => {
                self.lone_cards().into_iter().find(|card| card.mac == *mac).map(|card| card.addressing)
            }
            Parent::Bond(name) => {
                self.bonds.iter().find(|bond| bond.name == *name).map(|bond| bond.addressing.clone())
            }
        }
    }

    fn addressed(&self, faults: &mut Vec<String>) {
        if self.addressings().all(Addressing::is_none) {
            faults.push("nothing in it has an address: the node could not be reached".to_owned());
        }
        for one in self.addressings() {
            one.faults(faults);
        }
        let mut nets: Vec<(usize, IpNet)> = Vec::new();
        for (interface, one) in self.addressings().enumerate() {
            for address in &one.addresses {
                let clash = nets.iter().find(|(other, net)| {
                    net.addr() == address.addr()
                        || (*other != interface && (net.contains(address) || address.contains(net)))
                });
                match clash {
                    Some((_, net)) if net.addr() == address.addr() => {
                        faults.push(format!("{} is there twice", address.addr()));
                    }
                    Some((_, net)) => faults.push(format!(
                        "{address} and {net} are of one network on two interfaces: make a bond of them"
                    )),
                    None => nets.push((interface, *address)),
                }
            }
        }
        for six in [false, true] {
            let ways: Vec<_> =
                self.addressings().filter_map(|it| it.gateway).filter(|it| it.is_ipv6() == six).collect();
            if ways.len() > 1 {
                faults.push(format!("{} are {} ways out: leave one of them", list(ways.iter()), ways.len()));
            }
        }
        for server in &self.dns {
            let reaches = |it: &Addressing| {
                it.dhcp || it.addresses.iter().any(|address| address.addr().is_ipv6() == server.is_ipv6())
            };
            if !usable(*server) || !self.addressings().any(reaches) {
                faults.push(format!("no name can be asked of {server} from the addresses here"));
            }
        }
    }

    fn too_long(&self) -> Option<String> {
        let stranger = MacAddr::new([0x02, 0, 0, 0, 0, 0]);
        let hostname = "h".repeat(64);
        let all = match arguments(Some(self), stranger, &hostname) {
            Ok(all) => all,
            Err(error) => return Some(error.to_string()),
        };
        let length: usize = all.iter().map(|argument| argument.as_str().len() + 1).sum();
        (length > ARGUMENTS_BYTES).then(|| {
            format!(
                "as arguments of the kernel it has {length} bytes, and there is room for {ARGUMENTS_BYTES}: leave out what \
                 the node can do without while it is installed"
            )
        })
    }
}

fn list(items: impl Iterator<Item = impl ToString>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn told(mut faults: Vec<String>) -> Result<(), Faults> {
    let beyond = faults.len().saturating_sub(TOLD);
    faults.truncate(TOLD);
    if beyond > 0 {
        faults.push(format!("and {beyond} more"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
}

#[cfg(test)]
mod tests;

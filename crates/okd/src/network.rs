//! A node's network, as its operator describes it, by MAC addresses and never by the kernel's names.
//!
//! It counts twice: as arguments of the kernel ([`arguments`]), for the live system and for the installed one's first boot,
//! which fetches the rest of its configuration; and as NetworkManager's keyfiles ([`keyfiles`]), for every boot after that.

mod arguments;
mod cards;
mod check;
mod file;
mod keyfiles;
mod words;

use std::collections::BTreeMap;
use std::net::IpAddr;

use gateway::wish::DomainName;
use inventory::MacAddr;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use arguments::{arguments, speaks_from};
pub use cards::cards;
pub use check::{Faults, Place};
pub use file::{EXAMPLE, NetworkFileError};
pub use keyfiles::{Keyfile, keyfiles};
pub use words::{BondMode, BondOption, InterfaceName, InvalidName, Parent};

/// A node's network. What is not named in it is left alone; cards in `exclude` are switched off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NodeNetwork {
    /// Where names are asked for, and nowhere else.
    pub dns: Vec<IpAddr>,
    /// Domains that are tried behind short names.
    pub search: Vec<DomainName>,
    /// Cards.
    #[serde(rename = "card")]
    pub cards: Vec<Card>,
    /// Bonds of cards.
    #[serde(rename = "bond")]
    pub bonds: Vec<Bond>,
    /// VLANs upon a card or bond.
    #[serde(rename = "vlan")]
    pub vlans: Vec<Vlan>,
    /// Cards that are not to be used.
    pub exclude: Vec<MacAddr>,
}

/// How something is addressed. Neither by DHCP nor by fixed addresses: not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Addressing {
    /// By DHCP.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dhcp: bool,
    /// Fixed addresses with their prefix, `10.0.0.21/24`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpNet>,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<IpAddr>,
    /// The longest packet, in bytes, where it is not 1500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u16>,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "file::RawCard")]
pub struct Card {
    /// Which.
    pub mac: MacAddr,
    /// How it is addressed.
    #[serde(flatten)]
    pub addressing: Addressing,
}

/// Cards that act as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "file::RawBond")]
pub struct Bond {
    /// What it is called: `bond0`.
    pub name: InterfaceName,
    /// How it shares its work.
    pub mode: BondMode,
    /// Its cards. The bond has the MAC address of the first.
    pub cards: Vec<MacAddr>,
    /// More of the kernel's own options of a bond.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<BondOption, String>,
    /// How it is addressed.
    #[serde(flatten)]
    pub addressing: Addressing,
}

/// A VLAN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "file::RawVlan")]
pub struct Vlan {
    /// Its number, 1 to 4094.
    pub id: u16,
    /// Upon which card (by MAC) or bond (by name).
    pub on: Parent,
    /// What its interface is called; absent: `bond0.10` upon a bond, `vlan10` upon a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<InterfaceName>,
    /// How it is addressed.
    #[serde(flatten)]
    pub addressing: Addressing,
}

impl NodeNetwork {
    /// Cards that are interfaces by themselves: those that are described, and those that only carry VLANs.
    fn lone_cards(&self) -> Vec<Card> {
        let mut cards = self.cards.clone();
        for vlan in &self.vlans {
            if let Parent::Card(mac) = vlan.on
                && !cards.iter().any(|card| card.mac == mac)
            {
                cards.push(Card { mac, addressing: Addressing::default() });
            }
        }
        cards
    }

    /// How everything is addressed.
    fn addressings(&self) -> impl Iterator<Item = &Addressing> {
        let cards = self.cards.iter().map(|card| &card.addressing);
        let bonds = self.bonds.iter().map(|bond| &bond.addressing);
        cards.chain(bonds).chain(self.vlans.iter().map(|vlan| &vlan.addressing))
    }

    /// The card that a machine with this network probably boots from, for who wants to see what it would be told: one that is used,
    /// else any.
    #[must_use]
    pub fn likely_boot(&self) -> Option<MacAddr> {
        let legs = self.bonds.iter().filter_map(|bond| bond.cards.first().copied());
        legs.chain(self.lone_cards().into_iter().map(|card| card.mac))
            .chain(self.exclude.iter().copied())
            .next()
    }

    /// Every fixed address in it.
    pub fn fixed(&self) -> impl Iterator<Item = IpAddr> {
        self.addressings().flat_map(|it| it.addresses.iter().map(IpNet::addr))
    }

    /// The fixed IPv4 address by which the node is reached: that beside its way out, or its only one.
    #[must_use]
    pub fn address(&self) -> Option<std::net::Ipv4Addr> {
        let v4 = |it: &Addressing| {
            it.addresses.iter().find_map(|address| match address {
                IpNet::V4(net) => Some(net.addr()),
                IpNet::V6(_) => None,
            })
        };
        let way_out = self.addressings().find(|it| it.gateway.is_some_and(|gateway| gateway.is_ipv4()));
        way_out.and_then(v4).or_else(|| {
            let mut all = self.addressings().filter_map(v4);
            all.next().filter(|_| all.next().is_none())
        })
    }
}

impl Addressing {
    /// It has no address of its own.
    fn is_none(&self) -> bool {
        !self.dhcp && self.addresses.is_empty()
    }
}

impl Vlan {
    /// What its interface is called.
    #[must_use]
    pub fn interface(&self) -> String {
        match (&self.name, &self.on) {
            (Some(name), _) => name.to_string(),
            (None, Parent::Bond(bond)) => format!("{bond}.{}", self.id),
            (None, Parent::Card(_)) => format!("vlan{}", self.id),
        }
    }
}

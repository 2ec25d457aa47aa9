//! A node's network, as its operator describes it, by MAC addresses and never by the kernel's names.

use std::net::IpAddr;

use inventory::MacAddr;
use serde::{Deserialize, Serialize};

/// A node's network. What is not named in it is left alone; cards in `exclude` are switched off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NodeNetwork {
    /// Where names are asked for.
    pub dns: Vec<IpAddr>,
    /// Domains that are tried behind short names.
    pub search: Vec<String>,
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

/// How something is addressed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Addressing {
    /// By DHCP.
    pub dhcp: bool,
    /// Fixed addresses with their prefix, `10.0.0.21/24`.
    pub addresses: Vec<String>,
    /// The way out.
    pub gateway: Option<IpAddr>,
    /// The longest packet, in bytes, where it is not 1500.
    pub mtu: Option<u32>,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Which.
    pub mac: MacAddr,
    /// How it is addressed.
    #[serde(flatten)]
    pub addressing: Addressing,
}

/// Cards that act as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bond {
    /// What it is called: `bond0`.
    pub name: String,
    /// How it shares its work: `802.3ad`, `active-backup`, …
    pub mode: String,
    /// Its cards; the first is the one that boots, and is its primary where the mode has one.
    pub cards: Vec<MacAddr>,
    /// How it is addressed.
    #[serde(flatten)]
    pub addressing: Addressing,
}

/// A VLAN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vlan {
    /// Its number, 1 to 4094.
    pub id: u16,
    /// Upon which card (by MAC) or bond (by name).
    pub on: String,
    /// How it is addressed.
    #[serde(flatten)]
    pub addressing: Addressing,
}

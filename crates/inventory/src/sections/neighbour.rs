//! What stands at the other end of the cable, by LLDP (IEEE 802.1AB).

use serde::{Deserialize, Serialize};

use crate::mac::MacAddr;

/// One neighbour of one network card, as it describes itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Neighbour {
    /// The card that heard it, by its name in this boot.
    pub nic: String,
    /// That card's own address, by which it is known in the next boot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nic_mac: Option<MacAddr>,
    /// The neighbour's name for itself: mostly a MAC address that stays the same.
    pub chassis_id: String,
    /// What that name is.
    pub chassis_id_kind: NeighbourIdKind,
    /// Its name for the port that the cable is plugged into.
    pub port_id: String,
    /// What that name is.
    pub port_id_kind: NeighbourIdKind,
    /// What somebody wrote about the port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_description: Option<String>,
    /// The neighbour's host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_name: Option<String>,
    /// Hardware and software, in its maker's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_description: Option<String>,
    /// What it acts as: `bridge`, `router`, `station` and others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Where it can be managed, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub management_addresses: Vec<String>,
    /// The address that it sent from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<MacAddr>,
    /// How long its word holds.
    pub ttl_secs: u16,
    /// The port's untagged VLAN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_vlan: Option<u16>,
    /// The VLANs that it names, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vlans: Vec<NeighbourVlan>,
    /// The port is one of several that act as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregated: Option<bool>,
    /// The number of the whole, in the neighbour's count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation_port: Option<u32>,
    /// The port agrees speed and duplex with its peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autonegotiation: Option<bool>,
    /// What the port speaks now, by IANA's number (`dot3MauType`, RFC 4836).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mau_type: Option<u16>,
    /// The largest frame that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_frame_bytes: Option<u16>,
    /// The port gives power over Ethernet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gives_power: Option<bool>,
    /// The power's class, 0 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_class: Option<u8>,
}

/// A VLAN that a neighbour names.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct NeighbourVlan {
    /// Its number.
    pub id: u16,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What the name of a neighbour or of its port is (802.1AB, tables 8-2 and 8-3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeighbourIdKind {
    /// A chassis' entry in its own inventory.
    Component,
    /// A port's, or a backplane's.
    PortComponent,
    /// What somebody called the interface.
    InterfaceAlias,
    /// What the neighbour calls the interface.
    InterfaceName,
    /// A MAC address.
    Mac,
    /// An IP address.
    Network,
    /// A relay agent's circuit.
    AgentCircuit,
    /// Whatever its administrator likes.
    Local,
    /// What this version does not know.
    #[default]
    #[serde(other)]
    Other,
}

//! Network cards.

use serde::{Deserialize, Serialize};

use crate::mac::MacAddr;

/// One network interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Nic {
    /// The kernel's name in this boot.
    pub name: String,
    /// What the kernel calls its kind (`bond`, `bridge`, `vlan`); absent for a real card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it speaks; absent where it is neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_layer: Option<LinkLayer>,
    /// The address in use; absent where it has not six octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<MacAddr>,
    /// The address that the maker gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent_mac: Option<MacAddr>,
    /// An InfiniBand port's name in the fabric: the last eight octets of its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_guid: Option<String>,
    /// Has a device behind it: no bridge, bond, VLAN or tunnel.
    pub physical: bool,
    /// Hangs on USB.
    pub usb: bool,
    /// Leads to the management controller in the same machine and nowhere else, by SMBIOS (type 42) or by its USB ids: its
    /// address is the same in many machines.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bmc_host_interface: bool,
    /// Driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// The driver's version, where it has one of its own and not just the kernel's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver_version: Option<String>,
    /// What runs on the card, by its driver (`ETHTOOL_GDRVINFO`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// Where the card sits, in its driver's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bus_info: Option<String>,
    /// Address of the PCI function behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci_address: Option<String>,
    /// PCI vendor, four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci_vendor: Option<String>,
    /// PCI device, four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci_device: Option<String>,
    /// The NUMA node that it is near to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numa_node: Option<u32>,
    /// How many virtual functions it could have (SR-IOV).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sriov_total: Option<u32>,
    /// How many it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sriov_enabled: Option<u32>,
    /// It is a virtual function; this is its card's PCI address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_function: Option<String>,
    /// Link speed; absent while the link is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed_mbps: Option<u32>,
    /// The fastest that it supports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_speed_mbps: Option<u32>,
    /// `full` or `half`; absent while the link is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplex: Option<String>,
    /// Speed and duplex are agreed with the peer; absent where the card can't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autonegotiation: Option<bool>,
    /// What the cable is plugged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<NicPort>,
    /// The transceiver that is plugged in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<Transceiver>,
    /// A cable with a peer is plugged in; absent while the interface is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<bool>,
    /// The kernel's word for its state (`up`, `down`, `dormant`, `lowerlayerdown`); absent where it knows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operstate: Option<String>,
    /// MTU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
    /// The bond or bridge that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master: Option<String>,
    /// Those of the interfaces in this list that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// How a bond shares its work (`active-backup`, `802.3ad`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bond_mode: Option<String>,
    /// The member that carries a bond's traffic, where only one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bond_active_member: Option<String>,
    /// A VLAN's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vlan_id: Option<u16>,
    /// The interface that it is built upon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// IP addresses with prefix length, sorted; link-local ones left out.
    pub addresses: Vec<String>,
    /// Those of them that end unless they are renewed: leased by DHCP, or advertised by a router. (A client that does not
    /// tell the kernel when a lease ends makes it look like an address that somebody wrote down.)
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leased_addresses: Vec<String>,
    /// Default gateways that it leads to, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<String>,
    /// The machine booted from this one, by the `BOOTIF` argument, the firmware's iSCSI table or UEFI's variables.
    pub boot: bool,
}

/// What a network card speaks (`ifi_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkLayer {
    /// Ethernet.
    Ethernet,
    /// IP over InfiniBand.
    Infiniband,
    /// What this version does not know.
    #[serde(other)]
    Other,
}

/// What a cable is plugged into (`ETHTOOL_GLINKSETTINGS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NicPort {
    /// RJ45.
    TwistedPair,
    /// A cage, with a transceiver for fibre.
    Fibre,
    /// A cage, with a copper cable that the transceivers are grown on.
    DirectAttach,
    /// A cage with nothing in it.
    Empty,
    /// On the board, of old, or new.
    #[serde(other)]
    Other,
}

/// A transceiver, by its EEPROM (SFF-8472, SFF-8636, CMIS).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Transceiver {
    /// Its form (`SFP`, `QSFP28`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// What it speaks (`10GBASE-SR`, `passive copper`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// Maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Part number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The part's revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

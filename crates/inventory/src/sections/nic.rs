//! Network cards.

use serde::{Deserialize, Serialize};

use crate::mac::MacAddr;

/// One network interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Nic {
    /// The kernel's name in this boot.
    pub name: String,
    /// The address in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<MacAddr>,
    /// The address that the maker gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permanent_mac: Option<MacAddr>,
    /// Has a device behind it: no bridge, bond, VLAN or tunnel.
    pub physical: bool,
    /// Hangs on USB.
    pub usb: bool,
    /// Driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// Address of the PCI function behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci_address: Option<String>,
    /// PCI vendor, four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci_vendor: Option<String>,
    /// PCI device, four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci_device: Option<String>,
    /// Link speed; absent while the link is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed_mbps: Option<u32>,
    /// `full` or `half`; absent while the link is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplex: Option<String>,
    /// A cable with a peer is plugged in; absent while the interface is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<bool>,
    /// MTU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
    /// IP addresses with prefix length, sorted; link-local ones left out.
    pub addresses: Vec<String>,
    /// The machine booted from this one, by the `BOOTIF` argument.
    pub boot: bool,
}

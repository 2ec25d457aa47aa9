//! The management controller, as it answers over IPMI.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::mac::MacAddr;

/// The management controller (BMC). Empty where the machine shows none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bmc {
    /// How the machine speaks with it, by SMBIOS: `KCS`, `SMIC`, `BT`, `SSIF`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// Firmware revision (`2.07`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// What the maker adds to the revision: eight hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware_auxiliary: Option<String>,
    /// Version of IPMI (`2.0`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipmi_version: Option<String>,
    /// The maker, by its IANA enterprise number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer_id: Option<u32>,
    /// The product, by the maker's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<u16>,
    /// The controller's own GUID, as the kernel writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// What the machine does when power comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_restore: Option<PowerRestore>,
    /// Its network ports, sorted by channel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lan: Vec<BmcLan>,
    /// The board's own record of what it is (FRU 0).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fru: Option<Fru>,
    /// The system event log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_log: Option<EventLog>,
    /// Network cards inside the machine that lead to the controller (SMBIOS 42), in the firmware's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host_interfaces: Vec<HostInterface>,
}

/// A network card inside the machine that leads to the management controller: no way to the world.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostInterface {
    /// The card is a USB device; else it is a PCI function.
    pub usb: bool,
    /// The card's vendor: four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Which card: four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The card's MAC address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<MacAddr>,
    /// The address that the card should have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_address: Option<IpAddr>,
    /// Where the Redfish service is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redfish_address: Option<IpAddr>,
    /// Its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redfish_port: Option<u16>,
    /// Its host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redfish_name: Option<String>,
}

/// What a machine does when power comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerRestore {
    /// It stays off.
    StayOff,
    /// It goes on if it was on.
    Previous,
    /// It goes on.
    PowerOn,
    /// Nobody knows.
    #[serde(other)]
    Unknown,
}

/// One network port of a management controller.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BmcLan {
    /// Number of the IPMI channel.
    pub channel: u8,
    /// MAC address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<MacAddr>,
    /// IPv4 address; absent where it has none (`0.0.0.0`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Ipv4Addr>,
    /// IPv4 netmask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<Ipv4Addr>,
    /// IPv4 gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Ipv4Addr>,
    /// Where the IPv4 address comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<AddressSource>,
    /// The VLAN that it speaks in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vlan: Option<u16>,
    /// IPv6 addresses in use, sorted; without those of the link itself (`fe80::`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ipv6: Vec<BmcIpv6>,
}

/// One IPv6 address of a management controller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BmcIpv6 {
    /// The address.
    pub address: Ipv6Addr,
    /// Length of its prefix.
    pub prefix_length: u8,
    /// Where it comes from.
    pub source: AddressSource,
}

/// Where an address comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressSource {
    /// Somebody typed it in.
    Static,
    /// DHCP.
    Dhcp,
    /// Stateless autoconfiguration of IPv6.
    Slaac,
    /// The BIOS or other software gave it.
    Software,
    /// Some other.
    #[serde(other)]
    Other,
}

/// What a board's FRU record says. Each area stands where it is there and its checksum holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fru {
    /// The chassis: part and serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chassis: Option<FruArea>,
    /// The board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board: Option<FruArea>,
    /// The product as it was sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<FruArea>,
}

/// One area of a FRU record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FruArea {
    /// Maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Part or model number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Version of the product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Asset tag of the product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// When the board was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
}

/// How full the system event log is. A full one takes no more events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventLog {
    /// Events in it.
    pub entries: u16,
    /// What is left of it; absent where the controller does not say (65,535 or more).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u16>,
    /// Events were lost for want of space.
    pub overflow: bool,
}

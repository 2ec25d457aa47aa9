//! What is wanted of a gateway, in the words of the site.
//!
//! A wish is data: it comes from a file, from the command line, or from a cluster, and is checked where it is parsed. What it
//! holds goes into configurations of others, so every text is of a narrow alphabet: no newline, comma or quote gets this far.

use std::net::{IpAddr, Ipv4Addr};

use inventory::MacAddr;
use serde::{Deserialize, Serialize};

/// All that is wanted of one gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wish {
    /// Addresses and network boot.
    pub dhcp: Dhcp,
    /// Names.
    pub dns: Vec<Record>,
    /// Balanced ports.
    pub balancers: Vec<Balancer>,
}

/// Addresses and network boot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dhcp {
    /// The networks whose machines are given addresses.
    pub networks: Vec<Network>,
    /// Addresses that are kept for machines.
    pub reservations: Vec<Reservation>,
    /// What machines boot; absent where network boot is none of Muster's.
    pub boot: Option<NetworkBoot>,
}

/// One network whose machines are given addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The gateway's interface, by its key (`lan`, `opt1`) or, on a plain dnsmasq, its device.
    pub interface: String,
    /// The first and last address that are given out; absent where somebody else's range is there already.
    #[serde(default)]
    pub range: Option<AddressRange>,
    /// For how long, in seconds; absent: the gateway's own default.
    #[serde(default)]
    pub lease_secs: Option<u32>,
    /// The domain that its machines are told.
    #[serde(default)]
    pub domain: Option<String>,
}

/// From one address to another, both of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRange {
    /// The first.
    pub first: Ipv4Addr,
    /// The last.
    pub last: Ipv4Addr,
}

/// An address that is kept for one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// The machine's name, one label.
    pub name: String,
    /// Its cards: each of them is given this address.
    pub macs: Vec<MacAddr>,
    /// The address.
    pub ip: Ipv4Addr,
    /// The domain that its name is in.
    #[serde(default)]
    pub domain: Option<String>,
}

/// What machines boot from the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkBoot {
    /// Where TFTP is: Muster's own address.
    pub server: Ipv4Addr,
    /// The TCP ports there that machines need, beside TFTP's: HTTP and the agents' TLS. Where Muster is in another network
    /// of the gateway than they are, they must be let through.
    pub tcp_ports: Vec<u16>,
    /// Classes of firmwares, and what they load.
    pub firmwares: Vec<FirmwareBoot>,
    /// The script that iPXE loads: `http://ADDRESS:PORT/boot/boot.ipxe`.
    pub script: String,
}

/// What one class of firmwares loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirmwareBoot {
    /// What the class is called: `efi64`.
    pub class: String,
    /// What its firmwares say in DHCP option 93.
    pub codes: Vec<u16>,
    /// What they load.
    pub loads: Loads,
}

/// How a firmware loads its first program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loads {
    /// This file, by TFTP.
    Tftp(String),
    /// This URL, by HTTP Boot.
    Http(String),
}

/// A name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The whole name, `api.okd.example.lan`; `*.apps.okd.example.lan` is every name below.
    pub name: String,
    /// The address.
    pub ip: IpAddr,
    /// Whether the address is to be found back to the name.
    #[serde(default)]
    pub ptr: bool,
}

/// A port that is balanced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balancer {
    /// What it is called: `okd1-api`. One of a kind.
    pub name: String,
    /// Where it listens: an address that the gateway owns.
    pub listen: Ipv4Addr,
    /// The port.
    pub port: u16,
    /// Where connections go.
    pub servers: Vec<BalancedServer>,
    /// How a server is found to be well.
    pub check: HealthCheck,
    /// Who may reach it.
    pub reach: Reach,
}

/// One server behind a balanced port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalancedServer {
    /// The machine's name.
    pub name: String,
    /// Its address.
    pub ip: Ipv4Addr,
    /// Its port; absent: the balanced one.
    #[serde(default)]
    pub port: Option<u16>,
}

/// How a server is found to be well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthCheck {
    /// It takes a connection.
    Tcp,
    /// It answers 200 on this path over HTTP.
    Http {
        /// The path.
        path: String,
        /// The port, where it is another.
        #[serde(default)]
        port: Option<u16>,
    },
    /// It answers 200 on this path over HTTPS, whatever its certificate.
    Https {
        /// The path.
        path: String,
    },
}

/// Who may reach a balanced port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Machines on these interfaces of the gateway only.
    Inside(Vec<String>),
    /// Everybody, from outside as well.
    Everybody,
}

//! What is wanted of a gateway, in the words of the site.
//!
//! A wish is data: it comes from a file, from the command line, or from a cluster, and is checked where it is parsed. What it
//! holds goes into configurations of others, so every text is of a narrow alphabet: no newline, comma or quote gets this far.
//! What one part alone can't show, such as an address that is given twice, [`Wish::union`] finds: nothing is planned without it.

mod check;
mod file;
mod lease;
mod okd;
mod union;
mod word;

use std::net::{IpAddr, Ipv4Addr};

use inventory::MacAddr;
use serde::{Deserialize, Serialize};

pub use check::InvalidWish;
pub use file::{EXAMPLE, WishFileError};
pub use lease::{AddressRange, InvalidRange, Lease};
pub use okd::{Okd, OkdNode};
pub(crate) use word::is_within;
pub use word::{ClassName, DomainName, FileName, InterfaceKey, InvalidWord, Label, RecordName, Url, UrlPath};

/// Where OKD's machines fetch their configuration, which holds credentials: never for everybody.
pub(crate) const MACHINE_CONFIG_PORT: u16 = 22_623;

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
    pub interface: InterfaceKey,
    /// The first and last address that are given out; absent where somebody else's range is there already.
    #[serde(default)]
    pub range: Option<AddressRange>,
    /// For how long, in seconds; absent: the gateway's own default.
    #[serde(default)]
    pub lease_secs: Option<Lease>,
    /// The domain that its machines are told.
    #[serde(default)]
    pub domain: Option<DomainName>,
}

/// An address that is kept for one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// The machine's name, one label.
    pub name: Label,
    /// Its cards: each of them is given this address.
    pub macs: Vec<MacAddr>,
    /// The address.
    pub ip: Ipv4Addr,
    /// The domain that its name is in.
    #[serde(default)]
    pub domain: Option<DomainName>,
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
    pub script: Url,
}

/// What one class of firmwares loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirmwareBoot {
    /// What the class is called: `efi64`.
    pub class: ClassName,
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
    Tftp(FileName),
    /// This URL, by HTTP Boot.
    Http(Url),
}

/// A name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The whole name, `api.okd.example.lan`; `*.apps.okd.example.lan` is every name below.
    pub name: RecordName,
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
    pub name: Label,
    /// Where it listens: an address that the gateway owns.
    pub listen: Ipv4Addr,
    /// The port.
    pub port: u16,
    /// Where connections go.
    pub servers: Vec<BalancedServer>,
    /// A client stays with the server that it had, as long as that one is well.
    #[serde(default)]
    pub sticky: bool,
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
    pub name: Label,
    /// Its address.
    pub ip: Ipv4Addr,
    /// Its port; absent: the balanced one.
    #[serde(default)]
    pub port: Option<u16>,
    /// It is asked only while no other server is well.
    #[serde(default)]
    pub backup: bool,
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
        path: UrlPath,
        /// The port, where it is another.
        #[serde(default)]
        port: Option<u16>,
    },
    /// It answers 200 on this path over HTTPS, whatever its certificate.
    Https {
        /// The path.
        path: UrlPath,
    },
}

/// Who may reach a balanced port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Machines on these interfaces of the gateway only.
    Inside(Vec<InterfaceKey>),
    /// Everybody, from outside as well.
    Everybody,
}

//! A wish as a person writes it, in TOML.

use std::net::Ipv4Addr;

use inventory::MacAddr;
use serde::Deserialize;

use super::check::InvalidWish;
use super::{
    AddressRange, BalancedServer, Balancer, ClassName, Dhcp, DomainName, FileName, FirmwareBoot, HealthCheck,
    InterfaceKey, InvalidWord, Label, Lease, Loads, Network, NetworkBoot, Okd, Reach, Record, Reservation,
    Url, UrlPath, Wish,
};

mod shapes;

use shapes::from_text;
pub(super) use shapes::one_or_many;

/// All that can be written into a wish file, with words on each key.
pub const EXAMPLE: &str = include_str!("file/example.toml");

/// A file of more bytes is not read: it would hold more than a gateway can.
const MAX_BYTES: usize = 4 << 20;

/// Why a text is no wish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WishFileError {
    /// Too long.
    #[error("the file has {0} bytes: {MAX_BYTES} at most")]
    TooLong(usize),
    /// Not TOML, an unknown key, or a value that can't be.
    #[error("line {line}: {place}{reason}")]
    Line {
        /// Where it is.
        line: usize,
        /// Which key, with a colon, or nothing.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// A cluster whose names become too long.
    #[error("okd {name}: {reason}")]
    Okd {
        /// The cluster.
        name: Label,
        /// What is wrong.
        reason: InvalidWord,
    },
    /// It contradicts itself.
    #[error(transparent)]
    Invalid(#[from] InvalidWish),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WishFile {
    #[serde(default)]
    network: Vec<NetworkEntry>,
    #[serde(default)]
    reservation: Vec<ReservationEntry>,
    #[serde(default)]
    dns: Vec<Record>,
    #[serde(default)]
    balancer: Vec<BalancerEntry>,
    boot: Option<BootEntry>,
    #[serde(default, deserialize_with = "one_or_many")]
    okd: Vec<Okd>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkEntry {
    interface: InterfaceKey,
    range: Option<AddressRange>,
    #[serde(default, deserialize_with = "from_text")]
    lease: Option<Lease>,
    domain: Option<DomainName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReservationEntry {
    name: Label,
    #[serde(deserialize_with = "one_or_many")]
    mac: Vec<MacAddr>,
    ip: Ipv4Addr,
    domain: Option<DomainName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BootEntry {
    /// Muster's own address.
    server: Ipv4Addr,
    #[serde(default)]
    tcp_ports: Vec<u16>,
    script: Url,
    firmware: Vec<FirmwareEntry>,
}

#[derive(Deserialize)]
#[serde(try_from = "RawFirmware")]
struct FirmwareEntry(FirmwareBoot);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFirmware {
    class: ClassName,
    codes: Vec<u16>,
    file: Option<FileName>,
    url: Option<Url>,
}

impl TryFrom<RawFirmware> for FirmwareEntry {
    type Error = &'static str;

    fn try_from(raw: RawFirmware) -> Result<Self, &'static str> {
        let loads = match (raw.file, raw.url) {
            (Some(file), None) => Loads::Tftp(file),
            (None, Some(url)) => Loads::Http(url),
            _ => return Err("expected one of file (by TFTP) and url (by HTTP Boot)"),
        };
        Ok(Self(FirmwareBoot { class: raw.class, codes: raw.codes, loads }))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "RawBalancer")]
struct BalancerEntry(Balancer);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBalancer {
    name: Label,
    listen: Ipv4Addr,
    port: u16,
    servers: Vec<BalancedServer>,
    #[serde(default)]
    sticky: bool,
    check: Option<CheckEntry>,
    #[serde(default, deserialize_with = "one_or_many")]
    inside: Vec<InterfaceKey>,
    #[serde(default)]
    everybody: bool,
}

impl TryFrom<RawBalancer> for BalancerEntry {
    type Error = &'static str;

    fn try_from(raw: RawBalancer) -> Result<Self, &'static str> {
        let RawBalancer { name, listen, port, servers, sticky, .. } = raw;
        let reach = match (raw.inside.is_empty(), raw.everybody) {
            (false, false) => Reach::Inside(raw.inside),
            (true, true) => Reach::Everybody,
            _ => return Err("expected one of inside = [interfaces] and everybody = true"),
        };
        let check = raw.check.map_or(HealthCheck::Tcp, |check| check.0);
        Ok(Self(Balancer { name, listen, port, servers, sticky, check, reach }))
    }
}

/// `{ https = "/readyz" }` or `{ http = "/healthz/ready", port = 1936 }`; without one, a connection will do.
#[derive(Deserialize)]
#[serde(try_from = "RawCheck")]
struct CheckEntry(HealthCheck);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheck {
    http: Option<UrlPath>,
    https: Option<UrlPath>,
    port: Option<u16>,
}

impl TryFrom<RawCheck> for CheckEntry {
    type Error = &'static str;

    fn try_from(raw: RawCheck) -> Result<Self, &'static str> {
        match (raw.http, raw.https, raw.port) {
            (Some(path), None, port) => Ok(Self(HealthCheck::Http { path, port })),
            (None, Some(path), None) => Ok(Self(HealthCheck::Https { path })),
            _ => Err("expected one of http = PATH, where port may be another, and https = PATH"),
        }
    }
}

impl Wish {
    /// Reads what a person wrote.
    ///
    /// # Errors
    /// [`WishFileError`].
    pub fn from_toml(text: &str) -> Result<Self, WishFileError> {
        if text.len() > MAX_BYTES {
            return Err(WishFileError::TooLong(text.len()));
        }
        let file: WishFile = shapes::parse(text)?;
        let mut wish = Self {
            dhcp: Dhcp {
                networks: file.network.into_iter().map(Network::from).collect(),
                reservations: file.reservation.into_iter().map(Reservation::from).collect(),
                boot: file.boot.map(NetworkBoot::from),
            },
            dns: file.dns,
            balancers: file.balancer.into_iter().map(|entry| entry.0).collect(),
        };
        for okd in file.okd {
            let cluster = okd.wish().map_err(|reason| WishFileError::Okd { name: okd.name, reason })?;
            wish.dhcp.reservations.extend(cluster.dhcp.reservations);
            wish.dns.extend(cluster.dns);
            wish.balancers.extend(cluster.balancers);
        }
        wish.check()?;
        Ok(wish)
    }
}

impl From<NetworkEntry> for Network {
    fn from(entry: NetworkEntry) -> Self {
        let NetworkEntry { interface, range, lease, domain } = entry;
        Self { interface, range, lease_secs: lease, domain }
    }
}

impl From<ReservationEntry> for Reservation {
    fn from(entry: ReservationEntry) -> Self {
        let ReservationEntry { name, mac, ip, domain } = entry;
        Self { name, macs: mac, ip, domain }
    }
}

impl From<BootEntry> for NetworkBoot {
    fn from(entry: BootEntry) -> Self {
        let BootEntry { server, tcp_ports, script, firmware } = entry;
        Self { server, tcp_ports, firmwares: firmware.into_iter().map(|entry| entry.0).collect(), script }
    }
}

#[cfg(test)]
mod tests;

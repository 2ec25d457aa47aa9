//! What is there.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::object::{Found, Kind, Service};

/// A gateway, read at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// All objects of the services that were read, each kind in the gateway's own order.
    pub found: Vec<Found>,
    /// How its services stand.
    pub services: BTreeMap<Service, ServiceState>,
    /// What else there is to know.
    pub facts: Facts,
    /// The newest change of its configuration, by whomever; absent where it keeps none.
    pub revision: Option<Revision>,
}

/// One change of a gateway's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// What the gateway calls it.
    pub id: String,
    /// Who made it: `root@192.168.1.5`.
    pub by: String,
    /// Through what: `/api/dnsmasq/settings/addBoot made changes`.
    pub what: String,
    /// When, in seconds since 1970.
    pub at_secs: i64,
}

/// One change of a gateway's configuration, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The change.
    pub revision: Revision,
    /// Whether this client made it.
    pub ours: bool,
}

/// How a service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceState {
    /// It runs.
    Running,
    /// It should run, and does not.
    Stopped,
    /// It is switched off.
    Disabled,
    /// Its plugin is not installed.
    Absent,
    /// The gateway does not say.
    Unknown,
}

/// What decides, beside the objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Release, such as `25.7.11`.
    pub version: String,
    /// The file that it is set up by; absent where it has pages of its own for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
    /// Addresses that it owns beside those of its interfaces (virtual ones), and where they come from.
    pub addresses: Vec<Address>,
    /// Where its own web page listens, and what for: `443` "the web page", `80` "the web page's redirect". Addresses are
    /// those that it listens on; none means all.
    pub web_page: Vec<WebListener>,
    /// Who listens on port 53.
    pub dns_by: Option<Service>,
    /// DHCP servers beside dnsmasq that are switched on, and the interfaces that they serve (empty: all).
    pub other_dhcp: BTreeMap<String, Vec<String>>,
    /// What the packet filter's aliases hold, a line each, by their name; absent where only the gateway knows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<String, Vec<String>>,
    /// What was saved for a service and is not in force yet, as far as the gateway can say: a sentence for each. It would go
    /// live together with a change of ours.
    pub unapplied: BTreeMap<Service, Vec<String>>,
    /// Kinds that could not be read, and why: a missing privilege, a missing plugin.
    pub unread: BTreeMap<Kind, String>,
}

/// One of the gateway's interfaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// Its key in the configuration: `lan`, `opt1`.
    pub key: String,
    /// What the operator calls it.
    pub label: String,
    /// Its device: `igc1`, `vlan0.10`.
    pub device: String,
    /// Its addresses with their networks.
    pub networks: Vec<IpNet>,
    /// Whether its link is up.
    pub up: bool,
    /// Whether it leads outside: others give it its address, or the way to everywhere goes through it.
    #[serde(default)]
    pub outside: bool,
}

/// An address that a gateway owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The address.
    pub ip: IpAddr,
    /// What it is: "the address of LAN", "a virtual address on LAN".
    pub what: String,
}

/// A port that the gateway's own web page holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebListener {
    /// The port.
    pub port: u16,
    /// What for.
    pub what: String,
    /// On which addresses; none means all.
    pub addresses: Vec<IpAddr>,
}

impl Reading {
    /// The objects of a kind, in the gateway's order.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(move |found| found.kind == kind)
    }

    /// The one object of this kind and id.
    #[must_use]
    pub fn object(&self, kind: Kind, id: uuid::Uuid) -> Option<&Found> {
        self.of(kind).find(|found| found.id == Some(id))
    }
}

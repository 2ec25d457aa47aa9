//! The things that stand on a gateway, as pairs of field and value.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An object's fields by name. A value is text, as the gateway itself keeps it: `0` and `1` for switches, commas between the
/// items of a list, empty for what is not set.
pub type Fields = BTreeMap<String, String>;

/// What runs on a gateway, and takes up what was saved for it when it is activated. In the order in which they are activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// The packet filter: who may reach what.
    Firewall,
    /// DHCP and network boot; with some sites DNS, too.
    Dnsmasq,
    /// DNS.
    Unbound,
    /// The load balancer.
    Haproxy,
}

/// What kind of thing it is. The order is that of making: what is referred to comes before what refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A rule that lets packets pass.
    PassRule,
    /// dnsmasq's own settings: there is one of it, it is not Muster's, and Muster changes single fields of it.
    DnsmasqSettings,
    /// A class of DHCP clients.
    Tag,
    /// Addresses that DHCP gives out.
    Range,
    /// An address that DHCP keeps for one machine.
    Reservation,
    /// A DHCP option: one that is looked for in a request (*match*), or one that is answered (*set*).
    DhcpOption,
    /// What a class of clients boots. The last one that fits a client counts.
    Boot,
    /// A name in Unbound.
    HostOverride,
    /// Another name for a name in Unbound. Muster makes none; one of somebody's goes with the name that it is for.
    HostAlias,
    /// The load balancer's own settings; see [`Kind::DnsmasqSettings`].
    HaproxySettings,
    /// How the load balancer finds out whether a server is well.
    HealthCheck,
    /// One server behind the load balancer.
    Server,
    /// Servers that do the same.
    Backend,
    /// An address and port that is balanced.
    Frontend,
}

impl Kind {
    /// All of them, in the order of making.
    pub const ALL: [Self; 14] = [
        Self::PassRule,
        Self::DnsmasqSettings,
        Self::Tag,
        Self::Range,
        Self::Reservation,
        Self::DhcpOption,
        Self::Boot,
        Self::HostOverride,
        Self::HostAlias,
        Self::HaproxySettings,
        Self::HealthCheck,
        Self::Server,
        Self::Backend,
        Self::Frontend,
    ];

    /// As it is written in JSON, in the database and in an object's id: never to be changed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PassRule => "pass-rule",
            Self::DnsmasqSettings => "dnsmasq-settings",
            Self::Tag => "tag",
            Self::Range => "range",
            Self::Reservation => "reservation",
            Self::DhcpOption => "dhcp-option",
            Self::Boot => "boot",
            Self::HostOverride => "host-override",
            Self::HostAlias => "host-alias",
            Self::HaproxySettings => "haproxy-settings",
            Self::HealthCheck => "health-check",
            Self::Server => "server",
            Self::Backend => "backend",
            Self::Frontend => "frontend",
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn service(self) -> Service {
        match self {
            Self::PassRule => Service::Firewall,
            Self::DnsmasqSettings
            | Self::Tag
            | Self::Range
            | Self::Reservation
            | Self::DhcpOption
            | Self::Boot => Service::Dnsmasq,
            Self::HostOverride | Self::HostAlias => Service::Unbound,
            Self::HaproxySettings | Self::HealthCheck | Self::Server | Self::Backend | Self::Frontend => {
                Service::Haproxy
            }
        }
    }

    /// The field that holds [`SiteId::mark`](crate::SiteId::mark); absent where there is none for a description.
    #[must_use]
    pub const fn description(self) -> Option<&'static str> {
        match self {
            Self::DnsmasqSettings | Self::HaproxySettings | Self::Tag => None,
            Self::Reservation => Some("descr"),
            _ => Some("description"),
        }
    }

    /// An object of this kind and name, for people. Many names say what they are.
    #[must_use]
    pub fn called(self, name: &str) -> String {
        let said = name == self.as_str()
            || name.split(' ').next().is_some_and(|first| self.as_str().ends_with(first));
        if said { name.to_owned() } else { format!("{self} {name}") }
    }

    /// There is one of it on the gateway, and it is nobody's own: single fields are set, and it is never made or removed.
    #[must_use]
    pub const fn is_settings(self) -> bool {
        matches!(self, Self::DnsmasqSettings | Self::HaproxySettings)
    }
}

/// An object that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its id on the gateway; absent for settings.
    pub id: Option<Uuid>,
    /// What Muster calls it: `boot efi64`. One of a kind.
    pub name: String,
    /// The fields that matter. Others are left as the gateway makes them.
    pub fields: Fields,
}

/// An object that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Its id; absent for settings, and for what was written by hand and has none that lasts.
    pub id: Option<Uuid>,
    /// All its fields.
    pub fields: Fields,
}

impl Found {
    /// A field; empty where it is not set.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The items of a field that is a list.
    pub fn list<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.field(name).split(',').map(str::trim).filter(|item| !item.is_empty())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Service {
    /// All of them, in the order in which they are activated.
    pub const ALL: [Self; 4] = [Self::Firewall, Self::Dnsmasq, Self::Unbound, Self::Haproxy];

    /// As it is written in JSON and for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Firewall => "firewall",
            Self::Dnsmasq => "dnsmasq",
            Self::Unbound => "unbound",
            Self::Haproxy => "haproxy",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

//! The firewall's own things: its name, its interfaces, its web page, and who else gives out addresses.

use serde::{Deserialize, Serialize};

/// What no model of a service holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its name.
    pub hostname: String,
    /// Its domain.
    pub domain: String,
    /// Its interfaces, in their order.
    pub interfaces: Vec<Interface>,
    /// Virtual addresses: an interface's key, an address with its prefix length, and a description.
    pub virtual_ips: Vec<(String, String, String)>,
    /// Its own web page.
    pub web: WebPage,
    /// Kea's DHCP server: the interfaces that it serves, where it is switched on.
    pub kea: Vec<String>,
    /// ISC's DHCP server: the interfaces that it serves.
    pub isc: Vec<String>,
}

/// One interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// `lan`, `opt1`.
    pub key: String,
    /// What the operator calls it; empty: its key in capitals.
    pub label: String,
    /// Its device.
    pub device: String,
    /// Its address with its prefix length; empty: by DHCP.
    pub address: String,
    /// Whether it has a link.
    pub up: bool,
}

/// Its own web page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebPage {
    /// Whether it is HTTPS.
    pub tls: bool,
    /// Its port; absent: the usual one.
    pub port: Option<u16>,
    /// Whether port 80 does not lead to it.
    pub no_redirect: bool,
    /// The interfaces, by key, on which it listens; none: all.
    pub interfaces: Vec<String>,
}

impl Interface {
    fn new(key: &str, label: &str, device: &str, address: &str) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
            device: device.into(),
            address: address.into(),
            up: true,
        }
    }

    /// What a page calls it.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.label.is_empty() { self.key.to_uppercase() } else { self.label.clone() }
    }
}

impl Default for Site {
    fn default() -> Self {
        Self {
            hostname: "OPNsense".into(),
            domain: "internal".into(),
            interfaces: vec![
                Interface::new("wan", "", "igc0", "203.0.113.10/24"),
                Interface::new("lan", "", "igc1", "192.168.1.1/24"),
                Interface::new("opt1", "servers", "igc2", "10.20.0.1/24"),
            ],
            virtual_ips: Vec::new(),
            web: WebPage { tls: true, port: None, no_redirect: false, interfaces: Vec::new() },
            kea: Vec::new(),
            isc: Vec::new(),
        }
    }
}

impl Site {
    /// The addresses that a new installation gives out: 100 to 199 in the network of its `lan`.
    #[must_use]
    pub fn usual_range(&self) -> (String, String) {
        let lan = self.interfaces.iter().find(|interface| interface.key == "lan");
        let address = lan.map_or("192.168.1.1", |lan| lan.address.as_str());
        let net = address.rsplit_once('.').map_or("192.168.1", |(net, _)| net);
        (format!("{net}.100"), format!("{net}.199"))
    }

    /// An interface by its key.
    #[must_use]
    pub fn interface(&self, key: &str) -> Option<&Interface> {
        self.interfaces.iter().find(|interface| interface.key == key)
    }

    /// The device behind an interface's key; the key itself where there is none.
    pub(crate) fn device<'a>(&'a self, key: &'a str) -> &'a str {
        self.interface(key).map_or(key, |interface| interface.device.as_str())
    }

    /// All addresses that it owns.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &str> {
        let own = self.interfaces.iter().map(|interface| interface.address.as_str());
        own.chain(self.virtual_ips.iter().map(|(_, address, _)| address.as_str()))
            .map(|address| address.split('/').next().unwrap_or_default())
    }
}

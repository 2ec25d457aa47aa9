//! The network card that asks.

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use inventory::MacAddr;
use pnet_datalink::NetworkInterface;

use super::WireError;

/// A card of this machine.
#[derive(Debug, Clone)]
pub struct Card {
    interface: NetworkInterface,
    mac: MacAddr,
}

impl Card {
    /// The one of that name.
    ///
    /// # Errors
    /// There is none, or it is down, or no Ethernet.
    pub fn find(name: &str) -> Result<Self, WireError> {
        let all = pnet_datalink::interfaces();
        let Some(interface) = all.iter().find(|interface| interface.name == name) else {
            let others: Vec<&str> =
                all.iter().filter(|i| !i.is_loopback()).map(|interface| interface.name.as_str()).collect();
            let others = if others.is_empty() { "no other than lo".to_owned() } else { others.join(", ") };
            return Err(WireError::NoInterface { name: name.chars().take(32).collect(), others });
        };
        let unusable = |why| WireError::Unusable { name: name.to_owned(), why };
        if !interface.is_up() {
            return Err(unusable("it is down (`ip link set IF up`)"));
        }
        if interface.is_loopback() || interface.mac.is_none() {
            return Err(unusable("it is no Ethernet; name the card on the machines' network"));
        }
        let octets = interface.mac.map(<[u8; 6]>::from).unwrap_or_default();
        Ok(Self { interface: interface.clone(), mac: MacAddr::new(octets) })
    }

    /// One of this machine with an address that fits, which can be asked from.
    #[must_use]
    pub fn with_address(contains: impl Fn(Ipv4Addr) -> bool) -> Option<Self> {
        let has = |interface: &NetworkInterface| {
            interface.ips.iter().any(|network| matches!(network.ip(), IpAddr::V4(ip) if contains(ip)))
        };
        let all = pnet_datalink::interfaces();
        all.iter().filter(|interface| has(interface)).find_map(|interface| Self::find(&interface.name).ok())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.interface.name
    }

    /// Its own hardware address.
    #[must_use]
    pub fn mac(&self) -> MacAddr {
        self.mac
    }

    /// Its IPv4 address, the first where there are several.
    #[must_use]
    pub fn address(&self) -> Option<Ipv4Addr> {
        self.interface.ips.iter().find_map(|network| match network.ip() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        })
    }

    pub(super) fn interface(&self) -> &NetworkInterface {
        &self.interface
    }

    pub(super) fn unusable(&self, why: &'static str) -> WireError {
        WireError::Unusable { name: self.name().to_owned(), why }
    }

    pub(super) fn failed(&self, source: io::Error) -> WireError {
        let name = self.name().to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => WireError::NoRight { name },
            _ => WireError::Io { name, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let said = Card::find("nosuchcard0").unwrap_err().to_string();
        assert!(said.contains("nosuchcard0") && said.contains("this machine has"), "{said}");
    }

    #[test]
    fn loopback_is_no_card() {
        assert!(Card::with_address(|ip| ip.is_loopback()).is_none());
        assert!(Card::find("lo").unwrap_err().to_string().contains("lo can't be used"));
    }
}

//! The whole of what was found.

use std::net::Ipv4Addr;

use inventory::MacAddr;
use serde::Serialize;

use crate::dhcp::Offer;
use crate::verdict::{Outcome, Verdict};
use crate::walk::Examination;

/// What is said at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The card that asked.
    pub interface: String,
    /// From that address.
    pub address: Ipv4Addr,
    /// In the name of this machine.
    pub mac: MacAddr,
    /// The DHCP servers that answered.
    pub dhcp_servers: Vec<Server>,
    /// What concerns all of them.
    pub notes: Vec<String>,
    /// One for each firmware, by its number.
    pub firmwares: Vec<Verdict>,
}

/// A DHCP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Server {
    /// Its address.
    pub address: Ipv4Addr,
    /// The card that its packets come from.
    pub mac: MacAddr,
    /// Whether it gives boot files only, and no addresses.
    pub proxy: bool,
}

impl Report {
    pub(crate) fn new(
        of: &Examination,
        own: Ipv4Addr,
        local_server: bool,
        offers: &[Offer],
        firmwares: Vec<Verdict>,
    ) -> Self {
        let mut dhcp_servers: Vec<Server> = Vec::new();
        for offer in offers {
            let server =
                Server { address: offer.server, mac: offer.server_mac, proxy: offer.address.is_none() };
            if !dhcp_servers.contains(&server) {
                dhcp_servers.push(server);
            }
        }
        let mut notes = Vec::new();
        if local_server {
            notes.push(format!(
                "this machine runs a DHCP server itself: what is between it and the machines (switch, VLAN, firewall, MTU) is not seen from {}; run the doctor on another machine too",
                of.card.name()
            ));
        } else if offers.iter().any(|offer| offer.next_server == Some(own)) {
            notes.push(format!(
                "the files come from this machine itself ({own}): a firewall or an MTU on their way to the machines is not seen from here"
            ));
        }
        if dhcp_servers.iter().filter(|server| !server.proxy).count() > 1
            && !firmwares.iter().any(Verdict::fails)
        {
            notes.push("more than one DHCP server answers, and all say the same".to_owned());
        }
        Self {
            interface: of.card.name().to_owned(),
            address: own,
            mac: of.mac,
            dhcp_servers,
            notes,
            firmwares,
        }
    }

    /// How many firmwares that there is a binary for do not boot, and of how many.
    #[must_use]
    pub fn failures(&self) -> (usize, usize) {
        let supported = self.firmwares.iter().filter(|v| !matches!(v.outcome, Outcome::Unsupported { .. }));
        (self.firmwares.iter().filter(|verdict| verdict.fails()).count(), supported.count())
    }
}

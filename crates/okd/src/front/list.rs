//! What a cluster needs of its site, as a list: for an operator who makes it by hand, on whatever the site has.

use std::net::{IpAddr, Ipv4Addr};

use gateway::GatewayName;
use gateway::wish::{BalancedServer, HealthCheck, Reach};
use inventory::MacAddr;
use serde::{Deserialize, Serialize};

use super::{Entry, Member, Wanted, wanted};
use crate::cluster::Cluster;
use crate::error::OkdError;

/// What a cluster needs of its site. An address that is absent is the load balancer's, which is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// The gateway that sees to it; absent: nobody does by itself.
    pub gateway: Option<GatewayName>,
    /// Names.
    pub names: Vec<Named>,
    /// Addresses that DHCP keeps.
    pub reservations: Vec<Kept>,
    /// Balanced ports.
    pub balancers: Vec<Balanced>,
    /// What can't be said yet, in a sentence each.
    pub open: Vec<String>,
}

/// A name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The whole name; `*.` is every name below.
    pub name: String,
    /// Its address.
    pub address: Option<IpAddr>,
    /// The address must be found back to the name: a node learns its own name so.
    pub ptr: bool,
}

/// An address that DHCP keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// For which node.
    pub name: String,
    /// Which.
    pub address: Ipv4Addr,
    /// For each of these cards.
    pub cards: Vec<MacAddr>,
}

/// A balanced port: TCP, as it comes; TLS is ended by the nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balanced {
    /// Where it listens.
    pub address: Option<Ipv4Addr>,
    /// On which port.
    pub port: u16,
    /// A client stays with the server that it had.
    pub sticky: bool,
    /// How a server is found to be well, as a sentence has it.
    pub check: String,
    /// Only the cluster's own networks may reach it.
    pub inside_only: bool,
    /// Who answers.
    pub servers: Vec<Server>,
}

/// Who answers on a balanced port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Which node.
    pub name: String,
    /// Its address.
    pub address: Ipv4Addr,
    /// It is asked only while no other is well.
    pub backup: bool,
}

/// The load balancer of a site whose own address nobody told us.
const NOT_OURS: Ipv4Addr = Ipv4Addr::UNSPECIFIED;

impl List {
    pub(super) fn of(cluster: &Cluster, members: &[Member]) -> Result<Self, OkdError> {
        let theirs = || Entry { api: NOT_OURS, ingress: None, inside: Vec::new(), everybody: true };
        let entry = cluster.front.as_ref().map_or_else(theirs, Entry::from);
        let Wanted { wish, open } =
            wanted(cluster, entry, members).map_err(|error| OkdError::Network(error.to_string()))?;
        let names = wish.dns.iter().map(|record| Named {
            name: record.name.to_string(),
            address: Some(record.ip).filter(|address| *address != NOT_OURS),
            ptr: record.ptr,
        });
        let kept = wish.dhcp.reservations.iter().map(|kept| Kept {
            name: kept.name.to_string(),
            address: kept.ip,
            cards: kept.macs.clone(),
        });
        let balanced = wish.balancers.iter().map(|one| Balanced {
            address: Some(one.listen).filter(|address| *address != NOT_OURS),
            port: one.port,
            sticky: one.sticky,
            check: check(&one.check, one.port),
            inside_only: matches!(one.reach, Reach::Inside(_)),
            servers: one.servers.iter().map(Server::from).collect(),
        });
        Ok(Self {
            gateway: cluster.front.as_ref().map(|front| front.gateway.clone()),
            names: names.collect(),
            reservations: kept.collect(),
            balancers: balanced.collect(),
            open,
        })
    }
}

impl From<&BalancedServer> for Server {
    fn from(server: &BalancedServer) -> Self {
        Self { name: server.name.to_string(), address: server.ip, backup: server.backup }
    }
}

fn check(check: &HealthCheck, port: u16) -> String {
    match check {
        HealthCheck::Tcp => "it takes a connection".to_owned(),
        HealthCheck::Http { path, port: other } => {
            format!("HTTP GET {path} on port {} answers 200", other.unwrap_or(port))
        }
        HealthCheck::Https { path } => {
            format!("HTTPS GET {path} on port {port} answers 200, whatever its certificate")
        }
    }
}

#[cfg(test)]
mod tests;

//! What an OKD cluster needs of a gateway, said shortly: names, addresses for its machines, and balanced ports.

use std::net::{IpAddr, Ipv4Addr};

use inventory::MacAddr;
use serde::Deserialize;

use super::file::one_or_many;
use super::word::InvalidWord;
use super::{
    BalancedServer, Balancer, Dhcp, DomainName, HealthCheck, InterfaceKey, Label, MACHINE_CONFIG_PORT, Reach,
    Record, RecordName, Reservation, Wish,
};

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Okd {
    /// What it is called.
    pub name: Label,
    /// The domain that its name is in.
    pub domain: DomainName,
    /// Where its API is balanced: an address that the gateway owns.
    pub api: Ipv4Addr,
    /// Where its ingress is balanced; absent: at the API's address.
    pub ingress: Option<Ipv4Addr>,
    /// The interfaces whose machines may reach it.
    #[serde(deserialize_with = "one_or_many")]
    pub inside: Vec<InterfaceKey>,
    /// Whether API and ingress may be reached by everybody. The machine configurations never are.
    #[serde(default)]
    pub everybody: bool,
    /// Its control plane.
    pub control_plane: Vec<OkdNode>,
    /// Its workers; none: the control plane takes their work.
    #[serde(default)]
    pub workers: Vec<OkdNode>,
    /// The machine that helps it up; taken out once it stands.
    pub bootstrap: Option<OkdNode>,
}

/// A machine of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OkdNode {
    /// What it is called.
    pub name: Label,
    /// Its address.
    pub ip: Ipv4Addr,
    /// Its cards, where the address shall be kept for it.
    #[serde(default, deserialize_with = "one_or_many")]
    pub mac: Vec<MacAddr>,
}

impl Okd {
    /// What the gateway is to do for it.
    ///
    /// # Errors
    /// When a name becomes too long.
    pub fn wish(&self) -> Result<Wish, InvalidWord> {
        let domain: DomainName = format!("{}.{}", self.name, self.domain).parse()?;
        Ok(Wish {
            dhcp: Dhcp { reservations: self.reservations(&domain), ..Dhcp::default() },
            dns: self.records(&domain)?,
            balancers: self.balancers()?,
        })
    }

    fn ingress(&self) -> Ipv4Addr {
        self.ingress.unwrap_or(self.api)
    }

    fn nodes(&self) -> impl Iterator<Item = &OkdNode> {
        self.bootstrap.iter().chain(&self.control_plane).chain(&self.workers)
    }

    fn reservations(&self, domain: &DomainName) -> Vec<Reservation> {
        let known = self.nodes().filter(|node| !node.mac.is_empty());
        let kept = known.map(|node| Reservation {
            name: node.name.clone(),
            macs: node.mac.clone(),
            ip: node.ip,
            domain: Some(domain.clone()),
        });
        kept.collect()
    }

    /// Machines are told their names by the way back from their addresses. The API's address leads back to `api` alone:
    /// `api-int` is the same address, and the ingress is no machine.
    fn records(&self, domain: &DomainName) -> Result<Vec<Record>, InvalidWord> {
        let record = |host: &str, ip: Ipv4Addr, ptr: bool| {
            Ok(Record { name: RecordName::within(host, domain)?, ip: IpAddr::V4(ip), ptr })
        };
        let services = [
            record("api", self.api, true),
            record("api-int", self.api, false),
            record("*.apps", self.ingress(), false),
        ];
        let nodes = self.nodes().map(|node| record(node.name.as_str(), node.ip, true));
        services.into_iter().chain(nodes).collect()
    }

    fn balancers(&self) -> Result<Vec<Balancer>, InvalidWord> {
        let inside = Reach::Inside(self.inside.clone());
        let reach = if self.everybody { Reach::Everybody } else { inside.clone() };
        let workers = if self.workers.is_empty() { &self.control_plane } else { &self.workers };
        let ready = || Ok(HealthCheck::Http { path: "/healthz/ready".parse()?, port: Some(1936) });
        let https = |path: &str| Ok(HealthCheck::Https { path: path.parse()? });
        let balancer = |what: &str, port: u16, check: HealthCheck, reach: Reach| {
            let for_api = matches!(check, HealthCheck::Https { .. });
            let (listen, servers) = if for_api {
                (self.api, self.api_servers())
            } else {
                (self.ingress(), servers(workers, false).collect())
            };
            Ok(Balancer {
                name: format!("{}-{what}", self.name).parse()?,
                listen,
                port,
                servers,
                sticky: !for_api,
                check,
                reach,
            })
        };
        Ok(vec![
            balancer("api", 6443, https("/readyz")?, reach.clone())?,
            balancer("machine-config", MACHINE_CONFIG_PORT, https("/healthz")?, inside)?,
            balancer("http", 80, ready()?, reach.clone())?,
            balancer("https", 443, ready()?, reach)?,
        ])
    }

    /// The bootstrap machine is asked only while no other answers: its machine configurations are the control plane's only,
    /// so that a worker that were sent there would wait for ever.
    fn api_servers(&self) -> Vec<BalancedServer> {
        servers(&self.control_plane, false).chain(servers(self.bootstrap.as_slice(), true)).collect()
    }
}

fn servers(nodes: &[OkdNode], backup: bool) -> impl Iterator<Item = BalancedServer> {
    nodes.iter().map(move |node| BalancedServer { name: node.name.clone(), ip: node.ip, port: None, backup })
}

//! The way to a cluster: the names, addresses and balanced ports that its nodes and users need of the site.
//!
//! Where the cluster names a gateway of ours, all that is a part of this gateway's wish, made anew whenever a role, an address or
//! a card changes; `muster gateway plan` shows it, and `apply` brings it about. Without one the same is a list to be made by hand.

mod handle;
mod list;
mod standing;

use std::net::Ipv4Addr;

use gateway::Wish;
use gateway::wish::{Balancer, InterfaceKey, InvalidWord, Label, Okd, OkdNode};
use inventory::MacAddr;

use crate::assignment::Assignment;
use crate::cluster::{Cluster, Front};
use crate::network::NodeNetwork;
use crate::role::Role;

pub use handle::Fronts;
pub use list::{Balanced, Kept, List, Named, Server};
pub use standing::Standing;

/// The most cards that one reservation is made for.
const CARDS: usize = 16;

/// A node, as far as others find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What it is called.
    pub hostname: Label,
    /// What it is.
    pub role: Role,
    /// By which address it is reached.
    pub address: Option<Ipv4Addr>,
    /// All cards of its machine: whichever it boots from, and whichever of a bond comes first, it has this address.
    pub cards: Vec<MacAddr>,
}

impl Member {
    /// A node of a machine with these cards.
    #[must_use]
    pub fn new(assignment: &Assignment, mut cards: Vec<MacAddr>) -> Self {
        let fixed = assignment.network.as_ref().and_then(NodeNetwork::address);
        cards.truncate(CARDS);
        Self {
            hostname: assignment.hostname.clone(),
            role: assignment.role,
            address: assignment.address.or(fixed),
            cards,
        }
    }
}

/// What a cluster wants, as far as it can be said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    /// What can be asked for.
    wish: Wish,
    /// What can't yet, in a sentence each.
    open: Vec<String>,
}

/// Where a cluster's ports are balanced.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    api: Ipv4Addr,
    ingress: Option<Ipv4Addr>,
    inside: Vec<InterfaceKey>,
    everybody: bool,
}

impl From<&Front> for Entry {
    fn from(front: &Front) -> Self {
        let Front { api, ingress, inside, everybody, .. } = front.clone();
        Self { api, ingress, inside, everybody }
    }
}

/// What a cluster with these members wants.
fn wanted(cluster: &Cluster, entry: Entry, members: &[Member]) -> Result<Wanted, InvalidWord> {
    let mut open = Vec::new();
    let mut of = |role: Role| -> Vec<OkdNode> {
        let (there, lost): (Vec<&Member>, Vec<_>) =
            members.iter().filter(|member| member.role == role).partition(|member| member.address.is_some());
        open.extend(lost.iter().map(|member| {
            format!(
                "{} has no address: give it one with muster host set-role --address, or a fixed one by muster host set-network",
                member.hostname
            )
        }));
        let node = |member: &Member| {
            Some(OkdNode { name: member.hostname.clone(), ip: member.address?, mac: member.cards.clone() })
        };
        there.into_iter().filter_map(node).collect()
    };
    let mut bootstraps = of(Role::Bootstrap).into_iter();
    let okd = Okd {
        name: cluster.name.clone(),
        domain: cluster.domain.clone(),
        api: entry.api,
        ingress: entry.ingress,
        inside: entry.inside,
        everybody: entry.everybody,
        bootstrap: bootstraps.next(),
        control_plane: of(Role::ControlPlane),
        workers: of(Role::Worker),
    };
    open.extend(bootstraps.map(|more| {
        format!("{} is a second bootstrap machine: a cluster has one, and this one is left out", more.name)
    }));
    let mut wish = okd.wish()?;
    // Of servers for a backup alone nothing is balanced, and a gateway takes no port without a server.
    let serves = |one: &Balancer| one.servers.iter().any(|server| !server.backup);
    if !wish.balancers.iter().all(serves) {
        open.push(
            "no port is balanced before a control-plane node has an address: neither the API nor the ingress"
                .to_owned(),
        );
    }
    wish.balancers.retain(serves);
    Ok(Wanted { wish, open })
}

#[cfg(test)]
mod tests;

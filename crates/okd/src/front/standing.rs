//! How what a cluster wants stands at its gateway.

use gateway::wish::{Balancer, Label};
use gateway::{GatewayName, Wish};
use serde::{Deserialize, Serialize};

/// How a cluster's front stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The gateway that is to see to it; absent: it is made by hand.
    pub gateway: Option<GatewayName>,
    /// What is wanted and not applied yet, and what is applied and no longer wanted: a few words each.
    pub unapplied: Vec<String>,
    /// What can't be asked for yet, in a sentence each.
    pub open: Vec<String>,
    /// Why the gateway can't be asked at all.
    pub problem: Option<String>,
}

impl Standing {
    /// In sentences, for a plan; none where there is nothing to say.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut all: Vec<String> = self.problem.iter().cloned().collect();
        if let (Some(gateway), [_, ..]) = (&self.gateway, self.unapplied.as_slice()) {
            all.push(format!(
                "not applied to the gateway {gateway} yet: {}; see muster gateway plan {gateway}, and bring it about with muster \
                 gateway apply {gateway}",
                self.unapplied.join(", ")
            ));
        }
        all.extend(self.open.iter().cloned());
        all
    }
}

/// In what a cluster's part differs from what was applied.
pub(super) fn unapplied(cluster: &Label, domain: &str, part: &Wish, applied: &Wish) -> Vec<String> {
    let mut words = Vec::new();
    let new = |what: String| format!("{what} (new or changed)");
    let old = |what: String| format!("{what} (no longer wanted)");
    let (kept, stand) = (&part.dhcp.reservations, &applied.dhcp.reservations);
    let reserved = |one: &gateway::wish::Reservation| format!("address {} for {}", one.ip, one.name);
    words.extend(kept.iter().filter(|one| !stand.contains(one)).map(|one| new(reserved(one))));
    let ours = stand.iter().filter(|one| one.domain.as_ref().is_some_and(|of| of.as_str() == domain));
    let gone = ours.filter(|one| !kept.iter().any(|other| other.name == one.name));
    words.extend(gone.map(|one| old(reserved(one))));

    let named = |one: &gateway::wish::Record| format!("name {}", one.name);
    words.extend(part.dns.iter().filter(|one| !applied.dns.contains(one)).map(|one| new(named(one))));
    let below = format!(".{domain}");
    let ours = applied.dns.iter().filter(|one| one.name.as_str().ends_with(&below));
    let gone = ours.filter(|one| !part.dns.iter().any(|other| other.name == one.name));
    words.extend(gone.map(|one| old(named(one))));

    for one in &part.balancers {
        match applied.balancers.iter().find(|other| other.name == one.name) {
            None => words.push(new(format!("balanced port {}", one.port))),
            Some(other) if other == one => {}
            Some(other) => words.push(new(changed(one, other))),
        }
    }
    let of_cluster = ["api", "machine-config", "http", "https"].map(|what| format!("{cluster}-{what}"));
    let ours = applied.balancers.iter().filter(|one| of_cluster.iter().any(|name| name == one.name.as_str()));
    let gone = ours.filter(|one| !part.balancers.iter().any(|other| other.name == one.name));
    words.extend(gone.map(|one| old(format!("balanced port {}", one.port))));
    words
}

fn changed(wanted: &Balancer, stands: &Balancer) -> String {
    let names = |one: &Balancer| one.servers.iter().map(|server| server.name.to_string()).collect::<Vec<_>>();
    if names(wanted) == names(stands) {
        return format!("balanced port {}", wanted.port);
    }
    format!("servers of port {}: {}", wanted.port, names(wanted).join(", "))
}

#[cfg(test)]
mod tests;

//! How the node speaks: as its file says, if that is of this machine; or by DHCP.

use std::collections::BTreeSet;
use std::net::IpAddr;

use inventory::MacAddr;

use super::{Candidate, Finding};
use crate::assignment::Assignment;
use crate::network::{Place, cards};

const RULE: &str = "network";

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let todo = "say it anew, with muster host set-network";
    let Some(network) = &candidate.assignment.network else { return by_dhcp(candidate) };
    let cards = cards(candidate.inventory);
    let place = Place { cards: &cards, address: candidate.assignment.address };
    if let Err(faults) = network.check_on(&place) {
        return Finding::refused(RULE, faults.to_string(), todo);
    }
    let own: BTreeSet<IpAddr> = network.fixed().collect();
    let twice = candidate.neighbours().find_map(|other| {
        let address = addresses(other).find(|address| own.contains(address))?;
        Some(format!("{address} is the address of {} already", other.hostname))
    });
    let front = candidate.cluster.front.as_ref();
    let of_cluster = front.into_iter().flat_map(|front| [Some(front.api), front.ingress]).flatten();
    let of_cluster = of_cluster.map(IpAddr::V4).find(|address| own.contains(address));
    let of_cluster = of_cluster.map(|address| format!("{address} is where the cluster itself is reached"));
    match twice.or(of_cluster) {
        Some(words) => Finding::refused(RULE, words, todo),
        None => Finding::good(RULE, "as its file says"),
    }
}

/// By which another node is reached.
pub(super) fn addresses(other: &Assignment) -> impl Iterator<Item = IpAddr> {
    let fixed = other.network.iter().flat_map(|network| network.fixed());
    fixed.chain(other.address.map(IpAddr::V4))
}

fn by_dhcp(candidate: &Candidate<'_>) -> Finding {
    let known = cards(candidate.inventory);
    let linked: Vec<MacAddr> = candidate
        .inventory
        .nics
        .iter()
        .flatten()
        .filter(|nic| nic.carrier == Some(true))
        .filter_map(|nic| nic.permanent_mac.or(nic.mac))
        .filter(|mac| known.contains(mac))
        .collect();
    if linked.len() < 2 {
        return Finding::good(RULE, "by DHCP");
    }
    let words = linked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Finding::warning(
        RULE,
        format!(
            "{} of its cards have a link ({words}), and each will ask by DHCP: an address that is kept for all of them is given to each",
            linked.len()
        ),
        "say which of them is used, with muster host set-network",
    )
}

//! The address that is kept for the node.

use super::network::addresses;
use super::{Candidate, Finding};

const RULE: &str = "address";

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let Some(address) = candidate.assignment.address else {
        return Finding::good(RULE, "none is kept for it: by its network file, or by DHCP as it comes");
    };
    let refused = |words: String| Finding::refused(RULE, words, "give it another address, with --address");
    if let Some(other) = candidate.neighbours().find(|other| addresses(other).any(|taken| taken == address)) {
        return refused(format!("{address} is kept for {} already", other.hostname));
    }
    let front = candidate.cluster.front.as_ref();
    if front.is_some_and(|front| front.api == address || front.ingress == Some(address)) {
        return refused(format!("{address} is where the cluster itself is reached"));
    }
    let is_a_machines = !(address.is_unspecified()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast());
    match is_a_machines {
        true => Finding::good(RULE, format!("{address} is kept for it")),
        false => refused(format!("{address} is no address of a machine")),
    }
}

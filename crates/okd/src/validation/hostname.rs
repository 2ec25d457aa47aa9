//! What the node is called: its name in the cluster, in DNS and in etcd.

use super::{Candidate, Finding};

const RULE: &str = "hostname";
/// The whole name becomes the label `kubernetes.io/hostname` of its node, which takes no more.
const WHOLE_NAME: usize = 63;
/// What a system calls itself that was given no name.
const NO_NAMES: [&str; 3] = ["localhost", "localhost4", "localhost6"];
/// What else stands in the cluster's domain.
const OF_THE_CLUSTER: [&str; 3] = ["api", "api-int", "apps"];

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let name = candidate.assignment.hostname.as_str();
    let whole = format!("{name}.{}.{}", candidate.cluster.name, candidate.cluster.domain);
    let refused = |words: String, todo: &str| Finding::refused(RULE, words, todo);
    if NO_NAMES.contains(&name) || name.starts_with("localhost-") {
        return refused(
            format!("{name} is what every machine calls itself that has no name"),
            "give it a name of its own",
        );
    }
    if OF_THE_CLUSTER.contains(&name) {
        return refused(
            format!("{whole} is the cluster's own: its balancer answers there"),
            "give it another name",
        );
    }
    if name.bytes().all(|b| b.is_ascii_digit()) {
        return refused(
            format!("{name} is a number, which programs take for an address"),
            "give it a name with a letter",
        );
    }
    if whole.len() > WHOLE_NAME {
        let words = format!(
            "{whole} has {} characters, and a node's whole name has {WHOLE_NAME} at most",
            whole.len()
        );
        return refused(words, "give it a shorter name");
    }
    if candidate.neighbours().any(|other| other.hostname.as_str() == name) {
        return refused(
            format!("another host of {} is {name} already", candidate.cluster.name),
            "give it another name",
        );
    }
    Finding::good(RULE, whole)
}

//! A cluster has one bootstrap, and five control-plane nodes at the most.

use super::{Candidate, Finding};
use crate::role::Role;

const RULE: &str = "role";
/// OKD knows 1, 3, 4 and 5.
const CONTROL_PLANES: usize = 5;

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let (role, cluster) = (candidate.assignment.role, &candidate.cluster.name);
    let alike: Vec<&str> = candidate
        .neighbours()
        .filter(|other| other.role == role)
        .map(|other| other.hostname.as_str())
        .collect();
    match (role, alike.as_slice()) {
        (Role::Bootstrap, [other, ..]) => Finding::refused(
            RULE,
            format!("{other} is the bootstrap of {cluster} already"),
            format!("release {other} first, or give this host another role"),
        ),
        (Role::ControlPlane, others) if others.len() >= CONTROL_PLANES => Finding::refused(
            RULE,
            format!("{cluster} has {} control-plane nodes already: {}", others.len(), others.join(", ")),
            "make it a worker, or release one of them first",
        ),
        _ => Finding::good(RULE, format!("{role} of {cluster}")),
    }
}

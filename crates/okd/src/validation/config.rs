//! The time of the certificates in the role's config.

use super::{Candidate, Finding};
use crate::cluster::in_time;

const RULE: &str = "config";

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let (role, cluster) = (candidate.assignment.role, candidate.cluster);
    let anew = format!("give {} new ones with muster cluster create --replace", cluster.name);
    match cluster.config(role) {
        None => Finding::refused(RULE, format!("the configs of {} were wiped", cluster.name), anew),
        Some(config) => match in_time(role, &config.validity, candidate.now) {
            Ok(()) => Finding::good(RULE, format!("the {role} config is of good time")),
            // What is to be done stands in it.
            Err(why) => Finding::refused(RULE, why, ""),
        },
    }
}

//! The size of the disk.

use super::{Candidate, Finding, minimum};
use crate::disk::{Target, capacity};

const RULE: &str = "disk-size";
const GB: u64 = 1_000_000_000;

pub(super) fn check(candidate: &Candidate<'_>, target: &Target) -> Finding {
    let role = candidate.assignment.role;
    let needed_gb = minimum::of(role).disk_gb;
    let has = capacity(target.size_bytes);
    if target.size_bytes < needed_gb * GB {
        return Finding::refused(
            RULE,
            format!("the disk has {has}, and OKD asks for {needed_gb} GB for a {role} node"),
            "choose a larger disk, or take it upon yourself with --accept disk-size",
        );
    }
    Finding::good(RULE, format!("{has}, of {needed_gb} GB asked for"))
}

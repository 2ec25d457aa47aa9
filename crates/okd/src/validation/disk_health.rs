//! What the disk holds of itself: SMART.

use hosts::DriveWord;
use inventory::{DriveVerdict, DriveWarning};

use super::{Candidate, Finding};
use crate::disk::Target;

const RULE: &str = "disk-health";
const ACCEPT: &str =
    "choose another disk or replace this one, or take it upon yourself with --accept disk-health";

pub(super) fn check(candidate: &Candidate<'_>, target: &Target) -> Finding {
    let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    let is_it =
        |word: &&DriveWord| same(&word.health.serial, &target.serial) || same(&word.health.wwn, &target.wwn);
    let Some(word) = candidate.drives.iter().find(is_it) else {
        return Finding::good(RULE, "the disk tells nothing of its health");
    };
    let health = &word.health;
    if health.verdict == DriveVerdict::Failing {
        let reason = health.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        return Finding::refused(RULE, format!("the disk foretells its own failure{reason}"), ACCEPT);
    }
    let takes_no_writes =
        |warning: &DriveWarning| matches!(warning, DriveWarning::ReadOnly | DriveWarning::PersistentMemory);
    if health.warnings.iter().any(takes_no_writes) {
        return Finding::refused(RULE, "the disk says that it takes no more writes", "replace it");
    }
    if health.warnings.contains(&DriveWarning::ReliabilityDegraded) {
        return Finding::refused(RULE, "the disk says that it is no longer reliable", ACCEPT);
    }
    let counted = [
        (health.pending_sectors, "sectors that could not be read"),
        (health.offline_uncorrectable, "sectors that a test of itself could not read"),
        (health.media_errors, "blocks whose data could not be had back"),
        (health.grown_defects, "blocks set aside"),
        (health.reallocated_sectors, "sectors replaced by spare ones"),
    ];
    let troubles: Vec<String> = counted
        .into_iter()
        .filter_map(|(count, what)| count.filter(|count| *count > 0).map(|count| format!("{count} {what}")))
        .collect();
    if !troubles.is_empty() {
        let words = format!("the disk holds itself to be well, but counts {}", troubles.join(", "));
        return Finding::warning(RULE, words, "a node's etcd needs a good disk: think of another one");
    }
    if let Some(used) = health.used_percent.filter(|used| *used >= 90) {
        return Finding::warning(
            RULE,
            format!("the disk has used {used} % of its life"),
            "plan its replacement",
        );
    }
    match health.verdict {
        DriveVerdict::Passed => Finding::good(RULE, "the disk holds itself to be well"),
        DriveVerdict::Failing | DriveVerdict::Unknown => {
            Finding::good(RULE, "the disk gives no verdict on its health")
        }
    }
}

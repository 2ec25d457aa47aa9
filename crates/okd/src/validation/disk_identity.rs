//! Whether the disk that is found now is the one that was found when the role was given, and still there.

use hosts::{DriveWord, Inventory};

use super::{Candidate, Finding};
use crate::disk::Target;

const RULE: &str = "disk-identity";

pub(super) fn check(candidate: &Candidate<'_>, target: &Target) -> Finding {
    let chosen = &candidate.assignment.target;
    if !target.is_same_disk(chosen) {
        return Finding::refused(
            RULE,
            format!("the disk that was chosen is {chosen}, and its description now finds {target}"),
            "look at what was changed in the machine; if that is the disk to write, give the role again with muster host set-role",
        );
    }
    if has_fallen_silent(target, candidate.inventory, candidate.drives) {
        return Finding::refused(
            RULE,
            format!(
                "{target} was in the machine when it last reported its inventory, and is not among the drives that answer now"
            ),
            "look at the disk and its cable; let the agent report anew with muster host action, then try again",
        );
    }
    Finding::good(RULE, "the disk that was chosen, as the inventory has it")
}

/// The drives are asked every few minutes, the inventory is told once an hour: a drive that was pulled shows there first. One that
/// never says anything of itself, such as a virtual machine's, says nothing by its silence.
fn has_fallen_silent(target: &Target, inventory: &Inventory, words: &[DriveWord]) -> bool {
    let is_it = |serial: Option<&String>, wwn: Option<&String>| {
        let same = |one: Option<&String>, other: Option<&String>| one.is_some() && one == other;
        same(serial, target.serial.as_ref()) || same(wwn, target.wwn.as_ref())
    };
    let is_known =
        inventory.drives.iter().flatten().any(|drive| is_it(drive.serial.as_ref(), drive.wwn.as_ref()));
    let speaks = |word: &DriveWord| is_it(word.health.serial.as_ref(), word.health.wwn.as_ref());
    let names_itself = |word: &DriveWord| word.health.serial.is_some() || word.health.wwn.is_some();
    is_known && words.iter().any(names_itself) && !words.iter().any(speaks)
}

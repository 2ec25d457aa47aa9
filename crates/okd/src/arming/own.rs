//! What an installation of ours left on a disk. Pure.
//!
//! A disk whose writing broke off carries half a system, and a second try would be refused for that: nobody typed that it may be
//! lost. But it is ours, and nothing else: where an earlier generation was to write this very disk and did not end well, what
//! that generation was allowed to overwrite, and what the installer writes, may be overwritten again.

use super::{Arming, Outcome};
use crate::assignment::Assignment;
use crate::disk::Target;

/// What lies on a disk that CoreOS was installed on, as `blkid` calls it.
const WRITTEN: [&str; 5] = ["gpt", "dos", "vfat", "ext4", "xfs"];

/// The assignment and the disk as the next generation has them. `last` is the last one that was used; `typed` the disk whose data
/// may be lost, as the operator typed it now.
pub(super) fn agreed(
    mut assignment: Assignment,
    mut target: Target,
    last: Option<&Arming>,
    typed: Option<&str>,
) -> (Assignment, Target) {
    if let Some(typed) = typed {
        assignment.wipe = Some(typed.to_owned());
    }
    let Some(last) = last.filter(|last| last.target.is_same_disk(&target)) else {
        return (assignment, target);
    };
    let is_ours = |kind: &String| WRITTEN.contains(&kind.as_str()) || last.target.carries.contains(kind);
    let broke_off = last.ended.as_ref().is_none_or(|ended| ended.outcome != Outcome::Installed);
    if assignment.wipe.is_none() && broke_off && target.carries.iter().all(is_ours) {
        assignment.wipe = target.serial.clone().or_else(|| target.wwn.clone());
    }
    // The inventory may be older than what was written.
    if assignment.wipe.as_deref().is_some_and(|wipe| target.is_named_by(wipe)) {
        target.carries.extend(last.target.carries.iter().cloned());
        target.carries.extend(WRITTEN.map(str::to_owned));
        target.carries.sort();
        target.carries.dedup();
    }
    (assignment, target)
}

#[cfg(test)]
mod tests;

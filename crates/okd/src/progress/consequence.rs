//! What follows from where an installation stands: what has to be written down, and told. Pure.

use inventory::Timestamp;

use super::course::Course;
use super::standing::{self, State};
use super::{Step, expect};
use crate::arming::Outcome;

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consequence {
    /// What was told as late or leaked is so no more.
    CaughtUp,
    /// The installer is done: the host is installed.
    InstallerEnded,
    /// It failed, and the arming ends so.
    Failed(Outcome),
    /// The arming ran out unused.
    Expired,
    /// Nothing came in time after this step.
    Overdue(Step),
    /// The document was given out, and its machine says nothing.
    Leaked,
}

impl Consequence {
    /// It follows from nothing having been heard.
    pub(super) const fn is_of_silence(self) -> bool {
        matches!(self, Self::Overdue(_) | Self::Leaked)
    }
}

/// What follows now, in the order in which it is to be written.
pub(super) fn consequences(course: &Course, now: Timestamp) -> Vec<Consequence> {
    let standing = standing::standing(course, now);
    let mut follows = Vec::new();
    let leak_is_over = course.told.leaked_at.is_some() && course.spoke_at().is_some();
    let moved = course.told.overdue.is_some_and(|told| {
        let late = standing.state == State::Overdue && standing.last == told;
        !course.is_over() && standing.state != State::Failed && !late
    });
    if leak_is_over || moved {
        follows.push(Consequence::CaughtUp);
    }
    if course.ended.is_none() {
        if course.state == hosts::State::Installing && standing.last >= Step::Written {
            follows.push(Consequence::InstallerEnded);
        }
        match standing.state {
            State::Failed => follows.push(Consequence::Failed(outcome(course))),
            _ if course.consumed_at.is_none() && now >= course.expires_at => {
                follows.push(Consequence::Expired)
            }
            State::Overdue if course.told.overdue != Some(standing.last) || moved => {
                follows.push(Consequence::Overdue(standing.last));
            }
            _ => {}
        }
    }
    if is_leaked(course, now) {
        follows.push(Consequence::Leaked);
    }
    follows
}

/// A disk that is another one than was armed is no failure of the machine's.
fn outcome(course: &Course) -> Outcome {
    let by_disk = course.failure().is_some_and(|word| word.step == Step::DiskChecked);
    if by_disk && course.consumed_at.is_none() { Outcome::Mismatched } else { Outcome::Failed }
}

fn is_leaked(course: &Course, now: Timestamp) -> bool {
    let silent = course.consumed_at.is_some_and(|at| now.since(at) >= expect::LEAK_AFTER);
    silent
        && course.spoke_at().is_none()
        && course.told.leaked_at.is_none()
        && !course.ended_as(Outcome::Installed)
}

#[cfg(test)]
mod tests;

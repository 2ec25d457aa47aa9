//! How a word joins those that are kept. Pure.
//!
//! A step is kept once for each attempt, with when it came first and last: so a machine that says the same all day costs one
//! row. What comes out of its order is kept as it came and moves nothing back.

use std::time::Duration;

use inventory::Timestamp;

use super::course::Course;
use super::{Saying, Step};
use crate::arming::Outcome;

/// A script that is asked for again so soon is the same boot: iPXE tries twice.
const SAME_BOOT: Duration = Duration::from_secs(30);
/// Words that are kept of one generation: some fifty attempts. Of more, the oldest go.
pub(crate) const KEPT: i64 = 200;

/// What is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    /// A new word.
    New,
    /// The word at this place of [`Course::words`] was said again.
    Again(usize),
    /// Nothing: it does not belong to this course any more, or not yet.
    Nothing,
}

/// What becomes of a word that comes now.
pub(crate) fn record(course: &Course, said: &Saying, now: Timestamp) -> Record {
    // Who was taken for failed may speak again; what ended otherwise is over.
    if course.is_over() && !course.ended_as(Outcome::Failed) {
        return Record::Nothing;
    }
    match said.step {
        Step::Script if course.consumed_at.is_some() => asked_again(course),
        Step::Script => match course.words.last().filter(|last| last.step == Step::Script) {
            Some(last) if now.since(last.heard_at) < SAME_BOOT => Record::Again(course.words.len() - 1),
            _ => Record::New,
        },
        // Of what a boot that was not given the installer fetches, nothing is of interest here.
        Step::Kernel | Step::Rootfs if course.attempts() == 0 => Record::Nothing,
        // Only a machine that has its document can be so far. That an installer failed before is news.
        step if step >= Step::Ignition && course.consumed_at.is_none() && !said.failed => Record::Nothing,
        // What the server sees of a boot is over with it: later, anybody may fetch a kernel.
        Step::Armed | Step::Kernel | Step::Rootfs if course.consumed_at.is_some() => Record::Nothing,
        _ => known(course, said),
    }
}

/// A machine that asks for its script while its disk should be written has begun anew.
fn asked_again(course: &Course) -> Record {
    if course.is_over() || course.last().0 >= Step::Written {
        return Record::Nothing;
    }
    match course.asked_again() {
        Some(again) if course.spoke_at().is_none_or(|spoke| spoke <= again.at) => {
            let place = course.words.iter().rposition(|word| word == again);
            place.map_or(Record::New, Record::Again)
        }
        _ => Record::New,
    }
}

fn known(course: &Course, said: &Saying) -> Record {
    let first = course.words.len() - course.attempt().len();
    let same = course.attempt().iter().rposition(|word| word.step == said.step && word.failed == said.failed);
    same.map_or(Record::New, |place| Record::Again(first + place))
}

#[cfg(test)]
mod tests;

//! Where an installation stands. Pure.

use std::time::Duration;

use inventory::Timestamp;
use serde::{Deserialize, Serialize};

use super::cause::{self, Failure};
use super::course::Course;
use super::{Step, expect};
use crate::arming::Outcome;

/// A machine that asks for its script while its disk should be written has this long to say that it still writes: the request
/// may be anybody's.
const BENEFIT_OF_DOUBT: Duration = Duration::from_secs(30);

/// How an installation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The next step is awaited, and not late.
    Going,
    /// The next step is late.
    Overdue,
    /// It failed.
    Failed,
    /// The node is in service.
    Done,
    /// It was taken back, or ran out, before it began.
    Ended,
}

impl State {
    /// In a word, for people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Going => "on its way",
            Self::Overdue => "overdue",
            Self::Failed => "failed",
            Self::Done => "done",
            Self::Ended => "ended",
        }
    }
}

/// Where an installation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// How.
    pub state: State,
    /// The last good step.
    pub last: Step,
    /// When it came.
    pub last_at: Timestamp,
    /// The step that is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Step>,
    /// From when on it is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// How much of the disk is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// In a sentence.
    pub text: String,
    /// What usually causes that, and what mends it; absent where nothing is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The machine's own last lines, where it said that it failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log: String,
    /// It can be tried again, by arming it again.
    pub may_retry: bool,
}

/// Where `course` stands.
pub(super) fn standing(course: &Course, now: Timestamp) -> Standing {
    let (last, last_at, heard_at) = course.last();
    let awaited = expect::after(course);
    let still = Standing {
        state: State::Going,
        last,
        last_at,
        next: None,
        due_at: None,
        percent: course.percent(),
        text: String::new(),
        cause: None,
        log: String::new(),
        may_retry: false,
    };
    if let Some(ended) = &course.ended {
        let over = |state, text: &str, may_retry| Standing {
            state,
            text: text.to_owned(),
            may_retry,
            ..still.clone()
        };
        return match ended.outcome {
            Outcome::Installed => over(State::Done, "The node is in service", false),
            Outcome::Disarmed => over(State::Ended, "It was taken back before it began", true),
            Outcome::Expired => {
                over(State::Ended, "The arming ran out before it was used. Nothing was written", true)
            }
            Outcome::Failed | Outcome::Mismatched => failed(course, failure(course), still),
        };
    }
    if let Some(failure) = suspected(course, now) {
        return failed(course, failure, still);
    }
    let Some(expected) = awaited else {
        return Standing { state: State::Done, text: "The node is in service".to_owned(), ..still };
    };
    let due_at = heard_at.plus(expected.within);
    let is_late = now >= due_at;
    Standing {
        state: if is_late { State::Overdue } else { State::Going },
        next: Some(expected.next),
        due_at: Some(due_at),
        text: format!("What is awaited is {}", expected.awaits),
        cause: is_late.then_some(expected.cause),
        may_retry: is_late && course.consumed_at.is_some(),
        ..still
    }
}

/// What failed, though nothing of it is written down as the end yet.
pub(super) fn suspected(course: &Course, now: Timestamp) -> Option<Failure> {
    if let Some(word) = course.failure() {
        return Some(cause::said(course, word));
    }
    let again = course.asked_again()?;
    let spoke = course.spoke_at().is_some_and(|spoke| spoke > again.at);
    let is_doubtful = spoke || now.since(again.at) < BENEFIT_OF_DOUBT || course.last().0 >= Step::Written;
    (!is_doubtful).then(|| cause::began_anew(course))
}

/// Of one that ended as failed.
fn failure(course: &Course) -> Failure {
    match course.failure() {
        Some(word) => cause::said(course, word),
        None if course.asked_again().is_some() => cause::began_anew(course),
        None => Failure { text: "It was given up".to_owned(), cause: "", log: String::new() },
    }
}

fn failed(course: &Course, failure: Failure, still: Standing) -> Standing {
    let since = course.ended.as_ref().map(|ended| ended.at);
    let spoke = course.spoke_at().filter(|spoke| since.is_some_and(|since| *spoke > since));
    let text = match spoke {
        Some(_) => format!("{}. But it was heard since: {}", failure.text, still.last.in_words()),
        None => failure.text,
    };
    let cause = Some(failure.cause.to_owned()).filter(|cause| !cause.is_empty());
    Standing { state: State::Failed, text, cause, log: failure.log, may_retry: true, ..still }
}

#[cfg(test)]
mod tests;

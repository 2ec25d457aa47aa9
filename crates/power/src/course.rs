//! How far a request has come, and what is left of it. Written down while a hand is waited for, so that a server that is started
//! anew goes on with it. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use inventory::Id;
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::line::Phase;
use crate::machine::Signs;
use crate::request::Attempt;
use crate::way::Way;

/// What is left of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Course {
    /// The parts that have not come to their end.
    parts: VecDeque<Part>,
    /// How long an effect is waited for.
    pub(crate) watch: Duration,
    /// Attempts so far.
    pub(crate) attempts: i64,
    /// What is to be said of the parts that came to their end.
    pub(crate) said: Vec<String>,
}

/// One thing that is to happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) act: Act,
    /// The ways that were not tried yet, in their order.
    pub(crate) ways: VecDeque<Way>,
    /// What is to be said of those that were.
    pub(crate) said: Vec<String>,
    /// One of them may have done it.
    pub(crate) was_sent: bool,
}

/// One way that is being tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trial {
    pub(crate) way: Way,
    pub(crate) attempt: Attempt,
    /// What was seen of the machine before.
    pub(crate) before: Signs,
    /// What the question is called, should somebody be asked.
    pub(crate) question: Id,
}

/// A request that waits for a hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) trial: Trial,
    /// What was being done.
    pub(crate) part: Part,
    /// What comes after that.
    pub(crate) rest: Course,
}

impl Course {
    pub(crate) fn new(phases: &[Phase<'_>], watch: Duration) -> Self {
        let part = |phase: &Phase<'_>| Part {
            act: phase.act,
            ways: phase.ways.iter().map(|way| (*way).clone()).collect(),
            said: Vec::new(),
            was_sent: false,
        };
        Self { parts: phases.iter().map(part).collect(), watch, attempts: 0, said: Vec::new() }
    }

    /// The next thing that is to happen.
    pub(crate) fn next(&mut self) -> Option<Part> {
        self.parts.pop_front()
    }
}

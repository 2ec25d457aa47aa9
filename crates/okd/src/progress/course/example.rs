//! A course that tests make step by step: minutes after it was armed.

use std::time::Duration;

use hosts::State;
use inventory::Timestamp;

use super::{Course, Told};
use crate::arming::{Ended, Outcome};
use crate::progress::record::{Record, record};
use crate::progress::{Saying, Step, Word};
use crate::role::Role;

pub(crate) const ARMED_AT: Timestamp = Timestamp(1_795_257_600_000);

/// So many seconds after it was armed.
pub(crate) fn at(secs: u64) -> Timestamp {
    ARMED_AT.plus(Duration::from_secs(secs))
}

pub(crate) fn saying(step: Step) -> Saying {
    Saying { step, failed: false, percent: None, words: String::new() }
}

pub(crate) fn failing(step: Step, words: &str) -> Saying {
    Saying { failed: true, words: words.to_owned(), ..saying(step) }
}

impl Course {
    pub(crate) fn example() -> Self {
        Self {
            host: "node1".parse().unwrap(),
            name: "node1".to_owned(),
            state: State::Armed,
            generation: 2,
            role: Role::ControlPlane,
            node: "control-plane node cp1 of okd1.example.lan".to_owned(),
            armed_at: ARMED_AT,
            expires_at: at(7200),
            consumed_at: None,
            consumed_by: None,
            ended: None,
            words: Vec::new(),
            told: Told::default(),
        }
    }

    /// Takes a word as the store would.
    pub(crate) fn take(&mut self, said: Saying, secs: u64) -> Record {
        let what = record(self, &said, at(secs));
        match what {
            Record::Nothing => {}
            Record::New => self.words.push(Word {
                host: self.host.clone(),
                generation: self.generation,
                step: said.step,
                failed: said.failed,
                at: at(secs),
                heard_at: at(secs),
                percent: said.percent,
                words: said.words,
            }),
            Record::Again(place) => {
                self.words[place].heard_at = at(secs);
                self.words[place].percent = said.percent.or(self.words[place].percent);
            }
        }
        what
    }

    /// With these steps, each at its second.
    pub(crate) fn with(mut self, steps: &[(Step, u64)]) -> Self {
        for (step, secs) in steps {
            if *step == Step::Ignition {
                self = self.used(*secs);
            } else {
                self.take(saying(*step), *secs);
            }
        }
        self
    }

    /// Its document was handed out.
    pub(crate) fn used(mut self, secs: u64) -> Self {
        (self.consumed_at, self.consumed_by) = (Some(at(secs)), Some("10.0.0.21".to_owned()));
        self.state = State::Installing;
        self
    }

    pub(crate) fn ended(mut self, outcome: Outcome, secs: u64) -> Self {
        self.ended = Some(Ended { at: at(secs), outcome });
        self
    }
}

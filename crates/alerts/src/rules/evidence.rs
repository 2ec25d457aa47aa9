//! What a rule saw, and how it is told. One renderer for the sentences of all rules.
//!
//! Names of mounts and sensors come from machines: whatever enters a sentence goes through [`plain`] first.

use std::time::Duration;

use inventory::Timestamp;

use crate::message::{moment, plain, span};
use crate::rules::filesystem::Fullness;
use crate::rules::hysteresis::Level;
use crate::rules::temperature::Heat;

/// Bytes of a sentence that a machine or an event had a part in.
const NAME_CHARS: usize = 120;
const SUMMARY_CHARS: usize = 1000;

/// What a rule saw when something happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Evidence {
    /// Nothing was heard of an agent.
    Silence {
        /// Since when.
        since: Timestamp,
        /// How long is too long.
        limit: Duration,
    },
    /// The agent is heard again.
    Heard,
    /// How full a filesystem is.
    Fullness(Fullness),
    /// How hot something is.
    Heat(Heat),
    /// Something happened; in its own words.
    Event {
        /// What is wrong, short.
        title: String,
        /// What happened.
        summary: String,
        /// What to do; empty where there is nothing to add.
        advice: String,
    },
    /// What ends it happened; in its own words.
    Ending {
        /// How it ended, short.
        title: String,
        /// What happened.
        summary: String,
    },
    /// The machine does not report the component any more.
    Vanished {
        /// When it was last reported.
        since: Timestamp,
    },
    /// The rule does not apply to the host any more.
    Unwatched {
        /// Why.
        why: String,
    },
}

/// How something is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Telling {
    /// Short: what is wrong, or how it ended.
    pub(crate) title: String,
    /// A sentence or two.
    pub(crate) text: String,
}

impl Evidence {
    /// How it is told while the condition lasts.
    pub(crate) fn problem(&self, level: Level, now: Timestamp) -> Telling {
        match self {
            Self::Silence { since, limit } => Telling {
                title: "agent missing".to_owned(),
                text: format!(
                    "Nothing was heard for {}, since {}. Limit: {}.",
                    span(now.since(*since)),
                    moment(*since),
                    span(*limit)
                ),
            },
            Self::Fullness(fullness) => fullness.problem(level),
            Self::Heat(heat) => heat.problem(level),
            Self::Event { title, summary, advice } => {
                let mut text = format!("{}.", plain(summary, SUMMARY_CHARS));
                if !advice.is_empty() {
                    text.push_str(&format!(" {advice}."));
                }
                Telling { title: title.clone(), text }
            }
            Self::Heard | Self::Ending { .. } | Self::Vanished { .. } | Self::Unwatched { .. } => {
                self.ending()
            }
        }
    }

    /// How it is told that the condition is over.
    pub(crate) fn ending(&self) -> Telling {
        let telling = |title: &str, text: String| Telling { title: title.to_owned(), text };
        match self {
            Self::Silence { .. } | Self::Heard => telling("agent is back", "It is heard again.".to_owned()),
            Self::Fullness(fullness) => fullness.ending(),
            Self::Heat(heat) => heat.ending(),
            Self::Event { summary, .. } => telling("over", format!("{}.", plain(summary, SUMMARY_CHARS))),
            Self::Ending { title, summary } => telling(title, format!("{}.", plain(summary, SUMMARY_CHARS))),
            Self::Vanished { since } => {
                telling("no longer reported", format!("The machine last reported it on {}.", moment(*since)))
            }
            Self::Unwatched { why } => {
                telling("no longer watched", format!("{}.", plain(why, SUMMARY_CHARS)))
            }
        }
    }
}

/// The name of a mount or a sensor, fit for a sentence.
pub(crate) fn name(text: &str) -> String {
    plain(text, NAME_CHARS)
}

//! The capability: one switch of power of one machine.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::sight::Level;

/// A switch of power. One file a kind.
pub trait PowerControl: Send + Sync {
    /// What it can do at all.
    fn abilities(&self) -> Abilities;

    /// Does it, and says what is known of it then. Never asked for what is not among its abilities.
    fn act(&self, act: Act) -> BoxFuture<'_, Result<Done, Refusal>>;

    /// What the switch itself says of the machine. Only one that stays awake when the machine sleeps can say it.
    fn status(&self) -> BoxFuture<'_, Result<Level, Refusal>> {
        Box::pin(async { Err(Refusal("it can't be asked whether the machine is on".to_owned())) })
    }

    /// What may get lost, and harms nobody when it comes twice, is sent again after so long until something is seen.
    fn again_after(&self) -> Option<Duration> {
        None
    }
}

/// What a switch can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Switch the machine on.
    pub on: bool,
    /// Switch it off.
    pub off: bool,
    /// Let it boot anew.
    pub reset: bool,
    /// Switch it off and on in one go.
    pub cycle: bool,
    /// Say whether it is on.
    pub status: bool,
}

impl Abilities {
    /// Whether it can do this.
    #[must_use]
    pub const fn can(self, act: Act) -> bool {
        match act {
            Act::On => self.on,
            Act::Off => self.off,
            Act::Reset => self.reset,
            Act::Cycle => self.cycle,
        }
    }
}

/// What was done, as far as the switch knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// How much is known.
    pub how: How,
    /// In words.
    pub words: String,
}

/// How much is known of what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It is on its way, and nobody answers to it.
    Sent,
    /// The other side has said that it does it, or did it.
    Accepted,
}

impl Done {
    pub(crate) fn sent(words: impl Into<String>) -> Self {
        Self { how: How::Sent, words: words.into() }
    }

    pub(crate) fn accepted(words: impl Into<String>) -> Self {
        Self { how: How::Accepted, words: words.into() }
    }
}

/// Why a switch could not do it, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

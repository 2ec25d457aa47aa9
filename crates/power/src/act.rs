//! What may be done to a machine's power.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What is to happen to the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Switch it on.
    On,
    /// Switch it off.
    Off,
    /// Let it boot anew.
    Reset,
    /// Switch it off, and on again.
    Cycle,
}

/// A word that is none of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {0:?} for a power switch: expected on, off, reset or cycle")]
pub struct UnknownAct(pub String);

impl Act {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::On, Self::Off, Self::Reset, Self::Cycle];

    /// As it is written in the database, in JSON and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Reset => "reset",
            Self::Cycle => "cycle",
        }
    }

    /// What runs on the machine ends by it.
    #[must_use]
    pub const fn is_destructive(self) -> bool {
        !matches!(self, Self::On)
    }
}

impl FromStr for Act {
    type Err = UnknownAct;

    fn from_str(text: &str) -> Result<Self, UnknownAct> {
        let known = Self::ALL.into_iter().find(|act| act.as_str() == text);
        known.ok_or_else(|| UnknownAct(text.chars().take(32).collect()))
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

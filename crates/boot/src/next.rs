//! What an operator wants of a machine's next boot: once, and not after its time. Pure.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use inventory::{Id, MacAddr, Timestamp};
use serde::{Deserialize, Serialize};

/// The boot that it was for may ask again for so long: iPXE retries, and firmware tries its other cards.
const SAME_BOOT: Duration = Duration::from_secs(120);
/// How long it may wait for its boot, where nobody said.
pub const USUAL_PATIENCE: Duration = Duration::from_secs(2 * 3600);
/// The longest: what somebody wanted a month ago is wanted no more.
pub const LONGEST_PATIENCE: Duration = Duration::from_secs(30 * 24 * 3600);
/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 200;

/// Whose boot is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A host's, from whichever card.
    Host(Id),
    /// That of a machine which is no known host.
    Mac(MacAddr),
}

/// What it shall boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextAction {
    /// What is on its own disk.
    LocalDisk,
    /// A discovery system.
    Discover,
}

/// An operator's word for the next boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// What.
    pub action: NextAction,
    /// Why; empty where nobody said.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When it was said.
    pub made_at: Timestamp,
    /// From when on it counts no more, if no boot came.
    pub expires_at: Timestamp,
    /// When the boot came that it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
}

/// A name that is no [`NextAction`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is nothing that a machine can be told to boot next: expected local-disk or discover")]
pub struct UnknownAction(pub String);

impl Next {
    /// Whether a boot at `now` is told this.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        match self.used_at {
            Some(used_at) => now.since(used_at) < SAME_BOOT,
            None => now < self.expires_at,
        }
    }
}

impl NextAction {
    /// As operators write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LocalDisk => "local-disk",
            Self::Discover => "discover",
        }
    }

    /// As a sentence names it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::LocalDisk => "its local disk",
            Self::Discover => "a discovery system",
        }
    }
}

impl FromStr for NextAction {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        match text {
            "local-disk" => Ok(Self::LocalDisk),
            "discover" => Ok(Self::Discover),
            _ => Err(UnknownAction(text.chars().take(32).collect())),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => host.fmt(f),
            Self::Mac(mac) => mac.fmt(f),
        }
    }
}

impl Subject {
    /// As the database has it. A MAC has colons, which no id has.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.contains(':') { text.parse().ok().map(Self::Mac) } else { text.parse().ok().map(Self::Host) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_once_for_two_minutes_and_not_after_its_time() {
        let at = |secs: i64| Timestamp(secs * 1000);
        let mut next = Next {
            action: NextAction::Discover,
            reason: String::new(),
            actor: "operator".to_owned(),
            made_at: at(0),
            expires_at: at(7200),
            used_at: None,
        };
        assert!(next.counts(at(7199)) && !next.counts(at(7200)));
        next.used_at = Some(at(7190));
        for (secs, counts) in [(7190, true), (7200, true), (7309, true), (7310, false)] {
            assert_eq!(next.counts(at(secs)), counts, "{secs}");
        }
    }
}

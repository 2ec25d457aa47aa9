//! The name of a row that lives for ever: sorts by time, reads well over the phone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Seconds since the epoch, `_`, and seven alphanumerics (`1795257600_k3f9a2c`), or any string of a safe shape that an
/// operator chose: 1 to 64 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(String);

/// Why a string is no [`Id`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no id: an id has 1 to 64 letters, digits, '.', '_' or '-' and begins with a letter or digit"
)]
pub struct InvalidId(String);

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const MAX_LEN: usize = 64;

impl Id {
    /// A new id for something that came to be at `now`.
    ///
    /// Seven of 36 characters: 78 thousand million in one second, so that two rows of one second still differ.
    #[must_use]
    pub fn generate(now: Timestamp) -> Self {
        let mut random = [0_u8; 7];
        // The kernel's generator does not fail once it is seeded; were it ever to, the store's primary key
        // still refuses a second row of the same name.
        getrandom::fill(&mut random).ok();
        let tail: String = random
            .iter()
            .map(|byte| {
                char::from(ALPHABET.get(usize::from(*byte) % ALPHABET.len()).copied().unwrap_or(b'0'))
            })
            .collect();
        Self(format!("{:010}_{tail}", now.secs().max(0)))
    }

    /// The id as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Id {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let begins_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if begins_well && text.len() <= MAX_LEN && text.chars().all(safe) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId(text.chars().take(MAX_LEN).collect()))
        }
    }
}

impl TryFrom<String> for Id {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_generated_id_has_the_promised_shape_and_is_an_id() {
        let id = Id::generate(Timestamp(1_795_257_600_123));
        let (secs, tail) = id.as_str().split_once('_').unwrap();
        assert_eq!(secs, "1795257600");
        assert_eq!(tail.len(), 7);
        assert!(tail.chars().all(|c| c.is_ascii_alphanumeric()));
        assert_eq!(id.as_str().parse::<Id>().unwrap(), id);
    }

    #[test]
    fn ids_of_one_second_differ() {
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| Id::generate(Timestamp(1000))).collect();
        assert_eq!(ids.len(), 1000);
    }

    #[test]
    fn unsafe_strings_are_refused() {
        for bad in ["", ".", "-a", "_a", "../x", "a/b", "a b", "${x}", "é", "a\n", &"a".repeat(65)] {
            assert!(bad.parse::<Id>().is_err(), "{bad:?}");
        }
        for good in ["a", "rack1-node.3", "1795257600_k3f9a2c", &"a".repeat(64)] {
            assert!(good.parse::<Id>().is_ok(), "{good:?}");
        }
    }

    proptest! {
        #[test]
        fn ids_sort_by_time(a in 0_i64..4_000_000_000, b in 0_i64..4_000_000_000) {
            prop_assume!(a < b);
            prop_assert!(Id::generate(Timestamp(a * 1000)) < Id::generate(Timestamp(b * 1000)));
        }
    }
}

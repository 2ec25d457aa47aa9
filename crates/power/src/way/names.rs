//! The narrow alphabets of what an operator names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why ways can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWay {
    /// There is none.
    #[error("a host has at least one way; to go back to what every host has, say `default`")]
    None,
    /// There are too many.
    #[error("a host has at most {limit} ways")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// Two are called the same.
    #[error("two ways are called {0}")]
    Twice(WayName),
    /// A setting is wrong.
    #[error("{name}: {why}")]
    Setting {
        /// Of which way.
        name: WayName,
        /// What is wrong.
        why: String,
    },
    /// Not a name for a way.
    #[error("that is no name for a way: expected 1 to 32 of a-z, 0-9 and '-', beginning with a letter")]
    Name,
    /// Not a user of a machine.
    #[error(
        "that is no user of a machine: expected 1 to 32 of a-z, 0-9, '_' and '-', beginning with a letter or '_'"
    )]
    User,
}

macro_rules! name {
    ($(#[doc = $doc:literal])+ $name:ident, $error:ident, $begins:expr, $goes_on:expr) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// As it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidWay;

            fn from_str(text: &str) -> Result<Self, InvalidWay> {
                let is_good = text.len() <= 32 && text.starts_with($begins) && text.chars().all($goes_on);
                if is_good { Ok(Self(text.to_owned())) } else { Err(InvalidWay::$error) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidWay;

            fn try_from(text: String) -> Result<Self, InvalidWay> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// What a way is called: 1 to 32 of `a-z 0-9 -`, beginning with a letter.
    WayName, Name, |c: char| c.is_ascii_lowercase(), |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
    }
}

name! {
    /// A user of a machine: 1 to 32 of `a-z 0-9 _ -`, beginning with a letter or `_`.
    User, User, |c: char| c.is_ascii_lowercase() || c == '_', |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')
    }
}

/// Whether the kernel could call an interface so (`IFNAMSIZ` is 16 with the zero at its end).
pub(super) fn is_interface(name: &str) -> bool {
    (1..=15).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '@' | '-'))
}

//! What a secret is called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const MAX_LEN: usize = 64;

/// The name of a secret: 1 to 64 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit. Safe in a URL, a log line and a
/// file's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A string that is no [`Name`]. It does not repeat the string: people paste values where names belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "that is no name for a secret: expected 1 to {MAX_LEN} letters, digits, '.', '_' or '-', beginning with a letter or digit"
)]
pub struct InvalidName;

impl Name {
    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let begins_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if begins_well && text.len() <= MAX_LEN && text.chars().all(safe) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName)
        }
    }
}

impl TryFrom<String> for Name {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_safe_shape() {
        for good in ["ntfy-token", "a", "BMC.rack_1", &"a".repeat(64)] {
            assert_eq!(good.parse::<Name>().unwrap().as_str(), good);
        }
        for bad in ["", "-a", ".a", "a/b", "../x", "a b", "a\n", "${x}", "é", &"a".repeat(65)] {
            let error = bad.parse::<Name>().unwrap_err().to_string();
            assert!(bad.is_empty() || bad == "-a" || !error.contains(bad), "{error}");
        }
    }
}

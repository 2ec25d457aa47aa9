//! What a gateway is called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// 1 to 32 of `a-z 0-9 -`, beginning with a letter or digit: safe in a URL, a log line, a secret's name and a folder's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GatewayName(String);

/// A string that is no [`GatewayName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no name for a gateway: expected 1 to 32 lower-case letters, digits or '-', beginning with a letter or digit"
)]
pub struct InvalidGatewayName(String);

const MAX_LEN: usize = 32;

impl GatewayName {
    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GatewayName {
    type Err = InvalidGatewayName;

    fn from_str(text: &str) -> Result<Self, InvalidGatewayName> {
        let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !text.is_empty() && text.len() <= MAX_LEN && text.chars().all(safe) && !text.starts_with('-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidGatewayName(text.chars().take(MAX_LEN).collect()))
        }
    }
}

impl TryFrom<String> for GatewayName {
    type Error = InvalidGatewayName;

    fn try_from(text: String) -> Result<Self, InvalidGatewayName> {
        text.parse()
    }
}

impl From<GatewayName> for String {
    fn from(name: GatewayName) -> Self {
        name.0
    }
}

impl fmt::Display for GatewayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_safe_shape() {
        for good in ["fw1", "opnsense", "1", "a-b", &"a".repeat(32)] {
            assert_eq!(good.parse::<GatewayName>().unwrap().as_str(), good);
        }
        for bad in ["", "-a", "A", "a.b", "../x", "a/b", "a\n", "é", &"a".repeat(33)] {
            assert!(bad.parse::<GatewayName>().is_err(), "{bad:?}");
        }
    }
}

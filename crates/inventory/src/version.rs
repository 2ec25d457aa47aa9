//! Which edition of these types a peer speaks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What this build speaks. The minor number grows when a field is added, the major one when a peer that does not know
/// of the change would be misled.
pub const SCHEMA: SchemaVersion = SchemaVersion { major: 1, minor: 1 };

/// An edition of the messages, written `1.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SchemaVersion {
    /// Peers of different major editions don't understand each other.
    pub major: u16,
    /// Peers of different minor editions do.
    pub minor: u16,
}

impl SchemaVersion {
    /// Whether a message of this edition can be read by this build.
    #[must_use]
    pub const fn is_readable(self) -> bool {
        self.major <= SCHEMA.major
    }
}

impl FromStr for SchemaVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text
            .split_once('.')
            .and_then(|(major, minor)| Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? }));
        parsed.ok_or_else(|| format!("{text:?} is no schema version: expected two numbers such as {SCHEMA}"))
    }
}

impl TryFrom<String> for SchemaVersion {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SchemaVersion> for String {
    fn from(version: SchemaVersion) -> Self {
        version.to_string()
    }
}

impl fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

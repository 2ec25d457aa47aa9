//! The name of an ntfy topic.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const MAX_LEN: usize = 64;
/// Paths of ntfy's own.
const RESERVED: [&str; 10] =
    ["docs", "static", "file", "app", "metrics", "account", "settings", "signup", "login", "v1"];

/// A topic: 1 to 64 of `A-Z a-z 0-9 _ -`, none of ntfy's own paths, and not beginning with `up` (which it keeps for
/// UnifiedPush). Who knows a topic's name may often read it: it is no secret, but nothing to shout about either.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Topic(String);

/// Why a string is no [`Topic`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTopic {
    /// Of another shape.
    #[error("{0:?} is no topic: expected 1 to {MAX_LEN} letters, digits, '_' or '-'")]
    Shape(String),
    /// One of ntfy's own paths.
    #[error("{0:?} is a path of ntfy's own: choose another topic")]
    Reserved(String),
    /// UnifiedPush's.
    #[error("{0:?} begins with \"up\", which ntfy keeps for UnifiedPush: choose another topic")]
    UnifiedPush(String),
}

impl Topic {
    /// The topic as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Topic {
    type Err = InvalidTopic;

    fn from_str(text: &str) -> Result<Self, InvalidTopic> {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if text.is_empty() || text.len() > MAX_LEN || !text.chars().all(is_safe) {
            Err(InvalidTopic::Shape(text.chars().take(MAX_LEN).collect()))
        } else if RESERVED.contains(&text) {
            Err(InvalidTopic::Reserved(text.to_owned()))
        } else if text.starts_with("up") {
            Err(InvalidTopic::UnifiedPush(text.to_owned()))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl TryFrom<String> for Topic {
    type Error = InvalidTopic;

    fn try_from(text: String) -> Result<Self, InvalidTopic> {
        text.parse()
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_has_ntfys_shape() {
        for good in ["alerts-x7f3k9q2", "A_b-1", &"a".repeat(64)] {
            assert_eq!(good.parse::<Topic>().unwrap().as_str(), good);
        }
        for bad in ["", "a.b", "a/b", "a b", "../x", "é", "a\n", &"a".repeat(65)] {
            assert!(matches!(bad.parse::<Topic>(), Err(InvalidTopic::Shape(_))), "{bad}");
        }
        assert!(matches!("v1".parse::<Topic>(), Err(InvalidTopic::Reserved(_))));
        assert!(matches!("upXYZ".parse::<Topic>(), Err(InvalidTopic::UnifiedPush(_))));
    }
}

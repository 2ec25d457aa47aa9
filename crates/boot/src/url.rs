//! Where scripts send machines: addresses that were checked once, so that every script made of them is sound.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// `http://HOST[:PORT][/PATH]` or `https://…`, without query, fragment, user or closing slash, of plain characters only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl(String);

/// Why a string is no [`BaseUrl`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} can't stand in a boot script: {reason}; expected http://HOST[:PORT][/PATH] or https://…")]
pub struct InvalidUrl {
    url: String,
    reason: &'static str,
}

const MAX_LEN: usize = 300;

impl BaseUrl {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let invalid = |reason| InvalidUrl { url: text.chars().take(MAX_LEN).collect(), reason };
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        let rest = rest.ok_or_else(|| invalid("it begins with neither http:// nor https://"))?;
        if text.len() > MAX_LEN {
            return Err(invalid("it is longer than 300 characters"));
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[') {
            return Err(invalid("it names no host"));
        }
        if !rest.chars().all(|c| c.is_ascii_alphanumeric() || ".:-_~/%[]".contains(c)) {
            return Err(invalid("it has a character that is not plain"));
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = InvalidUrl;

    fn try_from(text: String) -> Result<Self, InvalidUrl> {
        text.parse()
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> Self {
        url.0
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_addresses_are_taken() {
        for (text, kept) in [
            ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
            ("https://[fd00::1]:8443/", "https://[fd00::1]:8443"),
            ("http://mirror.lan/9-stream/BaseOS/x86_64/os/", "http://mirror.lan/9-stream/BaseOS/x86_64/os"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().unwrap().as_str(), kept);
        }
    }

    #[test]
    fn what_could_break_a_script_is_refused() {
        for bad in [
            "",
            "ftp://x",
            "http://",
            "http:///x",
            "http://a b",
            "http://a/${x}",
            "http://u@h",
            "http://a?b",
            "http://a\nb",
        ] {
            assert!(bad.parse::<BaseUrl>().is_err(), "{bad:?}");
        }
        assert!(format!("http://{}", "a".repeat(400)).parse::<BaseUrl>().is_err());
    }
}

//! Where a provider is.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use serde::{Deserialize, Serialize};

/// `http://HOST[:PORT]` or `https://HOST[:PORT]`, and nothing more: ntfy lives at the root, and a password belongs into a
/// secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderUrl(Url);

/// Why a string is no [`ProviderUrl`]. It does not repeat the string, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("that is no provider's address: {0}; expected https://HOST[:PORT]")]
pub struct InvalidProviderUrl(String);

impl ProviderUrl {
    /// The address, ending in `/`.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// Whether what is sent there can be read on the way.
    #[must_use]
    pub fn is_in_the_clear(&self) -> bool {
        let is_this_machine = match self.0.host_str() {
            Some("localhost" | "[::1]") => true,
            Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()),
            None => false,
        };
        self.0.scheme() == "http" && !is_this_machine
    }

    /// `HOST[:PORT]`.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

impl FromStr for ProviderUrl {
    type Err = InvalidProviderUrl;

    fn from_str(text: &str) -> Result<Self, InvalidProviderUrl> {
        let wrong = |reason: &str| InvalidProviderUrl(reason.to_owned());
        if text.len() > 500 {
            return Err(wrong("it is too long"));
        }
        let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("it is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user or a password, which belongs into a secret"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(wrong("it has no host"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it has more than a host and a port (the topic belongs to the subscription)"));
        }
        Ok(Self(url))
    }
}

impl TryFrom<String> for ProviderUrl {
    type Error = InvalidProviderUrl;

    fn try_from(text: String) -> Result<Self, InvalidProviderUrl> {
        text.parse()
    }
}

impl From<ProviderUrl> for String {
    fn from(url: ProviderUrl) -> Self {
        url.to_string()
    }
}

impl fmt::Display for ProviderUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for good in ["https://ntfy.example.org", "http://10.99.0.1:2586", "http://[::1]:80/"] {
            let url: ProviderUrl = good.parse().unwrap();
            assert_eq!(url.to_string().parse::<ProviderUrl>().unwrap(), url);
        }
        for (bad, names) in [
            ("ntfy.example.org", "relative"),
            ("ftp://x", "neither"),
            ("https://u:hunter2@x", "secret"),
            ("https://x/topic", "topic"),
            ("https://x/?auth=hunter2", "more than"),
            ("https://x/#y", "more than"),
            ("https://", "host"),
        ] {
            let error = bad.parse::<ProviderUrl>().unwrap_err().to_string();
            assert!(error.contains(names) && !error.contains("hunter2"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_token_may_go_in_the_clear_only_on_this_machine() {
        for (url, clear) in [
            ("http://127.0.0.1:2586", false),
            ("http://localhost", false),
            ("http://[::1]:1", false),
            ("http://10.99.0.1", true),
            ("https://10.99.0.1", false),
        ] {
            assert_eq!(url.parse::<ProviderUrl>().unwrap().is_in_the_clear(), clear, "{url}");
        }
    }
}

//! The words that a wish is made of. Each is of a narrow alphabet, because it goes into configurations of others: there is no
//! newline, comma, quote, `#`, `$` or blank in any of them. Their lengths leave room for the mark around them: a description
//! has 255 characters at most.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not the word that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: expected {expected}")]
pub struct InvalidWord {
    text: String,
    what: &'static str,
    expected: &'static str,
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident: $what:literal, $expected:literal, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
            type Err = InvalidWord;

            fn from_str(text: &str) -> Result<Self, InvalidWord> {
                let parse: fn(&str) -> Option<String> = $parse;
                let invalid = || InvalidWord {
                    text: text.chars().take(64).collect(),
                    what: $what,
                    expected: $expected,
                };
                parse(text).map(Self).ok_or_else(invalid)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidWord;

            fn try_from(text: String) -> Result<Self, InvalidWord> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

word! {
    /// An interface of the gateway: its key (`lan`, `opt1`) or, on a plain dnsmasq, its device (`vlan0.10`).
    InterfaceKey: "interface",
    "its key such as lan or opt1: letters, digits, dots, dashes and underscores, 32 at most",
    |text| {
        let first = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let all = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        (first && all && text.len() <= 32).then(|| text.to_owned())
    }
}

word! {
    /// One label of a DNS name, in lower case: the name of a machine, of a balanced port, of a cluster.
    Label: "name",
    "letters, digits and dashes, 63 at most, no dash first or last",
    |text| is_label(text).then(|| text.to_ascii_lowercase())
}

word! {
    /// A class of firmwares: it becomes part of a tag's name, where there may be no dash.
    ClassName: "class of firmwares",
    "small letters and digits, 24 at most, such as efi64",
    |text| {
        let all = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        (all && (1..=24).contains(&text.len())).then(|| text.to_owned())
    }
}

word! {
    /// A domain, in lower case, without a dot at its end.
    DomainName: "domain",
    "labels with dots between them, such as lab.example, 150 characters at most",
    |text| (is_domain(text) && text.len() <= 150).then(|| text.to_ascii_lowercase())
}

word! {
    /// The whole name of a DNS record, in lower case: `api.okd.example.lan`, or `*.apps.okd.example.lan` for every name below.
    RecordName: "name for a record",
    "a whole name such as api.okd.example.lan, or *.apps.okd.example.lan for all below, 220 characters at most",
    |text| {
        let named = text.strip_prefix("*.").unwrap_or(text);
        let host = text.len() > named.len() || named.contains('.');
        (host && is_domain(named) && text.len() <= 220).then(|| text.to_ascii_lowercase())
    }
}

word! {
    /// A file that TFTP hands out. DHCP's header has room for 127 characters of it.
    FileName: "file for TFTP",
    "a name such as ipxe/snponly.efi: letters, digits, dots, dashes, underscores and single slashes, 127 at most",
    |text| {
        let part = |part: &str| {
            let all = part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
            all && !part.is_empty() && part != "." && part != ".."
        };
        (text.split('/').all(part) && text.len() <= 127).then(|| text.to_owned())
    }
}

word! {
    /// Where something is fetched by HTTP. DHCP's header has room for 127 characters of it.
    Url: "URL",
    "http://HOST[:PORT]/PATH without user, quotes, commas and fragments, 127 characters at most",
    |text| is_url(text).then(|| text.to_owned())
}

word! {
    /// What a health check asks for.
    UrlPath: "path",
    "a slash, then letters, digits and any of ._~/?=&- such as /readyz",
    |text| is_path(text).then(|| text.to_owned())
}

fn is_label(text: &str) -> bool {
    let all = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    all && (1..=63).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_domain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_path(text: &str) -> bool {
    let all = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~/?=&-".contains(&b));
    all && text.starts_with('/') && text.len() <= 255
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let Some((authority, path)) = rest.and_then(|rest| rest.split_at_checked(rest.find('/')?)) else {
        return false;
    };
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    let host_is_one = host.parse::<Ipv4Addr>().is_ok() || is_domain(host);
    let port_is_one =
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse().is_ok_and(|port: u16| port > 0);
    host_is_one && port_is_one && is_path(path) && text.len() <= 127
}

impl RecordName {
    /// A machine's or service's name in a domain.
    ///
    /// # Errors
    /// When both together are too long.
    pub fn within(host: &str, domain: &DomainName) -> Result<Self, InvalidWord> {
        format!("{host}.{domain}").parse()
    }

    /// Its first label: `*` where it stands for every name below its domain.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.split_once('.').map_or(&self.0, |(host, _)| host)
    }

    /// All but its first label.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, domain)| domain)
    }

    /// Whether it stands for every name below its domain.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.host() == "*"
    }

    /// Whether a wildcard above it answers in its stead: nothing else lives under a wildcard's domain, itself included.
    #[must_use]
    pub fn is_hidden_by(&self, wildcard: &Self) -> bool {
        wildcard.is_wildcard() && !self.is_wildcard() && is_within(&self.0, wildcard.domain())
    }
}

/// Whether a name is a domain or stands below it.
#[must_use]
pub(crate) fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

#[cfg(test)]
mod tests;

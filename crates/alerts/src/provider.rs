//! Providers: an ntfy server, with the name of the secret that opens it.

mod url;

use inventory::{Id, Timestamp};
use secrets::Name;
use serde::{Deserialize, Serialize};

pub use self::url::{InvalidProviderUrl, ProviderUrl};

/// What kind of service a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// An ntfy server.
    Ntfy,
}

/// A provider that is about to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProvider {
    /// What to call it.
    pub name: Id,
    /// What it is.
    pub kind: ProviderKind,
    /// Where it is.
    pub url: ProviderUrl,
    /// The secret that holds its access token.
    #[serde(default)]
    pub token_secret: Option<Name>,
}

/// A provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// What it is called.
    pub name: Id,
    /// What it is.
    pub kind: ProviderKind,
    /// Where it is.
    pub url: ProviderUrl,
    /// The secret that holds its access token.
    pub token_secret: Option<Name>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Why nothing can be sent through it as it is set up.
    pub trouble: Option<Trouble>,
}

/// Something is set up wrongly: it does not go away by trying again, but it is tried again now and then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What.
    pub reason: String,
    /// Since when.
    pub since_at: Timestamp,
    /// When it is tried again.
    pub probe_at: Timestamp,
}

impl Provider {
    /// What an operator should know of it, though it works.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let is_open = self.token_secret.is_some() && self.url.is_in_the_clear();
        is_open.then(|| {
            format!(
                "the token of {} goes to {} in the clear: whoever is on the way reads it; use https",
                self.name, self.url
            )
        })
    }
}

impl ProviderKind {
    /// As it is written in the database, in JSON and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ntfy => "ntfy",
        }
    }
}

impl std::str::FromStr for ProviderKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ntfy" => Ok(Self::Ntfy),
            _ => Err(format!("there is no kind of provider called {text:?}: expected ntfy")),
        }
    }
}

impl std::fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

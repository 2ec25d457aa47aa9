//! What a node is in its cluster.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a node is in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Helps the control plane up, and is a worker or nothing after that.
    Bootstrap,
    /// Keeps the cluster.
    ControlPlane,
    /// Takes its work.
    Worker,
}

/// A name that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role: expected bootstrap, control-plane or worker")]
pub struct UnknownRole(pub String);

impl Role {
    /// All of them, in the order of an installation.
    pub const ALL: [Self; 3] = [Self::Bootstrap, Self::ControlPlane, Self::Worker];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bootstrap => "bootstrap",
            Self::ControlPlane => "control-plane",
            Self::Worker => "worker",
        }
    }

    /// The file that `openshift-install create ignition-configs` writes for it.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Bootstrap => "bootstrap.ign",
            Self::ControlPlane => "master.ign",
            Self::Worker => "worker.ign",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let named = Self::ALL.into_iter().find(|role| role.as_str() == text);
        named.ok_or_else(|| UnknownRole(text.chars().take(32).collect()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

//! A gateway as it was added: what it is, and where. It names its secret and never holds it.

use std::fmt;
use std::path::PathBuf;

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::name::GatewayName;
use crate::opnsense::Trust;
use crate::record::ApplyState;

/// A gateway that is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// What it is called.
    pub name: GatewayName,
    /// What it is, and where.
    pub adapter: AdapterKind,
}

/// What a gateway is, and where. Part of the stable JSON, and kept so in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AdapterKind {
    /// An OPNsense, by its API.
    #[serde(rename = "opnsense")]
    OpnSense {
        /// `https://192.168.1.1`.
        url: String,
        /// Whose certificate is trusted.
        trust: Trust,
        /// The secret that holds key and secret of the API.
        credential: secrets::Name,
    },
    /// A dnsmasq on the server's own machine, by a file of its configuration.
    Dnsmasq {
        /// The file, `/etc/dnsmasq.d/muster.conf`: Muster's own, whole.
        file: PathBuf,
        /// How dnsmasq is made to read it.
        reload: Reload,
    },
}

/// In one line, for the trail of events: everything that decides to whom the key is sent.
impl fmt::Display for AdapterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpnSense { url, trust, credential } => {
                let trust = match trust {
                    Trust::Public => "a public authority's certificate".to_owned(),
                    Trust::Ca(_) => "the certificate of an authority of its own".to_owned(),
                    Trust::Pin(pin) => format!("the certificate {pin}"),
                };
                write!(f, "{url} with {trust} and the secret {credential}")
            }
            Self::Dnsmasq { file, reload } => {
                let reload = match reload {
                    Reload::Systemd => "by systemd",
                    Reload::Command => "by the server's own command",
                    Reload::ByHand => "by hand",
                };
                write!(f, "{}, restarted {reload}", file.display())
            }
        }
    }
}

/// How dnsmasq is made to read its files anew. What is run is fixed on the server, and never comes from a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reload {
    /// `systemctl restart dnsmasq.service`.
    Systemd,
    /// The command of the server's own settings.
    Command,
    /// Not at all: the operator restarts it.
    ByHand,
}

/// A gateway as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// What it is called.
    pub name: GatewayName,
    /// What it is, and where.
    pub adapter: AdapterKind,
    /// When it was added.
    pub added_at: Timestamp,
    /// The parts of its wish.
    pub parts: Vec<String>,
    /// Whether something is wanted that was not applied yet.
    pub unapplied: bool,
    /// The last plan that was applied, and how that ended.
    pub last_apply: Option<LastApply>,
    /// When it was last read by the sweep.
    pub checked_at: Option<Timestamp>,
    /// Since when it differs from what was applied.
    pub drift_since: Option<Timestamp>,
    /// Since when it can't be read.
    pub unreachable_since: Option<Timestamp>,
    /// Why.
    pub unreachable_why: Option<String>,
}

/// The last plan that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastApply {
    /// Its id.
    pub id: Id,
    /// How it ended.
    pub state: ApplyState,
    /// When it began.
    pub started_at: Timestamp,
}

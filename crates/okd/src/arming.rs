//! The word of an operator that one host may be installed, once.
//!
//! ```text
//!  plan ── digest ─▶ arm ─▶ a generation stands ─┬─▶ judge (pure): is that the machine, is it in time ─▶ script, documents
//!                           (one transaction      ├─▶ consume: the node's document goes out, once; the host is being installed
//!                            for all its hosts)   └─▶ disarm, expiry, an end: the receipt stays
//! ```
//!
//! What is handed out is handed out by an arming that stands, is in time, was not used, and fits the machine that asks; and it
//! is used in the transaction before: two who ask at once are not both answered, and a server that dies in between has
//! answered nobody.

mod bios;
mod explain;
#[cfg(test)]
pub(crate) mod fixture;
mod judge;
mod life;
mod own;
mod plan;
mod refusals;

mod installs;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use boot::install::{Install, InvalidArgument};
use boot::site::CoreOs;
use gateway::wish::{DomainName, Label};
use inventory::{Id, MacAddr, Timestamp};
use serde::{Deserialize, Serialize};

use crate::disk::Target;
use crate::network::{self, NodeNetwork};
use crate::role::Role;

pub use explain::Explained;
pub use installs::{Installs, Order, Released};
pub use judge::{Asked, TurnedAway, Unfit, document, script};
pub(crate) use life::back;
pub use life::consume;
pub use plan::{ArmPlan, Occasion, Plan};
pub use refusals::{Refusals, Wanted};

/// How long an arming stands where nobody says otherwise: a room is switched on in that time.
pub const USUAL_LIFE: Duration = Duration::from_secs(2 * 3600);
/// The longest: what is armed for longer than a night's work was forgotten.
pub const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);
/// The shortest in which a machine comes through its firmware and its installer.
pub const SHORTEST_LIFE: Duration = Duration::from_secs(5 * 60);
/// A clock may be set back by this and nothing is said of it.
pub(crate) const CLOCK_STEP: Duration = Duration::from_secs(5 * 60);

/// One generation: all that the installation of one host is made of, as it was shown when it was armed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arming {
    /// The host.
    pub host: Id,
    /// Which of its installations, from 1.
    pub generation: i64,
    /// The cluster.
    pub cluster: Label,
    /// The domain that the cluster's name is in.
    pub domain: DomainName,
    /// What it is there.
    pub role: Role,
    /// What it is called there.
    pub hostname: Label,
    /// By what the machine must be known, as the inventory has it.
    pub machine: Marks,
    /// The disk that is written.
    pub target: Target,
    /// Its network.
    pub network: Option<NodeNetwork>,
    /// What it boots to be installed.
    pub image: CoreOs,
    /// When it was armed.
    pub armed_at: Timestamp,
    /// Who did it.
    pub armed_by: String,
    /// From when on it counts no more.
    pub expires_at: Timestamp,
    /// When the node's document was handed out: from then on it is used.
    pub consumed_at: Option<Timestamp>,
    /// When it ended, and how.
    pub ended: Option<Ended>,
}

/// By what a machine is known to be the one that was armed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Its cards.
    pub macs: Vec<MacAddr>,
    /// Its system UUID, where it is worth something.
    pub uuid: Option<String>,
    /// Its system serial number, where it is worth something.
    pub serial: Option<String>,
}

/// How an arming ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// How.
    pub outcome: Outcome,
}

/// How an arming ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The installed system's agent spoke.
    Installed,
    /// The installation failed.
    Failed,
    /// An operator took it back.
    Disarmed,
    /// Its time ran out before it was used.
    Expired,
    /// The machine is not the one that was armed, or its disk is not.
    Mismatched,
}

/// A name in the database that this build does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no way for an arming to end")]
pub struct UnknownOutcome(String);

impl Arming {
    /// What becomes of the machine, as a sentence goes on.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { role, hostname, generation, .. } = self;
        format!("{role} node {hostname} of {}, generation {generation}", self.cluster_domain())
    }

    /// What the script is made of by which the machine is installed, when it boots from this card.
    ///
    /// # Errors
    /// [`InvalidArgument`]: a disk or a network that the kernel's command line can't carry.
    pub fn install(&self, boot: MacAddr) -> Result<Install, InvalidArgument> {
        Ok(Install {
            generation: self.generation,
            coreos: self.image.clone(),
            disk: self.target.by_id.parse()?,
            network: network::arguments(self.network.as_ref(), boot, &self.fqdn())?,
            speaks_from: network::speaks_from(self.network.as_ref(), boot),
            words: self.words(),
        })
    }

    /// Whether that is one of the node's fixed addresses: its live system has all of them, and its routes say from which it asks.
    #[must_use]
    pub fn has_address(&self, address: std::net::IpAddr) -> bool {
        self.network.iter().flat_map(NodeNetwork::fixed).any(|its| its == address)
    }

    /// The cluster's own domain.
    #[must_use]
    pub fn cluster_domain(&self) -> String {
        format!("{}.{}", self.cluster, self.domain)
    }

    /// The node's whole name.
    #[must_use]
    pub fn fqdn(&self) -> String {
        format!("{}.{}", self.hostname, self.cluster_domain())
    }
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Installed, Self::Failed, Self::Disarmed, Self::Expired, Self::Mismatched];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Failed => "failed",
            Self::Disarmed => "disarmed",
            Self::Expired => "expired",
            Self::Mismatched => "mismatched",
        }
    }
}

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        let known = Self::ALL.into_iter().find(|outcome| outcome.as_str() == text);
        known.ok_or_else(|| UnknownOutcome(text.chars().take(32).collect()))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

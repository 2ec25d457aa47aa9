//! The word of an operator that one host may be installed, once.

use boot::site::CoreOs;
use gateway::wish::{DomainName, Label};
use inventory::{Id, MacAddr, Timestamp};
use serde::{Deserialize, Serialize};

use crate::disk::Target;
use crate::network::NodeNetwork;
use crate::role::Role;

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

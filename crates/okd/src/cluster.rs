//! A cluster, as the operator's installer made it: its configs, which are secrets as a whole, what its nodes boot, and where
//! it is reached.
//!
//! ```text
//!  bootstrap.ign, master.ign, worker.ign, metadata.json ─▶ folder (pure: are they of one run, for this cluster?)
//!      each ─▶ ignition (by its own edition) ─▶ certificate (every one in it) ─▶ validity (until when for which role)
//!  Clusters ─▶ sealed, in the database ─▶ a node's document; nothing else opens them
//! ```

mod certificate;
mod data_url;
mod folder;
mod handle;
mod ignition;
mod image;
mod pointer;
mod taking;
mod validity;

use std::net::Ipv4Addr;

use boot::site::CoreOs;
use gateway::GatewayName;
use gateway::wish::{DomainName, InterfaceKey, Label};
use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::role::Role;

pub use folder::{Checked, Folder, METADATA_FILE, check};
pub use handle::Clusters;
pub use image::{Files, compose};
pub use taking::New;
pub use validity::{GOOD_FOR, begin_by, in_time};

/// A cluster. Never with a config in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// What it is called: the first label of its domain.
    pub name: Label,
    /// The domain that its name is in.
    pub domain: DomainName,
    /// What the installer calls it: `okd1-x7k2p`.
    pub infra_id: String,
    /// What the cluster calls itself, a UUID.
    pub cluster_id: String,
    /// The edition of Ignition's specification that its configs are of.
    pub spec: String,
    /// What its nodes boot to be installed; absent until one is chosen.
    pub image: Option<CoreOs>,
    /// Where it is reached, where a gateway of ours is to see to that.
    pub front: Option<Front>,
    /// Its configs; none after they were wiped.
    pub configs: Vec<Config>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its configs were wiped.
    pub wiped_at: Option<Timestamp>,
}

/// One of its nodes, as far as a list of them goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The host.
    pub host: Id,
    /// What it is called here.
    pub name: String,
    /// What it is called there.
    pub hostname: Label,
    /// What it is there.
    pub role: Role,
    /// Where it stands.
    pub state: hosts::State,
}

impl Cluster {
    /// What is known of a role's config; none after they were wiped.
    #[must_use]
    pub fn config(&self, role: Role) -> Option<&Config> {
        self.configs.iter().find(|config| config.role == role)
    }

    /// The domain that its nodes' names are in.
    #[must_use]
    pub fn domain(&self) -> String {
        format!("{}.{}", self.name, self.domain)
    }
}

/// What is known of one role's config, without what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Whose.
    pub role: Role,
    /// How long it is.
    pub size_bytes: u64,
    /// The time of the certificates in it.
    pub validity: Validity,
}

/// The time of the certificates in a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// The earliest start of one that is for a day only (or, where there is none such, of the authority that the nodes believe):
    /// the hour at which the configs were made.
    pub from: Timestamp,
    /// The earliest end of an authority that the role depends on.
    pub until: Timestamp,
}

/// Where a cluster is reached, and by which gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Front {
    /// The gateway that is to do it.
    pub gateway: GatewayName,
    /// Where its API is balanced: an address that the gateway owns.
    pub api: Ipv4Addr,
    /// Where its ingress is balanced; absent: at the API's address.
    #[serde(default)]
    pub ingress: Option<Ipv4Addr>,
    /// The interfaces whose machines may reach it.
    pub inside: Vec<InterfaceKey>,
    /// API and ingress may be reached by everybody.
    #[serde(default)]
    pub everybody: bool,
}

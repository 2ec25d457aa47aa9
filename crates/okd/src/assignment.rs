//! What an operator wants a host to be.

use std::net::Ipv4Addr;

use gateway::wish::Label;
use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::network::NodeNetwork;
use crate::role::Role;

/// A host's part in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The host.
    pub host: Id,
    /// The cluster.
    pub cluster: Label,
    /// What it is there.
    pub role: Role,
    /// What it is called there, without the cluster's domain.
    pub hostname: Label,
    /// The address that the gateway keeps for it, where its network is by DHCP.
    pub address: Option<Ipv4Addr>,
    /// The disk that is to be written, as the operator described it: parsed by [`crate::disk`].
    pub disk: String,
    /// Its network, where it is not simply DHCP on the card that it boots from.
    pub network: Option<NodeNetwork>,
    /// The serial number (or WWN) of the disk whose data may be lost, as the operator typed it.
    pub wipe: Option<String>,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

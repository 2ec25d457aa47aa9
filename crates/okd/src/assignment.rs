//! What an operator wants a host to be.

mod put;

use std::net::Ipv4Addr;
use std::sync::Arc;

use ::store::{Store, StoreError, Tx};
use gateway::wish::Label;
use inventory::{Clock, Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::disk::{Selector, Target};
use crate::error::OkdError;
use crate::network::NodeNetwork;
use crate::role::Role;
use crate::store::assignment;

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
    /// The disk that is to be written, as the operator described it: a [`Selector`].
    pub disk: String,
    /// The disk that was found by that when the role was given: another one found later is refused.
    pub target: Target,
    /// Its network, where it is not simply DHCP on the card that it boots from.
    pub network: Option<NodeNetwork>,
    /// The serial number (or WWN) of the disk whose data may be lost, as the operator typed it.
    pub wipe: Option<String>,
    /// Rules whose refusal the operator takes upon himself: of those in [`crate::validation::ACCEPTABLE`].
    pub accepted: Vec<String>,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// The host.
    pub host: Id,
    /// The cluster.
    pub cluster: Label,
    /// What it is to be there.
    pub role: Role,
    /// What it is to be called there.
    pub hostname: Label,
    /// The address that the gateway keeps for it.
    pub address: Option<Ipv4Addr>,
    /// The disk that is to be written.
    pub disk: Selector,
    /// The disk that this finds.
    pub target: Target,
    /// The serial number (or WWN) of the disk whose data may be lost.
    pub wipe: Option<String>,
    /// Rules whose refusal the operator takes upon himself.
    pub accepted: Vec<String>,
}

impl New {
    /// As it would stand there, for whoever looks at it before it does: beside what stands there `now`.
    #[must_use]
    pub fn beside(&self, now: Option<&Assignment>, at: Timestamp) -> Assignment {
        Assignment {
            host: self.host.clone(),
            cluster: self.cluster.clone(),
            role: self.role,
            hostname: self.hostname.clone(),
            address: self.address,
            disk: self.disk.to_string(),
            target: self.target.clone(),
            network: now.and_then(|now| now.network.clone()),
            wipe: self.wipe.clone(),
            accepted: self.accepted.clone(),
            version: now.map_or(1, |now| now.version + 1),
            changed_at: at,
        }
    }
}

/// The hosts' parts in clusters; cheap to clone.
#[derive(Clone)]
pub struct Assignments {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Assignments {
    /// Those of this database.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Gives a host its role, or another one. Its network stays as it is.
    ///
    /// # Errors
    /// [`OkdError::NoHost`], [`OkdError::NoCluster`], [`OkdError::NameTaken`]; [`OkdError::State`] for a host that can't be given
    /// a role now.
    pub async fn put(&self, new: New, actor: &str) -> Result<Assignment, OkdError> {
        let (actor, now) = (actor.to_owned(), self.clock.now());
        self.store.write(move |tx| Box::pin(async move { put::put(tx, &new, &actor, now).await })).await
    }

    /// Sets a host's network; `None` for DHCP on the card that it boots from. It counts for the next arming.
    ///
    /// # Errors
    /// [`OkdError::NoHost`], [`OkdError::NoRole`].
    pub async fn set_network(
        &self,
        host: &Id,
        network: Option<NodeNetwork>,
        actor: &str,
    ) -> Result<Assignment, OkdError> {
        let (host, actor, now) = (host.clone(), actor.to_owned(), self.clock.now());
        self.store
            .write(move |tx| Box::pin(async move { put::set_network(tx, &host, network, &actor, now).await }))
            .await
    }

    /// What a host is to be; `None` for one without a role.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, host: &Id) -> Result<Option<Assignment>, StoreError> {
        assignment::get(self.store.readers(), host).await
    }

    /// Those of a cluster, by role and name.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_cluster(&self, cluster: &Label) -> Result<Vec<Assignment>, StoreError> {
        assignment::of_cluster(self.store.readers(), cluster).await
    }
}

/// Takes a host's role away, in the transaction in which its host gives it up. Answers what it was.
///
/// # Errors
/// The database's.
pub async fn release(tx: &mut Tx, host: &Id) -> Result<Option<Assignment>, StoreError> {
    assignment::remove(tx, host).await
}

#[cfg(test)]
mod tests;

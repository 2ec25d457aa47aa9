//! What is known of a host, read in one go.

use hosts::{DriveWord, HostFacts, Inventory};
use inventory::{Id, Sample, Timestamp};
use sqlx::SqlitePool;

use super::Candidate;
use crate::assignment::Assignment;
use crate::cluster::Cluster;
use crate::error::OkdError;

/// What the rules look at of a host itself.
#[derive(Debug, Clone)]
pub struct Known {
    /// The host.
    pub host: HostFacts,
    /// What it is made of; nothing before its first report.
    pub inventory: Inventory,
    /// How it did when it was last heard.
    pub sample: Option<Sample>,
    /// What each of its drives last said of its health.
    pub drives: Vec<DriveWord>,
}

impl Known {
    /// Reads it.
    ///
    /// # Errors
    /// [`OkdError::NoHost`], or the database's.
    pub async fn of(readers: &SqlitePool, id: &Id) -> Result<Self, OkdError> {
        let host = hosts::facts(readers, id).await?.ok_or_else(|| OkdError::NoHost(id.clone()))?;
        let stored = hosts::inventory(readers, id, None).await?;
        Ok(Self {
            host,
            inventory: stored.map(|stored| stored.inventory).unwrap_or_default(),
            sample: hosts::sample(readers, id).await?,
            drives: hosts::drives(readers, id).await?,
        })
    }

    /// All that the rules look at. `others` are the assignments of the cluster, `incidents` the titles of the critical ones that
    /// are open on the host and do not come from its installation.
    #[must_use]
    pub fn candidate<'a>(
        &'a self,
        assignment: &'a Assignment,
        cluster: &'a Cluster,
        others: &'a [Assignment],
        incidents: &'a [String],
        now: Timestamp,
    ) -> Candidate<'a> {
        let Self { host, inventory, sample, drives } = self;
        Candidate {
            host,
            inventory,
            sample: sample.as_ref(),
            drives,
            assignment,
            cluster,
            others,
            incidents,
            now,
        }
    }
}

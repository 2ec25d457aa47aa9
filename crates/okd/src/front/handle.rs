//! The handle that keeps each cluster's part of its gateway's wish as its roles are.

use ::store::Store;
use gateway::wish::Label;
use gateway::{GatewayError, Gateways, Wish};

use super::standing::unapplied;
use super::{Entry, List, Member, Standing, Wanted, wanted};
use crate::assignment::Assignments;
use crate::cluster::{Cluster, Clusters};
use crate::error::OkdError;
use crate::network::cards;

/// The fronts of all clusters; cheap to clone.
#[derive(Clone)]
pub struct Fronts {
    store: Store,
    clusters: Clusters,
    assignments: Assignments,
    gateways: Gateways,
}

/// Who changes wishes when nobody asked for it just now.
const SELF: &str = "server";

impl Fronts {
    /// Those of these clusters, at these gateways.
    #[must_use]
    pub fn new(store: Store, clusters: Clusters, assignments: Assignments, gateways: Gateways) -> Self {
        Self { store, clusters, assignments, gateways }
    }

    /// What a cluster's wish is called among the parts of its gateway's.
    #[must_use]
    pub fn part(cluster: &Label) -> String {
        format!("cluster/{cluster}")
    }

    /// Makes a cluster's part anew, wherever it is to be, and takes it off where it is not. Nothing is applied.
    ///
    /// What keeps a gateway from it (it is gone; another part wants the same address) is no error of the one who gave a role: it
    /// is told in the standing.
    ///
    /// # Errors
    /// The database's.
    pub async fn refresh(&self, cluster: &Label, actor: &str) -> Result<Standing, OkdError> {
        let found = match self.clusters.get(cluster).await {
            Err(OkdError::NoCluster(_)) => None,
            found => Some(found?),
        };
        let part = Self::part(cluster);
        let front = found.as_ref().and_then(|cluster| cluster.front.as_ref());
        for listed in self.gateways.list().await? {
            if listed.parts.contains(&part) && front.is_none_or(|front| front.gateway != listed.name) {
                self.gateways.set_wish(&listed.name, &part, None, actor).await?;
            }
        }
        let Some(found) = found else { return Ok(Standing::default()) };
        let Some(Made { gateway, wanted, stands }) = self.made(&found).await? else {
            return Ok(Standing::default());
        };
        let problem = match stands {
            Err(problem) => Some(problem),
            Ok(Some(stands)) if stands == wanted.wish => None,
            Ok(_) => refused(
                self.gateways.set_wish(&gateway, &part, Some(wanted.wish.clone()), actor).await.err(),
            )?,
        };
        self.stands(&found, gateway, wanted, problem).await
    }

    /// Does the same for all clusters, where something of a machine changed that nobody told us of. What it can't do for one
    /// keeps it from no other.
    ///
    /// # Errors
    /// The database's.
    pub async fn refresh_all(&self) -> Result<(), OkdError> {
        for cluster in self.clusters.list().await? {
            if let Err(error) = self.refresh(&cluster.name, SELF).await {
                tracing::error!(cluster = %cluster.name, %error, "a cluster's wish for its gateway could not be made");
            }
        }
        Ok(())
    }

    /// How a cluster's front stands. Nothing is changed, and no gateway is asked.
    ///
    /// # Errors
    /// [`OkdError::NoCluster`].
    pub async fn standing(&self, cluster: &Label) -> Result<Standing, OkdError> {
        let found = self.clusters.get(cluster).await?;
        match self.made(&found).await? {
            None => Ok(Standing::default()),
            Some(Made { gateway, wanted, stands }) => {
                self.stands(&found, gateway, wanted, stands.err()).await
            }
        }
    }

    /// What a cluster needs of its site, to be made by hand.
    ///
    /// # Errors
    /// [`OkdError::NoCluster`].
    pub async fn list(&self, cluster: &Label) -> Result<List, OkdError> {
        let found = self.clusters.get(cluster).await?;
        List::of(&found, &self.members(&found).await?)
    }

    async fn members(&self, cluster: &Cluster) -> Result<Vec<Member>, OkdError> {
        let mut members = Vec::new();
        for assignment in self.assignments.of_cluster(&cluster.name).await? {
            let inventory = hosts::inventory(self.store.readers(), &assignment.host, None).await?;
            let cards = inventory.map(|stored| cards(&stored.inventory)).unwrap_or_default();
            members.push(Member::new(&assignment, cards));
        }
        Ok(members)
    }

    /// What a cluster wants of its gateway, beside what its part says now; none for a cluster without a gateway.
    async fn made(&self, cluster: &Cluster) -> Result<Option<Made>, OkdError> {
        let Some(front) = &cluster.front else { return Ok(None) };
        let members = self.members(cluster).await?;
        let wanted = wanted(cluster, Entry::from(front), &members)
            .map_err(|error| OkdError::Network(error.to_string()))?;
        let stands = match self.gateways.parts(&front.gateway).await {
            Ok(mut parts) => Ok(parts.remove(&Self::part(&cluster.name))),
            Err(error) => Err(refused(Some(error))?.unwrap_or_default()),
        };
        Ok(Some(Made { gateway: front.gateway.clone(), wanted, stands }))
    }

    async fn stands(
        &self,
        cluster: &Cluster,
        gateway: gateway::GatewayName,
        wanted: Wanted,
        problem: Option<String>,
    ) -> Result<Standing, OkdError> {
        let applied = match self.gateways.applied(&gateway).await {
            Err(GatewayError::NoGateway(_)) => None,
            applied => applied?,
        };
        Ok(Standing {
            unapplied: unapplied(
                &cluster.name,
                &cluster.domain(),
                &wanted.wish,
                &applied.unwrap_or_default(),
            ),
            open: wanted.open,
            gateway: Some(gateway),
            problem,
        })
    }
}

struct Made {
    gateway: gateway::GatewayName,
    wanted: Wanted,
    /// What its part says, or why there is none.
    stands: Result<Option<Wish>, String>,
}

/// What the operator of a gateway must mend, in words. What the database refuses is an error.
fn refused(error: Option<GatewayError>) -> Result<Option<String>, OkdError> {
    match error {
        None => Ok(None),
        Some(error @ GatewayError::NoGateway(_)) => {
            Ok(Some(format!("{error}: name another one with muster cluster set --gateway, or add it")))
        }
        Some(error @ (GatewayError::Wish(_) | GatewayError::Part(_))) => {
            Ok(Some(format!("the gateway can't be told what the cluster wants: {error}")))
        }
        Some(error) => Err(error.into()),
    }
}

//! The handle: who arms, and takes back. What machines are answered is in [`machines`].

mod machines;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use ::store::{Store, StoreError};
use gateway::wish::Label;
use hosts::HostFacts;
use inventory::{Clock, Id};

use super::plan::{Draft, Facts, digest, draft};
use super::{Arming, LONGEST_LIFE, Occasion, Plan, Refusals, SHORTEST_LIFE, life};
use crate::assignment::{Assignment, Assignments};
use crate::cluster::{Cluster, Clusters};
use crate::error::OkdError;
use crate::store::arming as rows;
use crate::validation::{Known, Verdict};

/// Hosts that are armed in one call: more than a room has that is installed in a day.
const MOST_HOSTS: usize = 500;

/// Armings; cheap to clone.
#[derive(Clone)]
pub struct Installs {
    store: Store,
    clusters: Clusters,
    assignments: Assignments,
    clock: Arc<dyn Clock>,
    refusals: Arc<Refusals>,
}

/// What an operator wants to be armed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Which hosts.
    pub hosts: Vec<Id>,
    /// On which occasion.
    pub occasion: Occasion,
    /// The disk whose data may be lost, as the operator typed it now; what he typed with the role counts without it.
    pub wipe: Option<String>,
}

/// A host that gave its role up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// What it is called.
    pub name: String,
    /// By which generation one of its disks was written last, as far as we did that.
    pub wrote: Option<Arming>,
}

impl Installs {
    /// Those of this database.
    #[must_use]
    pub fn new(store: Store, clusters: Clusters, assignments: Assignments, clock: Arc<dyn Clock>) -> Self {
        Self { store, clusters, assignments, clock, refusals: Arc::default() }
    }

    /// What arming would do. `incidents` are the titles of the critical ones that are open on a host and do not come from its
    /// installation.
    ///
    /// # Errors
    /// [`OkdError::NoHost`], [`OkdError::TooMany`], or the database's.
    pub async fn plan(&self, order: &Order, incidents: &BTreeMap<Id, Vec<String>>) -> Result<Plan, OkdError> {
        let drafts = self.drafts(order, incidents).await?;
        let digest = digest(&drafts, order.occasion);
        Ok(Plan { hosts: drafts.into_iter().map(|draft| draft.plan).collect(), digest })
    }

    /// Arms what the plan with this digest showed: all of its hosts, in one transaction, or none.
    ///
    /// # Errors
    /// [`OkdError::PlanChanged`], [`OkdError::Refused`], [`OkdError::Life`]; [`OkdError::Changed`] where an assignment was changed
    /// meanwhile.
    pub async fn arm(
        &self,
        order: &Order,
        incidents: &BTreeMap<Id, Vec<String>>,
        digest_shown: &str,
        life: Duration,
        actor: &str,
    ) -> Result<Vec<Arming>, OkdError> {
        if !(SHORTEST_LIFE..=LONGEST_LIFE).contains(&life) {
            return Err(OkdError::Life);
        }
        let drafts = self.drafts(order, incidents).await?;
        if digest(&drafts, order.occasion) != digest_shown {
            return Err(OkdError::PlanChanged);
        }
        let now = self.clock.now();
        let mut armings = Vec::with_capacity(drafts.len());
        for Draft { plan, arming, version } in drafts {
            let Some(arming) = arming else {
                let refused = plan.findings.into_iter().filter(|finding| finding.verdict == Verdict::Refused);
                return Err(OkdError::Refused { host: plan.name, findings: refused.collect() });
            };
            let armed_by = actor.to_owned();
            armings.push((Arming { armed_at: now, armed_by, expires_at: now.plus(life), ..arming }, version));
        }
        let occasion = order.occasion;
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let mut armed = Vec::with_capacity(armings.len());
                    for (arming, version) in armings {
                        armed.push(life::arm(tx, arming, occasion, version, now).await?);
                    }
                    Ok(armed)
                })
            })
            .await
    }

    /// Takes back what stands and was not used.
    ///
    /// # Errors
    /// [`OkdError::NotArmed`]; [`OkdError::State`] where it was used already.
    pub async fn disarm(&self, host: &Id, actor: &str) -> Result<Arming, OkdError> {
        let (host, actor, now) = (host.clone(), actor.to_owned(), self.clock.now());
        self.store.write(move |tx| Box::pin(async move { life::disarm(tx, &host, &actor, now).await })).await
    }

    /// Takes a host's role back: it is ready for another one. Its disks stay as they are.
    ///
    /// # Errors
    /// [`OkdError::NoHost`]; [`OkdError::State`] for one without a role.
    pub async fn release(&self, host: &Id, actor: &str) -> Result<Released, OkdError> {
        let name = self.facts(host).await?.name;
        let (host, actor, now) = (host.clone(), actor.to_owned(), self.clock.now());
        let wrote = self
            .store
            .write(move |tx| Box::pin(async move { life::release(tx, &host, &actor, now).await }))
            .await?;
        Ok(Released { name, wrote })
    }

    /// What stands for a host.
    ///
    /// # Errors
    /// The database's.
    pub async fn standing(&self, host: &Id) -> Result<Option<Arming>, StoreError> {
        rows::standing(self.store.readers(), host).await
    }

    /// The last that there was, whether it stands or has ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn latest(&self, host: &Id) -> Result<Option<Arming>, StoreError> {
        rows::latest(self.store.readers(), host).await
    }

    pub(super) async fn drafts(
        &self,
        order: &Order,
        incidents: &BTreeMap<Id, Vec<String>>,
    ) -> Result<Vec<Draft>, OkdError> {
        if order.hosts.len() > MOST_HOSTS {
            return Err(OkdError::TooMany { limit: MOST_HOSTS });
        }
        let (readers, now) = (self.store.readers(), self.clock.now());
        let mut clusters: HashMap<Label, (Cluster, Vec<Assignment>)> = HashMap::new();
        let mut drafts: Vec<Draft> = Vec::with_capacity(order.hosts.len());
        for id in &order.hosts {
            if drafts.iter().any(|draft| draft.plan.host == *id) {
                continue;
            }
            let known = Known::of(readers, id).await?;
            let assignment = self.assignments.get(id).await?;
            let name = assignment.as_ref().map(|assignment| &assignment.cluster);
            if let Some(name) = name.filter(|name| !clusters.contains_key(name)) {
                let all = self.assignments.of_cluster(name).await?;
                clusters.insert(name.clone(), (self.clusters.get(name).await?, all));
            }
            let at_hand = assignment.as_ref().and_then(|assignment| clusters.get(&assignment.cluster));
            let facts = Facts {
                known: &known,
                cluster: at_hand.map(|(cluster, _)| cluster),
                others: at_hand.map_or(&[], |(_, others)| others),
                assignment,
                incidents: incidents.get(id).map_or(&[], Vec::as_slice),
                last: rows::last_used(readers, id).await?,
                typed: order.wipe.as_deref(),
                now,
            };
            drafts.push(draft(facts, order.occasion));
        }
        Ok(drafts)
    }

    async fn facts(&self, host: &Id) -> Result<HostFacts, OkdError> {
        hosts::facts(self.store.readers(), host).await?.ok_or_else(|| OkdError::NoHost(host.clone()))
    }
}

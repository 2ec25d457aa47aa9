//! The handle: who arms, who boots, and who fetches a document.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ::store::{Store, StoreError};
use boot::install::Install;
use gateway::wish::Label;
use hosts::{HostFacts, State};
use inventory::{Clock, Id, MacAddr};

use super::plan::{Draft, Facts, digest, draft};
use super::{
    Arming, Asked, LONGEST_LIFE, Occasion, Outcome, Plan, Refusals, SHORTEST_LIFE, Unfit, judge, life,
    refusals,
};
use crate::assignment::{Assignment, Assignments};
use crate::cluster::{Cluster, Clusters, in_time};
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

    /// Whether the machine that asks for its script is to be installed, and how; or why it boots its own disk. `None` where
    /// that is not for armings to say.
    ///
    /// # Errors
    /// The database's: nobody is installed then.
    pub async fn for_boot(
        &self,
        host: &HostFacts,
        asked: &Asked<'_>,
    ) -> Result<Option<Result<Install, String>>, OkdError> {
        match host.state {
            State::Armed => {
                let Some(arming) = rows::latest(self.store.readers(), &host.id).await? else {
                    return Ok(None);
                };
                self.install(&arming, host, asked).await.map(Some)
            }
            State::Assigned => {
                Ok(rows::latest(self.store.readers(), &host.id).await?.and_then(took_back).map(Err))
            }
            _ => Ok(None),
        }
    }

    async fn install(
        &self,
        arming: &Arming,
        host: &HostFacts,
        asked: &Asked<'_>,
    ) -> Result<Result<Install, String>, OkdError> {
        if let Err(unfit) = judge::script(arming, host, asked, self.clock.now()) {
            return Ok(Err(unfit.to_string()));
        }
        if let Err(unfit) = self.has_disk(arming).await? {
            return Ok(Err(unfit.to_string()));
        }
        if let Err(why) = self.has_config(arming).await? {
            return Ok(Err(why));
        }
        Ok(arming.install(asked.mac).map_err(|why| why.to_string()))
    }

    async fn has_disk(&self, arming: &Arming) -> Result<Result<(), Unfit>, OkdError> {
        let stored = hosts::inventory(self.store.readers(), &arming.host, None).await?;
        Ok(stored.map_or(Ok(()), |stored| judge::disk(arming, &stored.inventory)))
    }

    /// Whether the cluster could still give out its config for this role: else an installer would be turned away, again and again.
    async fn has_config(&self, arming: &Arming) -> Result<Result<(), String>, OkdError> {
        let cluster = match self.clusters.get(&arming.cluster).await {
            Ok(cluster) => cluster,
            Err(OkdError::NoCluster(name)) => return Ok(Err(format!("there is no cluster {name} any more"))),
            Err(error) => return Err(error),
        };
        Ok(match cluster.config(arming.role) {
            None => Err(format!("the configs of {} were wiped", cluster.name)),
            Some(config) => in_time(arming.role, &config.validity, self.clock.now()),
        })
    }

    /// The arming by which a document may be handed out to whoever has a ticket for this card and generation.
    ///
    /// # Errors
    /// The outer: the database's. The inner: why it is refused.
    pub async fn for_document(
        &self,
        host: &HostFacts,
        mac: MacAddr,
        generation: i64,
    ) -> Result<Result<Arming, String>, OkdError> {
        let Some(arming) = rows::latest(self.store.readers(), &host.id).await? else {
            return Ok(Err(format!("{} was never armed", host.name)));
        };
        let fit = match judge::document(&arming, host, mac, generation, self.clock.now()) {
            Ok(()) => self.has_disk(&arming).await?,
            unfit => unfit,
        };
        Ok(fit.map(|()| arming).map_err(|unfit| format!("{}: {unfit}", host.name)))
    }

    /// Uses the arming: what follows is that the node's document goes out to `address`.
    ///
    /// # Errors
    /// [`OkdError::NotArmed`] where somebody else was faster, or it ran out; nothing may be given out on any error.
    pub async fn consume(&self, host: &Id, generation: i64, address: IpAddr) -> Result<(), OkdError> {
        let (host, now) = (host.clone(), self.clock.now());
        self.store
            .write(move |tx| {
                Box::pin(async move { life::consume(tx, &host, generation, address, now).await })
            })
            .await
    }

    /// Writes down that a node's document was refused, at a bounded rate.
    ///
    /// # Errors
    /// The database's.
    pub async fn refused(
        &self,
        address: IpAddr,
        host: Option<&HostFacts>,
        mac: Option<MacAddr>,
        why: &str,
    ) -> Result<(), StoreError> {
        let (address, now) = (address.to_canonical(), self.clock.now());
        let Some(more) = self.refusals.may_tell(address, host.map(|host| &host.id), now) else {
            return Ok(());
        };
        let host = host.map(|host| (host.id.clone(), host.name.clone()));
        let why = why.to_owned();
        self.store
            .write(move |tx| {
                Box::pin(async move { refusals::write(tx, address, host, mac, &why, more, now).await })
            })
            .await
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

/// Why a host with a role, that was armed and is not any more, boots its own disk; `None` where it was not just taken back.
fn took_back(latest: Arming) -> Option<String> {
    let generation = latest.generation;
    match latest.ended?.outcome {
        Outcome::Disarmed => Some(format!("generation {generation} was taken back")),
        Outcome::Expired => Some(format!("generation {generation} ran out unused")),
        Outcome::Mismatched => Some(format!(
            "what came under generation {generation} was not the machine, or the disk, that was armed"
        )),
        Outcome::Installed | Outcome::Failed => None,
    }
}

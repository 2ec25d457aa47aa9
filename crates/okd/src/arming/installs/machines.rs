//! What machines are answered by what is armed: whether they are installed, and who is given a document.

use std::net::IpAddr;

use ::store::StoreError;
use boot::install::Install;
use hosts::{HostFacts, State};
use inventory::{Id, MacAddr};

use super::Installs;
use crate::arming::refusals::{self, Wanted};
use crate::arming::{Arming, Asked, Outcome, TurnedAway, Unfit, judge, life};
use crate::cluster::in_time;
use crate::error::OkdError;
use crate::store::{arming as rows, progress};

impl Installs {
    /// Whether the machine that asks for its script is to be installed, and how; or why it boots its own disk. `None` where
    /// that is not for armings to say.
    ///
    /// # Errors
    /// The database's: nobody is installed then.
    pub async fn for_boot(
        &self,
        host: &HostFacts,
        asked: &Asked<'_>,
    ) -> Result<Option<Result<Install, TurnedAway>>, OkdError> {
        match host.state {
            State::Armed => {
                let Some(arming) = rows::latest(self.store.readers(), &host.id).await? else {
                    return Ok(None);
                };
                self.install(&arming, host, asked).await.map(Some)
            }
            State::Assigned | State::Failed => {
                let latest = rows::latest(self.store.readers(), &host.id).await?;
                let why = match latest.and_then(took_back) {
                    None if host.state == State::Failed => self.has_booted(host).await?,
                    why => why,
                };
                Ok(why.map(TurnedAway::only).map(Err))
            }
            _ => Ok(None),
        }
    }

    async fn install(
        &self,
        arming: &Arming,
        host: &HostFacts,
        asked: &Asked<'_>,
    ) -> Result<Result<Install, TurnedAway>, OkdError> {
        if let Err(unfit) = judge::script(arming, host, asked, self.clock.now()) {
            return Ok(Err(unfit.into()));
        }
        if let Err(unfit) = self.has_disk(arming).await? {
            return Ok(Err(unfit.into()));
        }
        if let Err(why) = self.has_config(arming).await? {
            return Ok(Err(TurnedAway::only(why)));
        }
        Ok(arming.install(asked.mac).map_err(|why| TurnedAway::only(why.to_string())))
    }

    async fn has_disk(&self, arming: &Arming) -> Result<Result<(), Unfit>, OkdError> {
        let stored = hosts::inventory(self.store.readers(), &arming.host, None).await?;
        Ok(stored.map_or(Ok(()), |stored| judge::disk(arming, &stored.inventory)))
    }

    /// Why a host that was taken for failed boots its own disk all the same: a node restarts once more before its agent speaks.
    async fn has_booted(&self, host: &HostFacts) -> Result<Option<String>, OkdError> {
        let has_booted = progress::has_booted(self.store.readers(), &host.id).await?;
        Ok(has_booted.then(|| "its installed system has booted from its disk since".to_owned()))
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

    /// Writes down that what leads to an installation was refused, at a bounded rate.
    ///
    /// # Errors
    /// The database's.
    pub async fn refused(
        &self,
        address: IpAddr,
        host: Option<&HostFacts>,
        mac: Option<MacAddr>,
        wanted: Wanted,
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
                Box::pin(
                    async move { refusals::write(tx, address, host, mac, (wanted, &why), more, now).await },
                )
            })
            .await
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

//! The engine: rules run as samples arrive, on what is kept in memory; what changes is written, and what is written is sent.
//!
//! Each host has a [`Watch`](watch::Watch) behind a lock of its own. Whoever brings news of a host (its agent's word, an
//! event, a deadline that passed) takes the lock, asks the watch what follows, writes that in one transaction, and only
//! then lets the watch change. So two words about one host never cross, and hosts don't wait for each other.
//!
//! Nothing here sends. The transaction of an incident queues what is to be sent, and [`sender`] reads the queue.

mod background;
mod commit;
mod ears;
mod news;
mod sender;
mod start;
mod strangers;
mod summary;
mod sweep;
mod unapproved;
pub(crate) mod watch;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::store::Store;
use hosts::HostFacts;
use inventory::{Clock, Id, Sample, Timestamp};
use tokio::sync::{Mutex as AsyncMutex, Notify};

use self::ears::Ears;
use self::sender::Sender;
use self::strangers::Strangers;
use self::unapproved::Unapproved;
use self::watch::{SiteWatch, Watch};
use crate::error::AlertsError;
use crate::rules::missing::Quiet;
use crate::settings::Settings;

pub use self::sender::TestResult;

/// The running alerts; cheap to clone.
#[derive(Clone)]
pub struct Alerts {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: Settings,
    ears: Mutex<Ears>,
    watches: Mutex<HashMap<Id, Arc<AsyncMutex<Watch>>>>,
    /// When which host has to be looked at, though nothing is heard.
    deadlines: Mutex<BTreeSet<(Timestamp, Id)>>,
    unapproved: AsyncMutex<Unapproved>,
    strangers: AsyncMutex<Strangers>,
    site: AsyncMutex<SiteWatch>,
    /// How far events have been read.
    cursor: AsyncMutex<i64>,
    sender: Sender,
    /// There is something to send.
    queued: Notify,
}

impl Alerts {
    /// Hears any word of a host's agent, at `now`.
    ///
    /// # Errors
    /// The database's: then nothing of it counts, and the agent should say it again.
    pub async fn heard(&self, facts: &HostFacts, now: Timestamp) -> Result<(), AlertsError> {
        let Some(watch) = self.inner.watch(facts).await? else { return Ok(()) };
        let mut watch = watch.lock().await;
        self.inner.hear(&mut watch, None, now).await
    }

    /// Takes a sample of a host: its agent is heard, and the rules run.
    ///
    /// # Errors
    /// The database's: then nothing of it counts, and the agent should send it again.
    pub async fn observe(&self, facts: &HostFacts, sample: &Sample) -> Result<(), AlertsError> {
        let now = self.inner.clock.now();
        let Some(watch) = self.inner.watch(facts).await? else { return Ok(()) };
        let mut watch = watch.lock().await;
        self.inner.hear(&mut watch, Some(sample), now).await
    }

    /// Takes up that a host was asked to go off before the server's start: who is heard after `until` did not; who `stays_off`
    /// is not missed after it either. To be said before [`Alerts::run`].
    pub async fn recall_quiet(&self, host: &Id, until: Timestamp, stays_off: bool) {
        if let Some(watch) = self.inner.known(host) {
            let mut watch = watch.lock().await;
            // What it said later says more.
            if watch.words.heard_at().is_none_or(|heard| heard < until) {
                watch.words.expect_silence(Some(Quiet { until, stays_off }));
            }
        }
    }

    /// Forgets a host that was deleted: what is open on it ends.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget(&self, host: &Id) -> Result<(), AlertsError> {
        self.inner.forget(host, None).await
    }
}

impl Inner {
    async fn hear(
        &self,
        watch: &mut Watch,
        sample: Option<&Sample>,
        now: Timestamp,
    ) -> Result<(), AlertsError> {
        if watch.is_gone {
            return Ok(());
        }
        let rules = &self.settings.rules;
        watch.words.hear(&rules.agent.missing, now);
        let mut updates = watch.heard(rules, self.deaf_until(), now);
        if let Some(sample) = sample {
            updates.extend(watch.sampled(sample, rules, now));
        }
        self.commit(watch, updates, None, now).await?;
        self.schedule(watch);
        Ok(())
    }

    /// The watch of the host that a word came from. When the word's facts are not those that are known, one of the two is
    /// old: the database says which.
    async fn watch(&self, facts: &HostFacts) -> Result<Option<Arc<AsyncMutex<Watch>>>, AlertsError> {
        let known = self.known(&facts.id);
        if let Some(watch) = &known {
            let watch = watch.lock().await;
            if watch.facts.state == facts.state && watch.facts.name == facts.name {
                drop(watch);
                return Ok(known);
            }
        }
        self.refresh(&facts.id).await?;
        Ok(self.known(&facts.id))
    }

    /// Reads a host's facts anew, and lets them count. A host that is not there any more is left to its event.
    async fn refresh(&self, host: &Id) -> Result<(), AlertsError> {
        let Some(facts) = hosts::facts(self.store.readers(), host).await? else { return Ok(()) };
        let now = self.clock.now();
        self.count_unapproved(&facts, now).await;
        let watch = Arc::clone(
            lock(&self.watches)
                .entry(host.clone())
                .or_insert_with(|| Arc::new(AsyncMutex::new(Watch::new(facts.clone())))),
        );
        let mut watch = watch.lock().await;
        watch.facts = facts;
        let updates = watch.settle(&self.settings.rules);
        self.commit(&mut watch, updates, None, now).await?;
        self.schedule(&mut watch);
        Ok(())
    }

    async fn forget(&self, host: &Id, cursor: Option<i64>) -> Result<(), AlertsError> {
        self.unapproved.lock().await.remove(host);
        let Some(watch) = self.known(host) else { return Ok(()) };
        let mut watch = watch.lock().await;
        let updates = watch.close_all("The host was deleted");
        self.commit(&mut watch, updates, cursor, self.clock.now()).await?;
        watch.is_gone = true;
        if let Some(at) = watch.scheduled.take() {
            lock(&self.deadlines).remove(&(at, host.clone()));
        }
        lock(&self.watches).remove(host);
        Ok(())
    }

    /// Until then nobody is called missing.
    fn deaf_until(&self) -> Timestamp {
        lock(&self.ears).deaf_until()
    }

    fn known(&self, host: &Id) -> Option<Arc<AsyncMutex<Watch>>> {
        lock(&self.watches).get(host).map(Arc::clone)
    }
}

/// What the locks guard is whole after every statement, so that a panic elsewhere takes nothing with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

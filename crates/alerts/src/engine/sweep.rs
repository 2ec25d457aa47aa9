//! Looking for what did *not* arrive: ordered by deadline, never a walk over all hosts.
//!
//! A host that speaks does not move its deadline. When that comes, the host is looked at, and put back where its last word
//! puts it: one look every few minutes instead of a move for every word.

use futures_util::{StreamExt as _, stream};
use inventory::{Id, Timestamp};

use super::watch::Watch;
use super::{Alerts, Inner, lock};
use crate::error::AlertsError;

/// Hosts that are looked at together, so that their changes are committed together: a rack that falls silent at once.
const TOGETHER: usize = 64;

impl Alerts {
    /// Looks at every host whose deadline has passed, and at those that wait for approval.
    ///
    /// # Errors
    /// The database's: what could not be written is looked at again.
    pub async fn sweep(&self) -> Result<(), AlertsError> {
        let now = self.inner.clock.now();
        if lock(&self.inner.ears).listen(now) {
            tracing::warn!("the server was away, or its clock was set: for a while nobody is called missing");
        }
        let due = self.inner.due(now);
        let looks = stream::iter(due).map(|host| self.inner.look(host, now)).buffer_unordered(TOGETHER);
        let failed = looks.filter_map(|looked| async { looked.err() }).collect::<Vec<_>>().await;
        let told = self.inner.tell_unapproved(now).await.and(self.inner.tell_strangers(now).await);
        let told = told.and(self.inner.look_at_site(now).await);
        failed.into_iter().next().map_or(told, Err)
    }
}

impl Inner {
    /// Looks whether something of the site has waited long enough.
    async fn look_at_site(&self, now: Timestamp) -> Result<(), AlertsError> {
        let mut site = self.site.lock().await;
        let updates = site.look(&self.settings.rules, now);
        self.commit_site(&mut site, updates, None, now).await
    }

    /// Takes the hosts out of the order whose deadlines have passed.
    fn due(&self, now: Timestamp) -> Vec<Id> {
        let mut deadlines = lock(&self.deadlines);
        let mut due = Vec::new();
        while deadlines.first().is_some_and(|(at, _)| *at <= now) {
            due.extend(deadlines.pop_first().map(|(_, host)| host));
        }
        due
    }

    async fn look(&self, host: Id, now: Timestamp) -> Result<(), AlertsError> {
        let Some(watch) = self.known(&host) else { return Ok(()) };
        let mut watch = watch.lock().await;
        watch.scheduled = None;
        if watch.is_gone {
            return Ok(());
        }
        let updates = watch.look(&self.settings.rules, self.deaf_until(), now);
        let written = self.commit(&mut watch, updates, None, now).await;
        // What could not be written has its deadline in the past, and comes up again with the next sweep.
        self.schedule(&mut watch);
        written
    }

    /// Gives a host its place in the order, unless it has an earlier one.
    pub(super) fn schedule(&self, watch: &mut Watch) {
        let Some(next) = watch.next_look(&self.settings.rules, self.deaf_until()) else { return };
        if watch.scheduled.is_some_and(|scheduled| scheduled <= next) {
            return;
        }
        let host = watch.facts.id.clone();
        let mut deadlines = lock(&self.deadlines);
        if let Some(later) = watch.scheduled.replace(next) {
            deadlines.remove(&(later, host.clone()));
        }
        deadlines.insert((next, host));
    }
}

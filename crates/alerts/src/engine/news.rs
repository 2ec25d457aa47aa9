//! Reading the events by a cursor that lasts: each is taken once, in the order in which it was written.

use events::{Event, Kind};

use super::{Alerts, Inner};
use crate::error::AlertsError;
use crate::rules::missing::Quiet;
use ::store::StoreError;
use inventory::Timestamp;

/// Whose cursor it is.
pub(super) const READER: &str = "alerts";
/// Events that are read together.
const BATCH: u32 = 200;

impl Alerts {
    /// Takes the events that were written since the last time.
    ///
    /// # Errors
    /// The database's: what was not taken is taken the next time.
    pub async fn read_events(&self) -> Result<(), AlertsError> {
        let inner = &self.inner;
        let mut cursor = inner.cursor.lock().await;
        loop {
            let news = events::after(inner.store.readers(), *cursor, BATCH).await?;
            let Some(last) = news.last().map(|event| event.seq) else { return Ok(()) };
            for event in &news {
                inner.take(event).await?;
                *cursor = event.seq;
            }
            let written: Result<(), StoreError> = inner
                .store
                .write(move |tx| Box::pin(async move { events::advance(tx, READER, last).await }))
                .await;
            written?;
        }
    }
}

impl Inner {
    /// Takes one event. What follows from it is written together with the cursor, so that it follows once.
    async fn take(&self, event: &Event) -> Result<(), AlertsError> {
        if matches!(event.kind, Kind::BootLooped | Kind::BootReleased) {
            self.count_stranger(event).await;
        }
        let Some(host) = &event.host else { return self.take_of_site(event).await };
        match event.kind {
            Kind::HostDeleted => return self.forget(host, Some(event.seq)).await,
            Kind::HostDiscovered
            | Kind::HostApproved
            | Kind::HostRenamed
            | Kind::HostPlaced
            | Kind::HostStateChanged
            | Kind::HostRekeyed => return self.refresh(host).await,
            _ => {}
        }
        // A host that is not there any more has an event that says so.
        let Some(watch) = self.known(host) else { return Ok(()) };
        let mut watch = watch.lock().await;
        let rules = &self.settings.rules;
        let mut updates = Vec::new();
        if event.kind == Kind::AgentStopped {
            watch.words.say_goodbye(event.at);
            updates.extend(watch.heard(rules, self.deaf_until(), event.at));
        }
        match event.kind {
            // A node that was just installed starts over once more, by itself.
            Kind::PowerAsked | Kind::InstallEnded => watch.words.expect_silence(wanted_silence(event)),
            Kind::PowerEnded if event.data.get("state").is_some_and(|state| state == "failed") => {
                watch.words.expect_silence(None)
            }
            _ => {}
        }
        updates.extend(watch.happened(event, rules));
        let cursor = (!updates.is_empty()).then_some(event.seq);
        self.commit(&mut watch, updates, cursor, event.at).await?;
        self.schedule(&mut watch);
        Ok(())
    }

    async fn take_of_site(&self, event: &Event) -> Result<(), AlertsError> {
        let mut site = self.site.lock().await;
        let updates = site.happened(event, &self.settings.rules);
        let cursor = (!updates.is_empty()).then_some(event.seq);
        self.commit_site(&mut site, updates, cursor, event.at).await
    }
}

/// The silence that a request for a host's power makes right.
fn wanted_silence(event: &Event) -> Option<Quiet> {
    let until = event.data.get("quiet_until")?.as_i64()?;
    let stays_off = event.data.get("act").and_then(|act| act.as_str()) == Some("off");
    Some(Quiet { until: Timestamp(until), stays_off })
}

//! One transaction for what was decided of a host, or of the site: what the rules remember, the incident, the messages that are due, and how
//! far events have been read.

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};

use super::Inner;
use super::news::READER;
use super::watch::{News, SiteWatch, Subject, Target, Tracked, Update, Watch};
use crate::error::AlertsError;
use crate::incident::{Incident, IncidentState};
use crate::rules::evidence::Telling;
use crate::severity::Severity;
use crate::store::incidents::Change;
use crate::store::{incidents, lanes, states};

impl Inner {
    /// Writes `updates`, and lets `watch` change once they are written.
    pub(super) async fn commit(
        &self,
        watch: &mut Watch,
        updates: Vec<Update>,
        cursor: Option<i64>,
        now: Timestamp,
    ) -> Result<(), AlertsError> {
        for Written { target, tracked } in self.write_down(watch.subject(), updates, cursor, now).await? {
            watch.apply(target, tracked);
        }
        Ok(())
    }

    /// The same for the site's own things.
    pub(super) async fn commit_site(
        &self,
        watch: &mut SiteWatch,
        updates: Vec<Update>,
        cursor: Option<i64>,
        now: Timestamp,
    ) -> Result<(), AlertsError> {
        for Written { target, tracked } in self.write_down(SiteWatch::subject(), updates, cursor, now).await?
        {
            watch.apply(target, tracked);
        }
        Ok(())
    }

    /// Writes what was decided.
    async fn write_down(
        &self,
        subject: Subject,
        updates: Vec<Update>,
        cursor: Option<i64>,
        now: Timestamp,
    ) -> Result<Vec<Written>, AlertsError> {
        if updates.is_empty() && cursor.is_none() {
            return Ok(Vec::new());
        }
        let written: Vec<(Written, Option<Incident>)> = self
            .store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    let mut written = Vec::with_capacity(updates.len());
                    for update in updates {
                        written.push(write(tx, &subject, update, now).await?);
                    }
                    if let Some(seq) = cursor {
                        events::advance(tx, READER, seq).await?;
                    }
                    Ok(written)
                })
            })
            .await?;
        for incident in written.iter().filter_map(|(_, incident)| incident.as_ref()) {
            log(incident);
            self.queued.notify_one();
        }
        Ok(written.into_iter().map(|(written, _)| written).collect())
    }
}

/// What was written of one target.
struct Written {
    target: Target,
    tracked: Option<Tracked>,
}

/// Every incident is a line in the log, too: for those who collect logs and no notifications.
fn log(incident: &Incident) {
    let host = incident.host.as_ref().map_or("", Id::as_str);
    tracing::warn!(
        incident.id = %incident.id, incident.rule = %incident.rule, incident.severity = %incident.severity,
        incident.state = %incident.state, incident.transition, incident.component = ?incident.component,
        host.id = host, host.name = ?incident.host_name, title = ?incident.title, "incident"
    );
}

/// Answers the incident, too, where something happened to it.
async fn write(
    tx: &mut Tx,
    subject: &Subject,
    update: Update,
    now: Timestamp,
) -> Result<(Written, Option<Incident>), StoreError> {
    let Update { target, mut tracked, incident: known, news } = update;
    let incident = match (news, &known) {
        (None, _) | (Some(News::Ends(_)), None) => None,
        (Some(News::Ends(telling)), Some(id)) => change(tx, subject, id, None, telling, now).await?,
        (Some(News::Is(severity, telling)), known) => {
            let changed = match known {
                Some(id) => change(tx, subject, id, Some(severity), telling.clone(), now).await?,
                None => None,
            };
            match changed {
                None => Some(open(tx, subject, &target, severity, telling, now).await?),
                changed => changed,
            }
        }
    };
    match &mut tracked {
        Some(tracked) => {
            tracked.incident = incident.as_ref().map(|incident| incident.id.clone()).or(known);
            states::put(tx, subject.host.as_ref(), &target, tracked).await?;
        }
        None => states::remove(tx, subject.host.as_ref(), &target).await?,
    }
    Ok((Written { target, tracked }, incident))
}

async fn open(
    tx: &mut Tx,
    subject: &Subject,
    target: &Target,
    severity: Severity,
    telling: Telling,
    now: Timestamp,
) -> Result<Incident, StoreError> {
    let incident = Incident {
        id: Id::generate(now),
        rule: target.rule,
        host: subject.host.clone(),
        host_name: subject.name.clone(),
        place: subject.place.clone(),
        component: target.component.clone(),
        severity,
        state: IncidentState::Open,
        transition: 1,
        title: telling.title,
        ending: None,
        text: telling.text,
        opened_at: now,
        changed_at: now,
        resolved_at: None,
    };
    let incident = incidents::open(tx, &incident).await?;
    lanes::queue(tx, &incident, now).await?;
    Ok(incident)
}

/// Changes an incident: it is otherwise (with a severity), or over (without). Answers how it stands, if it was open.
async fn change(
    tx: &mut Tx,
    subject: &Subject,
    id: &Id,
    severity: Option<Severity>,
    telling: Telling,
    now: Timestamp,
) -> Result<Option<Incident>, StoreError> {
    let (title, ending) =
        if severity.is_some() { (Some(telling.title), None) } else { (None, Some(telling.title)) };
    let change = Change {
        severity,
        host_name: subject.name.clone(),
        place: subject.place.clone(),
        title,
        ending,
        text: telling.text,
        is_transition: true,
    };
    let incident = incidents::change(tx, id, &change, now).await?;
    if let Some(incident) = &incident {
        lanes::queue(tx, incident, now).await?;
    }
    Ok(incident)
}

//! One transaction for what was decided of a host: what the rules remember, the incident, the messages that are due, and how
//! far events have been read.

use ::store::{StoreError, Tx};
use hosts::HostFacts;
use inventory::{Id, Timestamp};

use super::Inner;
use super::news::READER;
use super::watch::{News, Target, Tracked, Update, Watch};
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
        if updates.is_empty() && cursor.is_none() {
            return Ok(());
        }
        let is_news = updates.iter().any(|update| update.news.is_some());
        let facts = watch.facts.clone();
        let written: Vec<(Target, Option<Tracked>)> = self
            .store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    let mut written = Vec::with_capacity(updates.len());
                    for update in updates {
                        written.push(write(tx, &facts, update, now).await?);
                    }
                    if let Some(seq) = cursor {
                        events::advance(tx, READER, seq).await?;
                    }
                    Ok(written)
                })
            })
            .await?;
        for (target, tracked) in written {
            watch.apply(target, tracked);
        }
        if is_news {
            self.queued.notify_one();
        }
        Ok(())
    }
}

async fn write(
    tx: &mut Tx,
    facts: &HostFacts,
    update: Update,
    now: Timestamp,
) -> Result<(Target, Option<Tracked>), StoreError> {
    let Update { target, mut tracked, incident, news } = update;
    let incident = match news {
        None => incident,
        Some(News::Is(severity, telling)) => {
            let changed = match &incident {
                Some(id) => change(tx, facts, id, Some(severity), telling.clone(), now).await?,
                None => None,
            };
            match changed {
                Some(id) => Some(id),
                None => Some(open(tx, facts, &target, severity, telling, now).await?),
            }
        }
        Some(News::Ends(telling)) => {
            if let Some(id) = incident {
                change(tx, facts, &id, None, telling, now).await?;
            }
            None
        }
    };
    match &mut tracked {
        Some(tracked) => {
            tracked.incident = incident;
            states::put(tx, &facts.id, &target, tracked).await?;
        }
        None => states::remove(tx, &facts.id, &target).await?,
    }
    Ok((target, tracked))
}

async fn open(
    tx: &mut Tx,
    facts: &HostFacts,
    target: &Target,
    severity: Severity,
    telling: Telling,
    now: Timestamp,
) -> Result<Id, StoreError> {
    let incident = Incident {
        id: Id::generate(now),
        rule: target.rule,
        host: Some(facts.id.clone()),
        host_name: facts.name.clone(),
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
    tracing::warn!(
        host.id = %facts.id, host.name = %facts.name, incident.id = %incident.id, rule = %target.rule,
        component = ?target.component, %severity, title = ?incident.title, "an incident began"
    );
    lanes::queue(tx, &incident, now).await?;
    Ok(incident.id)
}

/// Changes an incident: it is otherwise (with a severity), or over (without). Answers its id, if it was open.
async fn change(
    tx: &mut Tx,
    facts: &HostFacts,
    id: &Id,
    severity: Option<Severity>,
    telling: Telling,
    now: Timestamp,
) -> Result<Option<Id>, StoreError> {
    let is_over = severity.is_none();
    let (title, ending) = if is_over { (None, Some(telling.title)) } else { (Some(telling.title), None) };
    let change = Change {
        severity,
        host_name: facts.name.clone(),
        title,
        ending,
        text: telling.text,
        is_transition: true,
    };
    let Some(incident) = incidents::change(tx, id, &change, now).await? else { return Ok(None) };
    tracing::info!(
        host.id = %facts.id, host.name = %facts.name, incident.id = %id, rule = %incident.rule,
        severity = %incident.severity, state = %incident.state, transition = incident.transition,
        "an incident changed"
    );
    lanes::queue(tx, &incident, now).await?;
    Ok(Some(incident.id))
}

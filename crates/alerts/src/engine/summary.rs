//! One incident of the site for many of a kind: it is kept up to date in place, and its message is sent again only when more
//! have come, and not too often. So a room that is switched on, or an attacker who makes machines up, rings once.

use std::collections::BTreeMap;
use std::time::Duration;

use ::store::StoreError;
use inventory::{Id, Timestamp};
use tokio::sync::Mutex as AsyncMutex;

use super::Inner;
use crate::error::AlertsError;
use crate::incident::{Incident, IncidentState};
use crate::rules::RuleId;
use crate::rules::evidence::Telling;
use crate::severity::Severity;
use crate::store::incidents::Change;
use crate::store::{incidents, lanes};

/// Who it is about, and what was said of them.
#[derive(Debug)]
pub(super) struct Summary<K> {
    words: Words,
    /// In the order in which they are named.
    waiting: BTreeMap<K, String>,
    /// Since when there is somebody.
    since: Option<Timestamp>,
    told: Option<Told>,
}

/// What is said of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) rule: RuleId,
    /// Of so many, whose names are these.
    pub(super) telling: fn(usize, &mut dyn Iterator<Item = &str>) -> Telling,
    /// Of none any more.
    pub(super) ending: fn() -> Telling,
}

/// When it is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    pub(super) enabled: bool,
    /// How long the first one waits before it is told.
    pub(super) after: Duration,
    /// More are told at most this often.
    pub(super) again_after: Duration,
    pub(super) severity: Severity,
}

#[derive(Debug, Clone)]
struct Told {
    incident: Id,
    /// How many the last message told of.
    count: usize,
    /// When that was.
    at: Timestamp,
    /// What the incident says now.
    telling: Telling,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
enum Act {
    Open(Telling),
    /// In place; with a message, when it is one.
    Update(Telling, bool),
    Resolve,
}

impl<K: Ord> Summary<K> {
    pub(super) fn new(words: Words, waiting: impl IntoIterator<Item = (K, String)>, now: Timestamp) -> Self {
        let waiting: BTreeMap<K, String> = waiting.into_iter().collect();
        Self { words, since: (!waiting.is_empty()).then_some(now), waiting, told: None }
    }

    /// Takes up the incident that was open before the server's start. Who came while the server was down is told with the
    /// next one who comes.
    pub(super) fn recall(&mut self, incident: Option<Incident>) {
        self.told = incident.map(|incident| Told {
            count: self.waiting.len(),
            at: incident.changed_at,
            telling: Telling { title: incident.title, text: incident.text },
            incident: incident.id,
        });
    }

    /// Those who are there now were told of.
    pub(super) fn recount(&mut self) {
        if let Some(told) = &mut self.told {
            told.count = self.waiting.len();
        }
    }

    pub(super) fn add(&mut self, key: K, name: String, now: Timestamp) {
        self.waiting.insert(key, name);
        self.since.get_or_insert(now);
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.waiting.remove(key);
    }

    fn act(&mut self, timing: &Timing, now: Timestamp) -> Option<Act> {
        if self.waiting.is_empty() || !timing.enabled {
            self.since = None;
            return self.told.is_some().then_some(Act::Resolve);
        }
        let since = *self.since.get_or_insert(now);
        let telling =
            (self.words.telling)(self.waiting.len(), &mut self.waiting.values().map(String::as_str));
        match &self.told {
            None => (now.since(since) >= timing.after).then_some(Act::Open(telling)),
            Some(told) => {
                let is_due = now.since(told.at) >= timing.again_after;
                let is_news = is_due && self.waiting.len() > told.count;
                (is_news || told.telling != telling).then_some(Act::Update(telling, is_news))
            }
        }
    }
}

impl Inner {
    /// Says who there is, where that is news.
    pub(super) async fn tell_summary<K: Ord>(
        &self,
        summary: &AsyncMutex<Summary<K>>,
        timing: Timing,
        now: Timestamp,
    ) -> Result<(), AlertsError> {
        let mut summary = summary.lock().await;
        let Some(act) = summary.act(&timing, now) else { return Ok(()) };
        let (words, count) = (summary.words, summary.waiting.len());
        let before = summary.told.clone();
        summary.told = match (act, before) {
            (Act::Resolve, told) => {
                if let Some(told) = told {
                    let ending = (words.ending)();
                    let over = change(None, Some(ending.title), ending.text, true);
                    self.change_summary(told.incident, over, now).await?;
                }
                None
            }
            (Act::Update(telling, is_news), Some(told)) => {
                let text = change(Some(telling.title.clone()), None, telling.text.clone(), is_news);
                self.change_summary(told.incident.clone(), text, now).await?;
                let (count, at) = if is_news { (count, now) } else { (told.count.min(count), told.at) };
                Some(Told { count, at, telling, ..told })
            }
            (Act::Open(telling) | Act::Update(telling, _), _) => {
                let incident = self.open_summary(words.rule, &telling, timing.severity, now).await?;
                Some(Told { incident, count, at: now, telling })
            }
        };
        Ok(())
    }

    async fn open_summary(
        &self,
        rule: RuleId,
        telling: &Telling,
        severity: Severity,
        now: Timestamp,
    ) -> Result<Id, AlertsError> {
        let incident = Incident {
            id: Id::generate(now),
            rule,
            host: None,
            host_name: String::new(),
            place: None,
            component: String::new(),
            severity,
            state: IncidentState::Open,
            transition: 1,
            title: telling.title.clone(),
            ending: None,
            text: telling.text.clone(),
            opened_at: now,
            changed_at: now,
            resolved_at: None,
        };
        let opened: Result<Id, StoreError> = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let incident = incidents::open(tx, &incident).await?;
                    lanes::queue(tx, &incident, now).await?;
                    Ok(incident.id)
                })
            })
            .await;
        self.queued.notify_one();
        Ok(opened?)
    }

    async fn change_summary(&self, incident: Id, change: Change, now: Timestamp) -> Result<(), AlertsError> {
        let changed: Result<(), StoreError> = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let is_news = change.is_transition;
                    match incidents::change(tx, &incident, &change, now).await? {
                        Some(incident) if is_news => lanes::queue(tx, &incident, now).await,
                        _ => Ok(()),
                    }
                })
            })
            .await;
        self.queued.notify_one();
        Ok(changed?)
    }
}

fn change(title: Option<String>, ending: Option<String>, text: String, is_transition: bool) -> Change {
    Change { severity: None, host_name: String::new(), place: None, title, ending, text, is_transition }
}

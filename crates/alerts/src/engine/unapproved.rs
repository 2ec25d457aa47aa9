//! `hosts.unapproved`: one incident for all hosts that wait for approval. It is kept up to date in place, and its message is
//! sent again only when more hosts have come, and not too often.

use std::collections::BTreeMap;

use ::store::StoreError;
use hosts::{HostFacts, State};
use inventory::{Id, Timestamp};

use super::Inner;
use crate::error::AlertsError;
use crate::incident::{Incident, IncidentState};
use crate::message::plain;
use crate::rules::RuleId;
use crate::rules::evidence::Telling;
use crate::settings::UnapprovedSettings;
use crate::store::incidents::Change;
use crate::store::{incidents, lanes};

/// Names that stand in the message.
const NAMES: usize = 10;

/// Who waits, and what was said of it.
#[derive(Debug)]
pub(super) struct Unapproved {
    /// By when they came, as their ids do.
    waiting: BTreeMap<Id, String>,
    /// Since when somebody waits.
    since: Option<Timestamp>,
    told: Option<Told>,
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

impl Unapproved {
    pub(super) fn new(hosts: &[HostFacts], now: Timestamp) -> Self {
        let waiting = hosts.iter().filter(|host| host.state == State::Discovered);
        let waiting: BTreeMap<Id, String> =
            waiting.map(|host| (host.id.clone(), host.name.clone())).collect();
        Self { since: (!waiting.is_empty()).then_some(now), waiting, told: None }
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

    pub(super) fn remove(&mut self, host: &Id) {
        self.waiting.remove(host);
    }

    fn count(&mut self, facts: &HostFacts, now: Timestamp) {
        if facts.state == State::Discovered {
            self.waiting.insert(facts.id.clone(), facts.name.clone());
            self.since.get_or_insert(now);
        } else {
            self.waiting.remove(&facts.id);
        }
    }

    fn act(&mut self, settings: &UnapprovedSettings, now: Timestamp) -> Option<Act> {
        if self.waiting.is_empty() || !settings.enabled {
            self.since = None;
            return self.told.is_some().then_some(Act::Resolve);
        }
        let since = *self.since.get_or_insert(now);
        let telling = self.telling();
        match &self.told {
            None => (now.since(since) >= settings.after.get()).then_some(Act::Open(telling)),
            Some(told) => {
                let is_due = now.since(told.at) >= settings.again_after.get();
                let is_news = is_due && self.waiting.len() > told.count;
                (is_news || told.telling != telling).then_some(Act::Update(telling, is_news))
            }
        }
    }

    fn telling(&self) -> Telling {
        let count = self.waiting.len();
        let title = match count {
            1 => "1 host waits for approval".to_owned(),
            _ => format!("{count} hosts wait for approval"),
        };
        let names: Vec<String> = self.waiting.values().take(NAMES).map(|name| plain(name, 63)).collect();
        let more = match count.saturating_sub(NAMES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!("{}{more}. Take them in with `muster host approve NAME`.", names.join(", "));
        Telling { title, text }
    }
}

impl Inner {
    pub(super) async fn count_unapproved(&self, facts: &HostFacts, now: Timestamp) {
        self.unapproved.lock().await.count(facts, now);
    }

    /// Says who waits for approval, where that is news.
    pub(super) async fn tell_unapproved(&self, now: Timestamp) -> Result<(), AlertsError> {
        let settings = &self.settings.rules.hosts.unapproved;
        let mut unapproved = self.unapproved.lock().await;
        let Some(act) = unapproved.act(settings, now) else { return Ok(()) };
        let count = unapproved.waiting.len();
        let before = unapproved.told.clone();
        unapproved.told = match (act, before) {
            (Act::Resolve, told) => {
                if let Some(told) = told {
                    let ending = Telling {
                        title: "no host waits for approval".to_owned(),
                        text: "All were approved, retired or deleted.".to_owned(),
                    };
                    self.change_summary(
                        told.incident,
                        change(None, Some(ending.title), ending.text, true),
                        now,
                    )
                    .await?;
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
                let incident = self.open_summary(&telling, settings, now).await?;
                Some(Told { incident, count, at: now, telling })
            }
        };
        Ok(())
    }

    async fn open_summary(
        &self,
        telling: &Telling,
        settings: &UnapprovedSettings,
        now: Timestamp,
    ) -> Result<Id, AlertsError> {
        let incident = Incident {
            id: Id::generate(now),
            rule: RuleId::HostsUnapproved,
            host: None,
            host_name: String::new(),
            component: String::new(),
            severity: settings.severity,
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
    Change { severity: None, host_name: String::new(), title, ending, text, is_transition }
}

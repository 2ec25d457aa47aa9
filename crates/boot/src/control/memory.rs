//! What is kept in memory, and what of it has to be written. No I/O.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use events::{Kind, NewEvent};
use hosts::HostFacts;
use inventory::{Id, MacAddr, Timestamp};
use serde_json::json;

use super::{Held, Said};
use crate::guard::{Given, Guard, Hold};
use crate::next::{Next, Subject};
use crate::store::control::Versioned;

/// Machines that are guarded at once. MACs can be made up without end; a room has fewer.
const GUARDED: usize = 16_384;
/// When there is no more room: who did not ask for so long, and is not held, is let go.
const QUIET: Duration = Duration::from_secs(300);

#[derive(Debug, Default)]
pub(super) struct Memory {
    options: HashMap<Id, Versioned>,
    next: HashMap<Subject, Next>,
    guards: HashMap<MacAddr, Guarded>,
    /// Which of them are held: each word of an agent asks.
    held: BTreeSet<MacAddr>,
    dirty: BTreeSet<Dirty>,
    news: Vec<NewEvent>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Guarded {
    pub(super) host: Option<Id>,
    pub(super) guard: Guard,
}

/// A row that is not as the memory has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dirty {
    Guard(MacAddr),
    /// The word of that time was used, then.
    Used(Subject, Timestamp, Timestamp),
    /// The word of that time is over.
    Over(Subject, Timestamp),
}

impl Memory {
    pub(super) fn new(
        options: Vec<(Id, Versioned)>,
        next: Vec<(Subject, Next)>,
        guards: Vec<(MacAddr, Option<Id>, Guard)>,
    ) -> Self {
        let held = guards.iter().filter(|(_, _, guard)| guard.hold().is_some());
        Self {
            held: held.map(|(mac, _, _)| *mac).collect(),
            options: options.into_iter().collect(),
            next: next.into_iter().collect(),
            guards: guards.into_iter().map(|(mac, host, guard)| (mac, Guarded { host, guard })).collect(),
            ..Self::default()
        }
    }

    pub(super) fn asks(&mut self, mac: MacAddr, host: Option<&HostFacts>, now: Timestamp) -> Said {
        let heard_at = host.and_then(|host| host.last_seen_at);
        if let Some(guarded) = self.guards.get_mut(&mac) {
            let before = guarded.guard.clone();
            let hold = guarded.guard.asks(heard_at, now);
            if guarded.guard != before {
                self.dirty.insert(Dirty::Guard(mac));
            }
            match (before.hold(), hold) {
                (None, Some(hold)) => {
                    guarded.host = host.map(|host| host.id.clone());
                    self.held.insert(mac);
                    self.news.push(looped(mac, host, hold));
                }
                (Some(_), None) => {
                    self.held.remove(&mac);
                    self.news.push(released(mac, guarded.host.clone(), "agent", "the agent spoke"));
                }
                (None, None) | (Some(_), Some(_)) => {}
            }
        }
        self.said(mac, host, now)
    }

    pub(super) fn peek(&self, mac: MacAddr, host: Option<&HostFacts>, now: Timestamp) -> Said {
        let heard_at = host.and_then(|host| host.last_seen_at);
        let mut said = self.said(mac, host, now);
        said.hold = self.guards.get(&mac).and_then(|guarded| guarded.guard.clone().asks(heard_at, now));
        said
    }

    fn said(&self, mac: MacAddr, host: Option<&HostFacts>, now: Timestamp) -> Said {
        let subjects = [host.map(|host| Subject::Host(host.id.clone())), Some(Subject::Mac(mac))];
        let next = subjects.into_iter().flatten().find_map(|subject| {
            let next = self.next.get(&subject).filter(|next| next.counts(now))?.clone();
            Some((subject, next))
        });
        let guard = self.guards.get(&mac).map(|guarded| &guarded.guard);
        Said {
            options: host.map(|host| self.options(&host.id).options).unwrap_or_default(),
            next,
            hold: guard.and_then(Guard::hold),
            may_switch: guard.is_none_or(|guard| guard.may_switch(now)),
        }
    }

    pub(super) fn counted(&mut self, mac: MacAddr, host: Option<&HostFacts>, given: Given, now: Timestamp) {
        if let Some(guarded) = self.guarded(mac, now) {
            guarded.host = host.map(|host| host.id.clone());
            guarded.guard.answered(given, now);
            self.dirty.insert(Dirty::Guard(mac));
        }
    }

    pub(super) fn switched(&mut self, mac: MacAddr, now: Timestamp) {
        if let Some(guarded) = self.guarded(mac, now) {
            guarded.guard.switches(now);
        }
    }

    fn guarded(&mut self, mac: MacAddr, now: Timestamp) -> Option<&mut Guarded> {
        if self.guards.len() >= GUARDED && !self.guards.contains_key(&mac) {
            self.drop_guards(|guard| guard.hold().is_none() && now.since(guard.last_at()) > QUIET);
        }
        (self.guards.len() < GUARDED || self.guards.contains_key(&mac))
            .then(|| self.guards.entry(mac).or_default())
    }

    pub(super) fn used(&mut self, subject: &Subject, next: &Next, host: Option<&HostFacts>, now: Timestamp) {
        let Some(kept) = self.next.get_mut(subject) else { return };
        if kept.made_at != next.made_at || kept.used_at.is_some() {
            return;
        }
        kept.used_at = Some(now);
        self.dirty.insert(Dirty::Used(subject.clone(), next.made_at, now));
        let who = host.map_or_else(|| subject.to_string(), |host| host.name.clone());
        let what = next.action.as_str();
        let event = NewEvent::new(
            Kind::BootNextUsed,
            host.map(|host| host.id.clone()),
            "server",
            format!("{who} boots {} this once, as {} asked", next.action.in_words(), next.actor),
        );
        self.news.push(event.key(subject.to_string()).data(json!({ "action": what })));
    }

    pub(super) fn heard(&mut self, host: &Id, mac: Option<MacAddr>) {
        let is_of = |held: &&MacAddr| {
            let of_host = self.guards.get(held).and_then(|guarded| guarded.host.as_ref());
            of_host == Some(host) || Some(**held) == mac
        };
        let held: Vec<MacAddr> = self.held.iter().filter(is_of).copied().collect();
        // Its boots led where they should.
        if let Some(mac) = mac.filter(|mac| !held.contains(mac) && self.guards.contains_key(mac)) {
            self.remove_guard(mac);
            self.dirty.insert(Dirty::Guard(mac));
        }
        for mac in held {
            let of_host = self.remove_guard(mac);
            self.dirty.insert(Dirty::Guard(mac));
            self.news.push(released(mac, of_host, "agent", "the agent speaks"));
        }
    }

    pub(super) fn options(&self, host: &Id) -> Versioned {
        self.options.get(host).cloned().unwrap_or_default()
    }

    pub(super) fn all_options(&self) -> BTreeMap<Id, crate::options::HostOptions> {
        self.options.iter().map(|(host, versioned)| (host.clone(), versioned.options.clone())).collect()
    }

    pub(super) fn set_options(&mut self, host: Id, versioned: Versioned) {
        self.options.insert(host, versioned);
    }

    pub(super) fn next(&self, subject: &Subject, now: Timestamp) -> Option<Next> {
        self.next.get(subject).filter(|next| next.counts(now)).cloned()
    }

    pub(super) fn set_next(&mut self, subject: Subject, next: Next) {
        self.next.insert(subject, next);
    }

    pub(super) fn remove_next(&mut self, subject: &Subject) {
        self.next.remove(subject);
    }

    pub(super) fn remove_guard(&mut self, mac: MacAddr) -> Option<Id> {
        self.held.remove(&mac);
        self.guards.remove(&mac).and_then(|guarded| guarded.host)
    }

    pub(super) fn holds(&self) -> Vec<Held> {
        let guarded = self.held.iter().filter_map(|mac| Some((*mac, self.guards.get(mac)?)));
        let mut holds: Vec<Held> = guarded.filter_map(|(mac, guarded)| held(mac, guarded)).collect();
        holds.sort_by_key(|held| (held.since, held.mac));
        holds
    }

    pub(super) fn forget(&mut self, host: &Id) {
        self.options.remove(host);
        if let Some(next) = self.next.remove(&Subject::Host(host.clone())) {
            self.dirty.insert(Dirty::Over(Subject::Host(host.clone()), next.made_at));
        }
        for (mac, guarded) in &mut self.guards {
            if guarded.host.as_ref() == Some(host) {
                guarded.host = None;
                self.dirty.insert(Dirty::Guard(*mac));
            }
        }
    }

    pub(super) fn sweep(&mut self, now: Timestamp) {
        let over = self.next.extract_if(|_, next| !next.counts(now));
        self.dirty.extend(over.map(|(subject, next)| Dirty::Over(subject, next.made_at)));
        self.drop_guards(|guard| guard.is_over(now));
    }

    fn drop_guards(&mut self, is_over: impl Fn(&Guard) -> bool) {
        let over = self.guards.extract_if(|_, guarded| is_over(&guarded.guard));
        self.dirty.extend(over.map(|(mac, _)| Dirty::Guard(mac)));
    }

    pub(super) fn has_news(&self) -> bool {
        !self.dirty.is_empty() || !self.news.is_empty()
    }

    /// Takes out what has to be written.
    pub(super) fn take_news(&mut self) -> (Vec<(Dirty, Option<Guarded>)>, Vec<NewEvent>) {
        let dirty = std::mem::take(&mut self.dirty).into_iter().map(|dirty| {
            let guarded = match &dirty {
                Dirty::Guard(mac) => self.guards.get(mac).cloned(),
                Dirty::Used(..) | Dirty::Over(..) => None,
            };
            (dirty, guarded)
        });
        (dirty.collect(), std::mem::take(&mut self.news))
    }

    /// It could not be written: it is still to be.
    pub(super) fn put_back(&mut self, dirty: impl Iterator<Item = Dirty>, news: Vec<NewEvent>) {
        self.dirty.extend(dirty);
        self.news.splice(0..0, news);
    }
}

fn held(mac: MacAddr, guarded: &Guarded) -> Option<Held> {
    let hold = guarded.guard.hold()?;
    Some(Held { mac, host: guarded.host.clone(), since: hold.since, reason: hold.in_words() })
}

pub(super) fn released(mac: MacAddr, host: Option<Id>, actor: &str, why: &str) -> NewEvent {
    let summary = format!("{mac} is held at its disk no more: {why}");
    NewEvent::new(Kind::BootReleased, host, actor, summary).key(mac.to_string())
}

fn looped(mac: MacAddr, host: Option<&HostFacts>, hold: Hold) -> NewEvent {
    let who = host.map_or_else(|| mac.to_string(), |host| host.name.clone());
    let summary = format!("{who} is held at its disk: {}", hold.in_words());
    NewEvent::new(Kind::BootLooped, host.map(|host| host.id.clone()), "server", summary)
        .key(mac.to_string())
        .data(json!({ "mac": mac, "given": hold.given }))
}

//! What is known of one host, and what follows from a word, a sample, an event, or none of them. Pure: it answers what is
//! to be written, and changes itself only when told that it was.

mod judge;
mod site;

use std::collections::BTreeMap;
use std::time::Duration;

use hosts::HostFacts;
use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::mute::{Hearing, hearing};
use crate::rules::evidence::{Evidence, Telling};
use crate::rules::hysteresis::State;
use crate::rules::missing::Words;
use crate::rules::{RuleId, event};
use crate::settings::RuleSettings;
use crate::severity::Severity;

pub(crate) use self::site::SiteWatch;

/// Conditions that one host may have at once. The largest machines have some hundreds of disks; what has more is broken, or
/// means harm.
const MAX_TRACKED: usize = 512;
/// What a machine has not reported for so long is gone from it.
const GONE_AFTER: Duration = Duration::from_secs(3600);

/// What a rule watches on a host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    pub(crate) rule: RuleId,
    pub(crate) component: String,
}

/// What a rule remembers of its target.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tracked {
    pub(crate) state: State,
    /// What the event said that opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<String>,
    /// When the machine last reported it.
    #[serde(skip)]
    seen_at: Option<Timestamp>,
    /// The incident, while it fires.
    #[serde(skip)]
    pub(crate) incident: Option<Id>,
}

/// What rules remember of one host, or of the site.
pub(crate) type Conditions = BTreeMap<Target, Tracked>;

/// Whose conditions they are, for what is written of them.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// The host; absent for the site.
    pub(crate) host: Option<Id>,
    /// What it is called; empty for the site.
    pub(crate) name: String,
    /// Where it stands, where that is known.
    pub(crate) place: Option<String>,
}

/// What is to be written of a target.
#[derive(Debug, Clone)]
pub(crate) struct Update {
    pub(crate) target: Target,
    /// What is remembered from now on; nothing when all is well.
    pub(crate) tracked: Option<Tracked>,
    /// The incident as it was before.
    pub(crate) incident: Option<Id>,
    /// What happened, where it is to be told.
    pub(crate) news: Option<News>,
}

/// Something to tell.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// It is wrong, and so bad: it begins, or it changes.
    Is(Severity, Telling),
    /// It is over.
    Ends(Telling),
}

/// One host.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) facts: HostFacts,
    pub(crate) words: Words,
    tracked: Conditions,
    /// When it is looked at next; it has one place in the order of deadlines, or none.
    pub(crate) scheduled: Option<Timestamp>,
    /// It was deleted while somebody waited for it.
    pub(crate) is_gone: bool,
}

impl Target {
    pub(crate) fn whole(rule: RuleId) -> Self {
        Self { rule, component: String::new() }
    }
}

impl Watch {
    pub(crate) fn new(facts: HostFacts) -> Self {
        let words = Words::new(facts.last_seen_at, facts.goodbye_at);
        Self { facts, words, tracked: BTreeMap::new(), scheduled: None, is_gone: false }
    }

    /// Takes up what was remembered before the server's start, at `now`: as if it had been seen just then.
    pub(crate) fn recall(&mut self, target: Target, tracked: Tracked, now: Timestamp) {
        self.tracked.insert(target, Tracked { seen_at: Some(now), ..tracked });
    }

    pub(crate) fn is_watched(&self, rule: RuleId, rules: &RuleSettings) -> bool {
        rules.is_enabled(rule) && hearing(rule, self.facts.state) != Hearing::Off
    }

    /// What no rule watches any more, after the host went from one state to another or the settings changed.
    pub(crate) fn settle(&self, rules: &RuleSettings) -> Vec<Update> {
        let state = self.facts.state;
        let why = |rule| match rules.is_enabled(rule) {
            true => format!("The host is {state}"),
            false => "The rule is switched off".to_owned(),
        };
        let unwatched = self.tracked.keys().filter(|target| !self.is_watched(target.rule, rules));
        unwatched.map(|target| self.close(target, &Evidence::Unwatched { why: why(target.rule) })).collect()
    }

    /// Everything is over: the host is gone.
    pub(crate) fn close_all(&self, why: &str) -> Vec<Update> {
        let evidence = Evidence::Unwatched { why: why.to_owned() };
        self.tracked.keys().map(|target| self.close(target, &evidence)).collect()
    }

    /// When something may happen though nothing is heard.
    pub(crate) fn next_look(&self, rules: &RuleSettings, deaf_until: Timestamp) -> Option<Timestamp> {
        let firing = self.tracked.get(&Target::whole(RuleId::AgentMissing)).and_then(|it| it.state.firing());
        let silence = Some(RuleId::AgentMissing)
            .filter(|rule| self.is_watched(*rule, rules))
            .and_then(|_| self.words.next_look(&rules.agent.missing, deaf_until, firing));
        let pending = self.tracked.iter().filter_map(|(target, tracked)| {
            let after = event::settings(target.rule, rules)?.after.get();
            Some(tracked.state.pending_since()?.plus(after).max(deaf_until))
        });
        silence.into_iter().chain(pending).min()
    }

    /// What was decided is written: it holds from now on.
    pub(crate) fn apply(&mut self, target: Target, tracked: Option<Tracked>) {
        apply(&mut self.tracked, target, tracked);
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject {
            host: Some(self.facts.id.clone()),
            name: self.facts.name.clone(),
            place: self.facts.place.clone(),
        }
    }
}

fn apply(known: &mut Conditions, target: Target, tracked: Option<Tracked>) {
    match tracked {
        Some(tracked) => drop(known.insert(target, tracked)),
        None => drop(known.remove(&target)),
    }
}

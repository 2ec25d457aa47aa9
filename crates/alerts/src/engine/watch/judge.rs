//! From what was heard, read or written to what has to be written.

use std::collections::BTreeSet;

use events::Event;
use inventory::{Sample, Timestamp};

use super::{Conditions, GONE_AFTER, MAX_TRACKED, News, Target, Tracked, Update, Watch};
use crate::rules::event::{Effect, EventRule, Of, TABLE};
use crate::rules::evidence::Evidence;
use crate::rules::hysteresis::{Level, Reading, Timing, Transition, Zone, step};
use crate::rules::{RuleId, event, filesystem, temperature};
use crate::settings::RuleSettings;
use crate::severity::Severity;

/// What one rule read on one target.
pub(super) struct Finding {
    target: Target,
    reading: Reading,
    timing: Timing,
    evidence: Evidence,
}

impl Watch {
    /// What the agent's silence amounts to, and what has waited long enough.
    pub(crate) fn look(&self, rules: &RuleSettings, deaf_until: Timestamp, now: Timestamp) -> Vec<Update> {
        let mut findings: Vec<Finding> = self.silence(rules, deaf_until, now).into_iter().collect();
        if now >= deaf_until {
            findings.extend(pending(&self.tracked, Of::Host, rules));
        }
        judge(&self.tracked, findings, rules, now)
    }

    /// What the agent's word changes. The word itself was noted before.
    pub(crate) fn heard(&self, rules: &RuleSettings, deaf_until: Timestamp, now: Timestamp) -> Vec<Update> {
        let mut findings: Vec<Finding> = self.silence(rules, deaf_until, now).into_iter().collect();
        // An agent that speaks has not stopped, whether its start was told or not.
        if !self.words.is_gone() && self.tracked.contains_key(&Target::whole(RuleId::AgentStopped)) {
            let stopped = TABLE.iter().find(|row| row.rule == RuleId::AgentStopped);
            findings.extend(
                stopped
                    .map(|row| row.closing(Target::whole(row.rule), "It is heard again".to_owned(), rules)),
            );
        }
        judge(&self.tracked, findings, rules, now)
    }

    /// What a sample says.
    pub(crate) fn sampled(&mut self, sample: &Sample, rules: &RuleSettings, now: Timestamp) -> Vec<Update> {
        let mut findings = Vec::new();
        if self.is_watched(RuleId::FsUsage, rules) {
            findings.extend(sample.filesystems.iter().filter_map(|filesystem| {
                let (reading, fullness) = filesystem::read(filesystem, &rules.fs.usage)?;
                Some(Finding {
                    target: Target { rule: RuleId::FsUsage, component: filesystem.mount.clone() },
                    reading,
                    timing: filesystem::timing(&rules.fs.usage),
                    evidence: Evidence::Fullness(fullness),
                })
            }));
        }
        findings.extend(sample.temperatures.iter().filter_map(|temperature| {
            let rule = temperature::rule(temperature.class);
            let settings = temperature::settings(temperature.class, &rules.temp);
            let (reading, heat) =
                temperature::read(temperature, settings).filter(|_| self.is_watched(rule, rules))?;
            Some(Finding {
                target: Target { rule, component: temperature.sensor.clone() },
                reading,
                timing: temperature::timing(settings),
                evidence: Evidence::Heat(heat),
            })
        }));
        // A hostile sample may name one thing twice: the first counts.
        let mut named = BTreeSet::new();
        findings.retain(|finding| named.insert(finding.target.clone()));
        for target in &named {
            if let Some(tracked) = self.tracked.get_mut(target) {
                tracked.seen_at = Some(now);
            }
        }
        let mut updates = judge(&self.tracked, findings, rules, now);
        // What could not be read this time is not gone.
        if sample.warnings.is_empty() {
            updates.extend(self.vanished(&named, now));
        }
        updates
    }

    /// What an event opens or closes.
    pub(crate) fn happened(&self, happened: &Event, rules: &RuleSettings) -> Vec<Update> {
        let mut findings = findings(happened, Of::Host, rules, |rule| self.is_watched(rule, rules));
        if self.words.is_wanted_off(happened.at) {
            findings.retain(|it| it.target.rule != RuleId::AgentStopped || it.reading.low != Zone::Fires);
        }
        judge(&self.tracked, findings, rules, happened.at)
    }

    /// A target that is not watched any more, or not there.
    pub(super) fn close(&self, target: &Target, evidence: &Evidence) -> Update {
        close(&self.tracked, target, evidence)
    }

    fn silence(&self, rules: &RuleSettings, deaf_until: Timestamp, now: Timestamp) -> Option<Finding> {
        let settings = &rules.agent.missing;
        if !self.is_watched(RuleId::AgentMissing, rules) {
            return None;
        }
        let reading = self.words.read(settings, deaf_until, now)?;
        let limit = if reading.high == Zone::Fires { settings.crit_after } else { settings.warn_after };
        let evidence = match self.words.heard_at() {
            Some(since) if reading.low == Zone::Fires => Evidence::Silence { since, limit: limit.get() },
            _ if self.words.is_wanted_off(now) => Evidence::Ending {
                title: "silence is wanted".to_owned(),
                summary: "It was asked to be switched off".to_owned(),
            },
            _ if self.words.is_gone() => Evidence::Ending {
                title: "agent said goodbye".to_owned(),
                summary: "It was stopped in good order".to_owned(),
            },
            _ => Evidence::Heard,
        };
        Some(Finding {
            target: Target::whole(RuleId::AgentMissing),
            reading,
            timing: Timing::default(),
            evidence,
        })
    }

    fn vanished(&self, named: &BTreeSet<Target>, now: Timestamp) -> Vec<Update> {
        let by_sample = self
            .tracked
            .iter()
            .filter(|(target, _)| is_read_from_samples(target.rule) && !named.contains(target));
        by_sample
            .filter_map(|(target, tracked)| {
                let since = tracked.seen_at?;
                (now.since(since) >= GONE_AFTER).then(|| self.close(target, &Evidence::Vanished { since }))
            })
            .collect()
    }
}

/// What an event opens or closes under the rules that look at such events, and are switched on.
pub(super) fn findings(
    happened: &Event,
    of: Of,
    rules: &RuleSettings,
    is_watched: impl Fn(RuleId) -> bool,
) -> Vec<Finding> {
    let rows = TABLE.iter().filter(|row| row.of == of && is_watched(row.rule));
    let found = rows.filter_map(|row| {
        let target = Target { rule: row.rule, component: row.component(happened) };
        match row.effect(happened)? {
            Effect::Opens => Some(row.opening(target, happened.summary.clone(), rules)),
            Effect::Closes => Some(row.closing(target, happened.summary.clone(), rules)),
        }
    });
    found.collect()
}

/// What an event opened that waits for its time.
pub(super) fn pending(known: &Conditions, of: Of, rules: &RuleSettings) -> Vec<Finding> {
    let waiting = known.iter().filter_map(|(target, tracked)| {
        let row = TABLE.iter().find(|row| row.rule == target.rule && row.of == of)?;
        tracked.state.pending_since()?;
        let summary = tracked.said.clone().unwrap_or_default();
        Some(row.opening(target.clone(), summary, rules))
    });
    waiting.collect()
}

/// What follows from the findings; nothing for those that change nothing.
pub(super) fn judge(
    known: &Conditions,
    findings: Vec<Finding>,
    rules: &RuleSettings,
    now: Timestamp,
) -> Vec<Update> {
    let mut room = MAX_TRACKED.saturating_sub(known.len());
    let mut updates = Vec::new();
    for finding in findings {
        let tracked = known.get(&finding.target);
        let before = tracked.cloned().unwrap_or_default();
        let (state, transition) = step(before.state, Some(finding.reading), finding.timing, now);
        if state == before.state && transition.is_none() {
            continue;
        }
        if tracked.is_none() && room == 0 {
            continue;
        }
        room -= usize::from(tracked.is_none());
        let said = match &finding.evidence {
            Evidence::Event { summary, .. } => Some(summary.clone()),
            _ => None,
        };
        let tracked = Tracked { state, said, seen_at: Some(now), incident: before.incident.clone() };
        updates.push(Update {
            news: transition.map(|transition| news(&finding, transition, rules, now)),
            target: finding.target,
            incident: before.incident,
            tracked: (!state.is_ok()).then_some(tracked),
        });
    }
    updates
}

/// A target that is not watched any more, or not there.
pub(super) fn close(known: &Conditions, target: &Target, evidence: &Evidence) -> Update {
    let tracked = known.get(target);
    let firing = tracked.and_then(|tracked| tracked.state.firing());
    let news = firing.map(|_| News::Ends(evidence.ending()));
    Update {
        target: target.clone(),
        incident: tracked.and_then(|tracked| tracked.incident.clone()),
        tracked: None,
        news,
    }
}

impl EventRule {
    fn opening(&self, target: Target, summary: String, rules: &RuleSettings) -> Finding {
        let (title, advice) = (self.title(&target.component), self.advice(&target.component));
        let evidence = Evidence::Event { title, summary, advice };
        Finding {
            reading: Reading { low: Zone::Fires, ..Reading::default() },
            ..self.finding(target, evidence, rules)
        }
    }

    fn closing(&self, target: Target, summary: String, rules: &RuleSettings) -> Finding {
        let title = self.ending(&target.component);
        self.finding(target, Evidence::Ending { title, summary }, rules)
    }

    fn finding(&self, target: Target, evidence: Evidence, rules: &RuleSettings) -> Finding {
        let low_for = self.settings(rules).map(|settings| settings.after.get()).unwrap_or_default();
        Finding {
            target,
            reading: Reading::default(),
            timing: Timing { low_for, ..Timing::default() },
            evidence,
        }
    }
}

fn news(finding: &Finding, transition: Transition, rules: &RuleSettings, now: Timestamp) -> News {
    let level = match transition {
        Transition::Resolved => return News::Ends(finding.evidence.ending()),
        Transition::Fired(level) | Transition::Changed(level) => level,
    };
    let by_event = event::settings(finding.target.rule, rules).map(|settings| settings.severity);
    let severity = by_event.unwrap_or(match level {
        Level::Low => Severity::Warn,
        Level::High => Severity::Crit,
    });
    News::Is(severity, finding.evidence.problem(level, now))
}

fn is_read_from_samples(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::FsUsage
            | RuleId::TempNvme
            | RuleId::TempHdd
            | RuleId::TempSsdSata
            | RuleId::TempCpu
            | RuleId::TempInlet
            | RuleId::TempOther
    )
}

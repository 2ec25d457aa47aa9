//! What is wrong with the site's own things, which are no hosts: its gateways. They are told apart by the events' keys.

use events::Event;
use inventory::Timestamp;

use super::judge::{close, findings, judge, pending};
use super::{Conditions, Subject, Target, Tracked, Update, apply};
use crate::rules::event::Of;
use crate::rules::evidence::Evidence;
use crate::settings::RuleSettings;

/// The site's conditions.
#[derive(Debug, Default)]
pub(crate) struct SiteWatch {
    tracked: Conditions,
}

impl SiteWatch {
    /// Takes up what was remembered before the server's start.
    pub(crate) fn recall(remembered: impl IntoIterator<Item = (Target, Tracked)>) -> Self {
        Self { tracked: remembered.into_iter().collect() }
    }

    pub(crate) fn subject() -> Subject {
        Subject { host: None, name: String::new(), place: None }
    }

    /// What an event opens or closes.
    pub(crate) fn happened(&self, happened: &Event, rules: &RuleSettings) -> Vec<Update> {
        let findings = findings(happened, Of::Site, rules, |rule| rules.is_enabled(rule));
        judge(&self.tracked, findings, rules, happened.at)
    }

    /// What has waited long enough.
    pub(crate) fn look(&self, rules: &RuleSettings, now: Timestamp) -> Vec<Update> {
        judge(&self.tracked, pending(&self.tracked, Of::Site, rules), rules, now)
    }

    /// What no rule watches any more, after the settings changed.
    pub(crate) fn settle(&self, rules: &RuleSettings) -> Vec<Update> {
        let evidence = Evidence::Unwatched { why: "The rule is switched off".to_owned() };
        let unwatched = self.tracked.keys().filter(|target| !rules.is_enabled(target.rule));
        unwatched.map(|target| close(&self.tracked, target, &evidence)).collect()
    }

    /// What was decided is written: it holds from now on.
    pub(crate) fn apply(&mut self, target: Target, tracked: Option<Tracked>) {
        apply(&mut self.tracked, target, tracked);
    }
}

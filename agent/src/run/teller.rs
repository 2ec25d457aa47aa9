//! Hands what was collected to whoever is to have it: the outbox, and those who come and ask.

use std::sync::Arc;

use inventory::{AgentStamp, Failure, Report, SCHEMA, Sample};
use serde::Serialize;
use tokio::sync::watch;
use tracing::{debug, error};

use super::facts::Facts;
use crate::outbox::{Kind, Outbox, Weight};
use crate::report::{Reporter, emptiness};

/// A failure's reason, as far as the server takes it.
const REASON_LIMIT: usize = 1000;

/// What whoever comes and asks is shown.
#[derive(Debug, Clone)]
pub(super) struct Newest {
    pub(super) report: watch::Sender<Option<Arc<Report>>>,
    pub(super) sample: watch::Sender<Option<Arc<Sample>>>,
}

impl Newest {
    pub(super) fn new() -> Self {
        Self { report: watch::channel(None).0, sample: watch::channel(None).0 }
    }
}

/// Hands on what was collected.
#[derive(Clone)]
pub(super) struct Teller {
    pub(super) reporter: Reporter,
    pub(super) outbox: Arc<Outbox>,
    pub(super) newest: Newest,
}

impl Teller {
    /// A report of some sections, or of all.
    pub(super) fn report(&self, report: Report) {
        debug!("collected in {} ms", report.duration_ms);
        let whole = match emptiness(&report.sections) {
            Some(reason) if self.newest.report.borrow().is_none() => {
                self.fail("inventory", &reason);
                Arc::new(report)
            }
            Some(reason) => return self.fail("inventory", &reason),
            None => self.outbox.learn(report),
        };
        self.newest.report.send_replace(Some(whole));
    }

    /// A slow section, which may well have nothing to tell.
    pub(super) fn section(&self, report: Report) {
        // Of a machine of which nothing at all can be read that was said once, as a failure.
        if emptiness(&report.sections).is_some() && !self.outbox.has_learnt() {
            return;
        }
        self.newest.report.send_replace(Some(self.outbox.learn(report)));
    }

    /// A sample; where nobody is told, it is kept for those who ask.
    pub(super) fn sample(&self, sample: Sample, facts: &mut Facts, is_told: bool) {
        let weight = if facts.changed_by(&sample) { Weight::Change } else { Weight::Plain };
        if is_told {
            self.post(Kind::Sample, weight, &sample);
        }
        let mut shown = sample;
        if shown.drives.is_empty()
            && let Some(before) = self.newest.sample.borrow().as_deref()
        {
            // They are asked every ten minutes only; whoever asks in between is shown what they said last.
            shown.drives.clone_from(&before.drives);
        }
        self.newest.sample.send_replace(Some(Arc::new(shown)));
    }

    pub(super) fn fail(&self, what: &str, reason: &str) {
        error!("the agent can't do its work ({what}): {reason}");
        let stamp = self.reporter.start.stamp();
        self.post(Kind::Failure, Weight::Change, &failure(stamp, self.reporter.clock.now(), what, reason));
    }

    fn post(&self, kind: Kind, weight: Weight, message: &impl Serialize) {
        if let Err(error) = self.outbox.post(kind, weight, message) {
            error!("the message can't be written: {error}");
        }
    }
}

pub(super) fn failure(agent: AgentStamp, at: inventory::Timestamp, what: &str, reason: &str) -> Failure {
    Failure {
        schema: SCHEMA,
        agent,
        at,
        what: what.to_owned(),
        reason: reason.chars().take(REASON_LIMIT).collect(),
        identity: None,
        ticket_prefix: None,
    }
}

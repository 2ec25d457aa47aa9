//! Watches the machine: the inventory at the start, hourly and when asked, a sample every interval.

use std::sync::Arc;
use std::time::Duration;

use inventory::{Failure, Report, SCHEMA, Sections};
use serde::Serialize;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, error};

use super::order::Order;
use crate::client::{jittered, random_unit};
use crate::outbox::{Kind, Outbox};
use crate::report::{Reporter, emptiness};
use crate::sample::Sampler;

const REPORT_INTERVAL: Duration = Duration::from_secs(3600);
/// A server that answers each report by asking for another one must not keep the machine busy.
const SHORTEST_REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// A failure's reason, as far as the server takes it.
const REASON_LIMIT: usize = 1000;

pub(super) struct Watcher {
    reporter: Reporter,
    sampler: Sampler,
    outbox: Arc<Outbox>,
    orders: mpsc::Receiver<Order>,
    publish: watch::Sender<Option<Arc<Report>>>,
    /// What was last put into the outbox.
    known: Option<Sections>,
}

impl Watcher {
    pub(super) const fn new(
        reporter: Reporter,
        sampler: Sampler,
        outbox: Arc<Outbox>,
        orders: mpsc::Receiver<Order>,
        publish: watch::Sender<Option<Arc<Report>>>,
    ) -> Self {
        Self { reporter, sampler, outbox, orders, publish, known: None }
    }

    pub(super) async fn watch(mut self) {
        self.report(false).await;
        let mut next_report = Instant::now() + jittered(REPORT_INTERVAL, random_unit());
        // Nobody wants samples before the machine is enrolled.
        let mut sampling: Option<(Duration, Instant)> = None;
        loop {
            let next_sample = sampling.map(|(_, next)| next);
            tokio::select! {
                () = at(next_sample) => {
                    self.sample().await;
                    if let Some((interval, next)) = &mut sampling {
                        *next = Instant::now() + jittered(*interval, random_unit());
                    }
                }
                () = sleep_until(next_report) => {
                    self.report(false).await;
                    next_report = Instant::now() + jittered(REPORT_INTERVAL, random_unit());
                }
                order = self.orders.recv() => match order {
                    Some(Order::Report) => {
                        sleep(SHORTEST_REPORT_INTERVAL).await;
                        self.report(true).await;
                    }
                    Some(Order::SampleEvery(interval)) => {
                        let same = sampling.is_some_and(|(known, _)| known == interval);
                        if !same {
                            sampling = Some((interval, Instant::now()));
                        }
                    }
                    // Without a courier there are no orders, and the hourly report goes on.
                    None => at(Some(next_report)).await,
                },
            }
        }
    }

    /// Collects; sends what changed, or everything when it was asked for.
    async fn report(&mut self, asked: bool) {
        let reporter = self.reporter.clone();
        let report = match spawn_blocking(move || reporter.quick()).await {
            Ok(report) => report,
            Err(error) => return self.fail("inventory", error.to_string()),
        };
        debug!("collected in {} ms", report.duration_ms);
        let empty = emptiness(&report.sections);
        let changed = self.known.as_ref() != Some(&report.sections);
        let report = Arc::new(report);
        self.publish.send_replace(Some(Arc::clone(&report)));
        match empty {
            Some(reason) => self.fail("inventory", reason),
            None if asked || changed => {
                self.known = Some(report.sections.clone());
                self.post(Kind::Inventory, &*report);
            }
            None => {}
        }
    }

    async fn sample(&self) {
        let sampler = self.sampler.clone();
        match spawn_blocking(move || sampler.sample()).await {
            Ok(sample) => self.post(Kind::Sample, &sample),
            Err(error) => self.fail("sample", error.to_string()),
        }
    }

    fn fail(&self, what: &str, reason: String) {
        error!("collecting the {what} failed: {reason}");
        let failure = Failure {
            schema: SCHEMA,
            agent: self.reporter.start.stamp(),
            at: self.reporter.clock.now(),
            what: what.to_owned(),
            reason: reason.chars().take(REASON_LIMIT).collect(),
        };
        self.post(Kind::Failure, &failure);
    }

    fn post(&self, kind: Kind, message: &impl Serialize) {
        if let Err(error) = self.outbox.post(kind, message) {
            error!("the message can't be written: {error}");
        }
    }
}

/// At that moment; never where there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;

//! Carries the outbox to the server, for ever: nothing that waits there is given up because the server is away.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use inventory::{ActionRequest, Failure, GoodbyeReason, Receipt, Reply, Report};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tracing::{debug, error, info, warn};

use super::actor::Receipts;
use super::orders::Orders;
use super::session::Session;
use super::standing::Standing;
use super::teller::failure;
use crate::client::{Backoff, Declined, jittered, random_unit};
use crate::outbox::{Kind, Letter, Outbox};

pub(super) struct Courier {
    pub(super) session: Session,
    pub(super) outbox: Arc<Outbox>,
    pub(super) orders: Orders,
    pub(super) newest: watch::Receiver<Option<Arc<Report>>>,
    pub(super) asked: mpsc::Sender<ActionRequest>,
    pub(super) receipts: Receipts,
    pub(super) standing: watch::Sender<Standing>,
    pub(super) outage: Backoff,
    pub(super) refusal: Backoff,
    /// The last failure that was told without a key.
    pub(super) cried: Option<Failure>,
}

impl Courier {
    pub(super) async fn deliver(&mut self) -> Infallible {
        if let Some((action, outcome, words)) = self.session.returned() {
            self.receipts.write(&action, outcome, &words);
        }
        loop {
            self.deliver_next().await;
        }
    }

    /// Sends until nothing waits.
    pub(super) async fn flush(&mut self) {
        while self.session.is_enrolled() && !self.outbox.is_empty() {
            self.deliver_next().await;
        }
    }

    async fn deliver_next(&mut self) {
        if !self.session.is_enrolled() {
            self.enrol().await;
        }
        self.orders.sample_every_secs(self.session.interval_secs());
        let letter = self.outbox.next().await;
        self.carry(&letter).await;
    }

    pub(super) async fn goodbye(&self, reason: GoodbyeReason) {
        if let Err(declined) = self.session.goodbye(reason).await {
            warn!("the goodbye was not taken: {declined}");
        }
    }

    /// Hands a receipt over out of turn, as often as it takes. Whether the server has it: one that will never take it has
    /// not.
    pub(super) async fn hand_over(&mut self, receipt: &Receipt) -> bool {
        let Ok(letter) = Letter::of(Kind::Receipt, receipt) else { return false };
        loop {
            match self.session.send(&letter).await {
                Ok(_) => return true,
                Err(Declined::Later { after, why }) => self.wait(after, &format!("sending: {why}")).await,
                Err(Declined::Refused { .. } | Declined::Forgotten(_)) => return false,
            }
        }
    }

    /// Says what it dies of, without waiting its turn. Whether it was heard.
    pub(super) async fn last_words(&mut self, last: &Failure) -> bool {
        match Letter::of(Kind::Failure, last) {
            Ok(letter) if self.session.is_enrolled() => self.session.send(&letter).await.is_ok(),
            Ok(_) | Err(_) => false,
        }
    }

    /// Tries until it is done. An operator may have to act, so a refusal is no reason to end either.
    async fn enrol(&mut self) {
        let report = self.report().await;
        loop {
            match self.session.enrol(&report).await {
                Ok(()) => break,
                Err(Declined::Later { after, why }) => self.wait(after, &format!("enrolling: {why}")).await,
                Err(Declined::Refused { status, why }) => {
                    self.refused(&report, &format!("{status} {why}")).await
                }
                Err(Declined::Forgotten(why)) => self.refused(&report, &why).await,
            }
        }
        self.outage.reset();
        self.refusal.reset();
        let host = self.session.host().cloned();
        self.standing.send_modify(|standing| standing.host = host);
        // Another host, perhaps, has to be told what it is made of. What waits is the same machine's, and stays.
        self.outbox.tell_everything();
    }

    async fn refused(&mut self, report: &Report, why: &str) {
        let wait = self.refusal.next_wait(random_unit());
        let server = self.session.server();
        let words = format!("{server} refused to enrol this machine: {why}");
        error!("{words}; trying again in {} s", wait.as_secs());
        self.complain(&words);
        self.cry(report, why).await;
        sleep(wait).await;
    }

    /// Tells without a key what stands in the way: why it is not enrolled, and what it could not collect.
    async fn cry(&mut self, report: &Report, why: &str) {
        let (start, now) = (Arc::clone(&self.receipts.start), self.receipts.clock.now());
        let enrolling = failure(start.stamp(), now, "enrol", why);
        let waiting = self.outbox.failures();
        let waiting = waiting.iter().filter_map(|body| serde_json::from_slice::<Failure>(body).ok());
        let worst = waiting.last().unwrap_or(enrolling);
        let same = |told: &Failure| told.what == worst.what && told.reason == worst.reason;
        if self.cried.as_ref().is_some_and(same) {
            return;
        }
        match self.session.cry(worst.clone(), &report.identity()).await {
            Ok(()) => self.cried = Some(worst),
            Err(declined) => debug!("the failure was not taken: {declined}"),
        }
    }

    async fn carry(&mut self, letter: &Letter) {
        match self.session.send(letter).await {
            Ok(reply) => {
                self.outbox.settle(letter);
                self.recovered();
                if let Some(reply) = reply {
                    self.obey(reply).await;
                }
            }
            Err(Declined::Forgotten(_)) => {}
            Err(Declined::Later { after, why }) => {
                self.outbox.set_away(true);
                self.wait(after, &format!("sending: {why}")).await;
            }
            Err(Declined::Refused { status, why }) => {
                self.outbox.settle(letter);
                let kind = letter.kind.name();
                let words = format!("the server will not take this {kind}: {status} {why}; dropped");
                error!("{words}");
                self.complain(&words);
            }
        }
    }

    async fn obey(&mut self, reply: Reply) {
        if let Some(secs) = reply.interval_secs {
            self.session.set_interval(secs);
        }
        for request in reply.actions {
            debug!("the server asks for {request:?}");
            match self.session.accept(&request, reply.server_time) {
                // The actor lives as long as the agent does.
                Ok(()) => drop(self.asked.send(request).await),
                Err(not) => self.receipts.write(&request.id, not.outcome, &not.words),
            }
        }
    }

    async fn wait(&mut self, asked: Option<Duration>, why: &str) {
        let own = self.outage.next_wait(random_unit());
        // Those who were sent away together must not come back together; and a server that asks for no pause at all gets
        // one all the same.
        let wait = asked.map_or(own, |asked| own.max(asked).max(jittered(asked, random_unit())));
        warn!("{why}; trying again in {:.1} s", wait.as_secs_f64());
        self.complain(why);
        self.standing.send_if_modified(|standing| {
            let is_news = standing.trouble.as_deref() != Some(why);
            standing.trouble = Some(why.to_owned());
            is_news
        });
        sleep(wait).await;
    }

    fn complain(&self, words: &str) {
        let now = self.receipts.clock.now();
        self.standing.send_modify(|standing| standing.complain(now, words));
    }

    fn recovered(&mut self) {
        self.outage.reset();
        self.outbox.set_away(false);
        let now = self.receipts.clock.now();
        self.standing.send_modify(|standing| {
            standing.trouble = None;
            standing.acknowledged_at = Some(now);
        });
        let dropped = self.outbox.take_dropped_samples();
        if dropped > 0 {
            info!("the server is back; {dropped} samples had to make room while it was away");
        }
    }

    /// The newest report, when there is one.
    async fn report(&mut self) -> Arc<Report> {
        loop {
            if let Some(report) = self.newest.borrow_and_update().clone() {
                return report;
            }
            if self.newest.changed().await.is_err() {
                // The watcher died: so will the agent.
                std::future::pending::<()>().await;
            }
        }
    }
}

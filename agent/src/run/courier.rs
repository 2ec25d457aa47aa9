//! Carries the outbox to the server, for ever: nothing that waits there is given up because the server is away.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use inventory::{Action, GoodbyeReason, Report};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tracing::{debug, error, info, warn};

use super::order::Order;
use super::session::Session;
use crate::client::{Backoff, Declined, jittered, random_unit};
use crate::outbox::{Kind, Letter, Outbox};

pub(super) struct Courier {
    session: Session,
    outbox: Arc<Outbox>,
    orders: mpsc::Sender<Order>,
    newest: watch::Receiver<Option<Arc<Report>>>,
    outage: Backoff,
    refusal: Backoff,
}

impl Courier {
    pub(super) fn new(
        session: Session,
        outbox: Arc<Outbox>,
        orders: mpsc::Sender<Order>,
        newest: watch::Receiver<Option<Arc<Report>>>,
    ) -> Self {
        let (outage, refusal) = (Backoff::for_outage(), Backoff::for_refusal());
        Self { session, outbox, orders, newest, outage, refusal }
    }

    pub(super) async fn deliver(&mut self) -> Infallible {
        let mut resumed = self.session.is_enrolled();
        loop {
            if !self.session.is_enrolled() {
                self.enrol().await;
                self.order(Order::sample_every_secs(self.session.interval_secs())).await;
            } else if std::mem::take(&mut resumed) {
                self.order(Order::sample_every_secs(self.session.interval_secs())).await;
            }
            let letter = self.outbox.next().await;
            self.carry(&letter).await;
        }
    }

    pub(super) async fn goodbye(&self, reason: GoodbyeReason) {
        if let Err(declined) = self.session.goodbye(reason).await {
            warn!("the goodbye was not taken: {declined}");
        }
    }

    /// Tries until it is done. An operator may have to act, so a refusal is no reason to end either.
    async fn enrol(&mut self) {
        let report = self.report().await;
        loop {
            match self.session.enrol(&report).await {
                Ok(()) => break,
                Err(Declined::Later { after, why }) => self.wait(after, &format!("enrolling: {why}")).await,
                Err(Declined::Refused { status, why }) => self.refused(&format!("{status} {why}")).await,
                Err(Declined::Forgotten(why)) => self.refused(&why).await,
            }
        }
        self.outage.reset();
        self.refusal.reset();
    }

    async fn refused(&mut self, why: &str) {
        let wait = self.refusal.next_wait(random_unit());
        error!("the server refused to enrol this machine: {why}; trying again in {} s", wait.as_secs());
        sleep(wait).await;
    }

    async fn carry(&mut self, letter: &Letter) {
        match self.session.send(letter).await {
            Ok(reply) => {
                self.outbox.settle(letter);
                self.recovered();
                for action in reply.map(|reply| reply.actions).unwrap_or_default() {
                    self.obey(action).await;
                }
            }
            // The new host has to be told what it is made of. What waits is the same machine's, and stays.
            Err(Declined::Forgotten(_)) if letter.kind == Kind::Inventory => {}
            Err(Declined::Forgotten(_)) => self.order(Order::Report).await,
            Err(Declined::Later { after, why }) => self.wait(after, &format!("sending: {why}")).await,
            Err(Declined::Refused { status, why }) => {
                self.outbox.settle(letter);
                error!("the server will not take this {}: {status} {why}; dropped", name(letter.kind));
            }
        }
    }

    async fn obey(&self, action: Action) {
        debug!("the server asks for {action:?}");
        match action {
            Action::Report => self.order(Order::Report).await,
            Action::SetInterval { interval_secs } => {
                self.order(Order::sample_every_secs(interval_secs)).await
            }
            Action::Unknown => {
                warn!("the server asks for something that this agent can't do; upgrade the agent")
            }
        }
    }

    async fn order(&self, order: Order) {
        // The watcher lives as long as the agent does.
        self.orders.send(order).await.ok();
    }

    async fn wait(&mut self, asked: Option<Duration>, why: &str) {
        let own = self.outage.next_wait(random_unit());
        // Those who were sent away together must not come back together; and a server that asks for no pause at all gets
        // one all the same.
        let wait = asked.map_or(own, |asked| own.max(asked).max(jittered(asked, random_unit())));
        warn!("{why}; trying again in {:.1} s", wait.as_secs_f64());
        sleep(wait).await;
    }

    fn recovered(&mut self) {
        self.outage.reset();
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

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Inventory => "inventory",
        Kind::Failure => "failure",
        Kind::Sample => "sample",
    }
}

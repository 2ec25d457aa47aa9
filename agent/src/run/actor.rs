//! Does what the courier was asked for and found to be allowed, and writes the receipts.

use std::sync::Arc;
use std::time::Duration;

use inventory::{Action, ActionRequest, Clock, Id, LONGEST_BLINK_SECS, Outcome, Receipt, SCHEMA};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, spawn_blocking};
use tracing::{error, info};

use super::orders::Orders;
use crate::act::{Departure, Hands, bundle};
use crate::outbox::{Kind, Outbox, Weight};
use crate::start::Start;

/// Lights that blink at once, and logs that are collected.
const AT_ONCE: usize = 4;

/// Writes receipts.
#[derive(Clone)]
pub(super) struct Receipts {
    pub(super) outbox: Arc<Outbox>,
    pub(super) start: Arc<Start>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Receipts {
    /// Puts one into the outbox.
    pub(super) fn write(&self, action: &Id, outcome: Outcome, words: &str) {
        let receipt = self.make(action, outcome, words);
        if let Err(error) = self.outbox.post(Kind::Receipt, Weight::Change, &receipt) {
            error!("the receipt can't be written: {error}");
        }
    }

    /// Makes one, to be sent out of turn.
    pub(super) fn make(&self, action: &Id, outcome: Outcome, words: &str) -> Receipt {
        info!("action {action}: {}: {words}", outcome.as_str());
        Receipt {
            schema: SCHEMA,
            agent: self.start.stamp(),
            at: self.clock.now(),
            action: action.clone(),
            outcome,
            words: words.chars().take(500).collect(),
        }
    }
}

/// Acts.
pub(super) struct Actor {
    pub(super) hands: Arc<dyn Hands>,
    pub(super) receipts: Receipts,
    pub(super) orders: Orders,
    /// Takes the machine down, once the server knows of it.
    pub(super) leave: mpsc::Sender<(Id, Departure)>,
}

impl Actor {
    /// Does one after the other, and what takes its time beside the others.
    pub(super) async fn act(self, mut asked: mpsc::Receiver<ActionRequest>) {
        let mut busy = JoinSet::new();
        while let Some(ActionRequest { id, action, .. }) = asked.recv().await {
            while busy.try_join_next().is_some() {}
            match action {
                Action::Report => {
                    self.orders.report();
                    self.receipts.write(&id, Outcome::Done, "the inventory is collected and sent anew");
                }
                Action::Reboot => self.go(id, Departure::Reboot).await,
                Action::PowerOff => self.go(id, Departure::PowerOff).await,
                Action::Unknown => {}
                Action::Logs | Action::BlinkNic { .. } | Action::BlinkDisk { .. }
                    if busy.len() >= AT_ONCE =>
                {
                    let words = format!("{AT_ONCE} actions are being done already: ask again later");
                    self.receipts.write(&id, Outcome::Failed, &words);
                }
                slow => {
                    let (hands, receipts) = (Arc::clone(&self.hands), self.receipts.clone());
                    busy.spawn(take_time(hands, receipts, id, slow));
                }
            }
        }
        std::future::pending().await
    }

    async fn go(&self, id: Id, departure: Departure) {
        self.leave.send((id, departure)).await.ok();
    }
}

async fn take_time(hands: Arc<dyn Hands>, receipts: Receipts, id: Id, action: Action) {
    let blinking = |secs: u32| Duration::from_secs(secs.clamp(1, LONGEST_BLINK_SECS).into());
    let action_id = id.clone();
    let outbox = Arc::clone(&receipts.outbox);
    let done = spawn_blocking(move || match action {
        Action::Logs => {
            let text = bundle(&hands.logs());
            let words = format!("{} bytes of logs were sent", text.len());
            outbox.post_logs(action_id, text);
            Ok(words)
        }
        Action::BlinkNic { name, secs } => {
            hands.blink_nic(&name, blinking(secs)).map(|()| format!("{name} blinked"))
        }
        Action::BlinkDisk { name, secs } => {
            hands.blink_disk(&name, blinking(secs)).map(|()| format!("the light of {name} shone"))
        }
        Action::Report | Action::Reboot | Action::PowerOff | Action::Unknown => Ok(String::new()),
    });
    match done.await {
        Ok(Ok(words)) => receipts.write(&id, Outcome::Done, &words),
        Ok(Err(error)) => receipts.write(&id, Outcome::Failed, &error.to_string()),
        Err(error) => receipts.write(&id, Outcome::Failed, &error.to_string()),
    }
}

#[cfg(test)]
mod tests;

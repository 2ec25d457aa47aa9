//! What is still to be said. Collecting puts in, sending takes out, and neither waits for the other.
//!
//! The newest inventory goes first, for the server can make nothing of a sample from a machine that it does not know;
//! then failures, then samples, oldest first. A new inventory replaces one that was not sent; of the samples the oldest
//! make room.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::Notify;

/// An hour at the usual interval.
const SAMPLES_LIMIT: usize = 120;
const FAILURES_LIMIT: usize = 16;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What the machine is made of.
    Inventory,
    /// What could not be done.
    Failure,
    /// How the machine does.
    Sample,
}

/// One message, as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What it is.
    pub kind: Kind,
    /// JSON.
    pub body: Bytes,
    number: u64,
}

/// The messages that were not taken yet.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    arrival: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    written: u64,
    inventory: Option<Letter>,
    failures: VecDeque<Letter>,
    samples: VecDeque<Letter>,
    dropped_samples: u64,
}

impl Outbox {
    /// Puts a message in.
    ///
    /// # Errors
    /// Where it can't be written as JSON.
    pub fn post(&self, kind: Kind, message: &impl Serialize) -> serde_json::Result<()> {
        let body = Bytes::from(serde_json::to_vec(message)?);
        let mut waiting = self.lock();
        waiting.written += 1;
        let letter = Letter { kind, body, number: waiting.written };
        match kind {
            Kind::Inventory => waiting.inventory = Some(letter),
            Kind::Failure => {
                push(&mut waiting.failures, letter, FAILURES_LIMIT);
            }
            Kind::Sample => {
                let dropped = push(&mut waiting.samples, letter, SAMPLES_LIMIT);
                waiting.dropped_samples += u64::from(dropped);
            }
        }
        drop(waiting);
        self.arrival.notify_one();
        Ok(())
    }

    /// The next message to send; it stays in until it is [settled](Self::settle).
    #[must_use]
    pub fn first(&self) -> Option<Letter> {
        let waiting = self.lock();
        let first = waiting.inventory.as_ref().or_else(|| waiting.failures.front());
        first.or_else(|| waiting.samples.front()).cloned()
    }

    /// The next message to send, when there is one.
    pub async fn next(&self) -> Letter {
        loop {
            // Asked for before looking: a message that comes in between is not missed.
            let arrival = self.arrival.notified();
            if let Some(letter) = self.first() {
                return letter;
            }
            arrival.await;
        }
    }

    /// This message was taken, or never will be.
    pub fn settle(&self, letter: &Letter) {
        let mut waiting = self.lock();
        let other = |waiting: &Letter| waiting.number != letter.number;
        waiting.inventory = waiting.inventory.take().filter(other);
        waiting.failures.retain(other);
        waiting.samples.retain(other);
    }

    /// How many samples had to make room since this was last asked.
    #[must_use]
    pub fn take_dropped_samples(&self) -> u64 {
        std::mem::take(&mut self.lock().dropped_samples)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts a letter at the end; the oldest makes room. Whether one had to.
fn push(letters: &mut VecDeque<Letter>, letter: Letter, limit: usize) -> bool {
    letters.push_back(letter);
    letters.len() > limit && letters.pop_front().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(outbox: &Outbox) -> Vec<String> {
        std::iter::from_fn(|| {
            let letter = outbox.first()?;
            outbox.settle(&letter);
            Some(format!("{:?} {}", letter.kind, String::from_utf8_lossy(&letter.body)))
        })
        .collect()
    }

    #[test]
    fn the_inventory_goes_first_and_samples_in_their_order() {
        let outbox = Outbox::default();
        for (kind, message) in
            [(Kind::Sample, 1), (Kind::Sample, 2), (Kind::Failure, 3), (Kind::Inventory, 4)]
        {
            outbox.post(kind, &message).unwrap();
        }
        assert_eq!(drain(&outbox), ["Inventory 4", "Failure 3", "Sample 1", "Sample 2"]);
    }

    #[test]
    fn an_inventory_that_was_replaced_while_it_was_sent_is_not_lost() {
        let outbox = Outbox::default();
        outbox.post(Kind::Inventory, &1).unwrap();
        let sent = outbox.first().unwrap();
        outbox.post(Kind::Inventory, &2).unwrap();
        outbox.settle(&sent);
        assert_eq!(drain(&outbox), ["Inventory 2"]);
    }

    #[test]
    fn the_oldest_samples_make_room_and_are_counted() {
        let outbox = Outbox::default();
        for number in 0..SAMPLES_LIMIT + 3 {
            outbox.post(Kind::Sample, &number).unwrap();
        }
        assert_eq!((outbox.take_dropped_samples(), outbox.take_dropped_samples()), (3, 0));
        let left = drain(&outbox);
        assert_eq!((left.len(), left[0].as_str()), (SAMPLES_LIMIT, "Sample 3"));
    }

    #[tokio::test]
    async fn who_waits_is_woken() {
        let outbox = std::sync::Arc::new(Outbox::default());
        let waiter = tokio::spawn({
            let outbox = std::sync::Arc::clone(&outbox);
            async move { outbox.next().await.body }
        });
        tokio::task::yield_now().await;
        outbox.post(Kind::Sample, &7).unwrap();
        assert_eq!(waiter.await.unwrap(), "7");
    }
}

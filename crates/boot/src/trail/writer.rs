//! Stores steps behind those who make them.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ::store::{Store, StoreError};
use inventory::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::attempt::{self, Stored};
use super::step::Step;

/// Steps in one change.
const BATCH: usize = 128;
/// How often a change is tried again while the database has more work than it can queue.
const TRIES: u32 = 5;

/// The task that stores steps.
pub struct TrailWriter {
    store: Store,
    steps: mpsc::Receiver<(Step, Timestamp)>,
    shared: Arc<Shared>,
    told: u64,
}

impl TrailWriter {
    pub(super) fn new(store: Store, steps: mpsc::Receiver<(Step, Timestamp)>, shared: Arc<Shared>) -> Self {
        Self { store, steps, shared, told: 0 }
    }

    /// Stores steps until `stop`; what waits then is still stored.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                received = self.steps.recv_many(&mut batch, BATCH) => if received == 0 { return },
                () = stop.cancelled() => self.steps.close(),
            }
            if !batch.is_empty() {
                self.write(std::mem::take(&mut batch)).await;
            }
        }
    }

    async fn write(&mut self, batch: Vec<(Step, Timestamp)>) {
        let count = batch.len();
        let batch = Arc::new(batch);
        for attempt in 1.. {
            match self.try_write(Arc::clone(&batch)).await {
                Ok(stored) => {
                    self.tell(&stored);
                    break;
                }
                Err(StoreError::Busy) if attempt < TRIES => tokio::time::sleep(Duration::from_secs(1)).await,
                Err(error) => {
                    tracing::error!(%error, steps = count, "boot trail: steps could not be stored");
                    self.shared.dropped.fetch_add(count as u64, Ordering::Relaxed);
                    break;
                }
            }
        }
        let dropped = self.shared.dropped.load(Ordering::Relaxed);
        if dropped > self.told {
            tracing::warn!(steps = dropped - self.told, "boot trail: steps were dropped");
            self.told = dropped;
        }
    }

    async fn try_write(&self, batch: Arc<Vec<(Step, Timestamp)>>) -> Result<Vec<Stored>, StoreError> {
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let mut stored = Vec::with_capacity(batch.len());
                    for (step, at) in batch.iter() {
                        stored.push(attempt::store(tx, step, *at).await?);
                    }
                    Ok(stored)
                })
            })
            .await
    }

    /// Tells those who look on, once a machine, and counts what was too much.
    fn tell(&self, stored: &[Stored]) {
        let mut told = HashSet::new();
        for stored in stored {
            match stored {
                Stored::Of(mac) if told.insert(*mac) => {
                    // Nobody looks on: nothing to tell.
                    self.shared.changes.send(*mac).ok();
                }
                Stored::TooMany => {
                    self.shared.dropped.fetch_add(1, Ordering::Relaxed);
                }
                Stored::Of(_) | Stored::Waiting | Stored::NoBoot => {}
            }
        }
    }
}

impl std::fmt::Debug for TrailWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrailWriter").field("waiting", &self.steps.len()).finish_non_exhaustive()
    }
}

//! The boot trail: what each boot of each machine did, step by step.
//!
//! [`Trail::record`] never waits: a step goes into a bounded channel, and a [`TrailWriter`] stores what has gathered. In a
//! storm steps are dropped, counted and told of; a boot is never slowed by its trail.
//!
//! The first steps (TFTP, the entry script) come from an address without a MAC. The next step from that address that has
//! one claims them.

mod attempt;
mod step;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::store::{Store, StoreError};
use inventory::{Clock, MacAddr, Timestamp};
use sqlx::SqlitePool;
use tokio::sync::mpsc;

pub use attempt::sweep;
pub use step::{RecordedStep, Step, StepKind, UnknownStepKind};
pub use writer::TrailWriter;

use crate::store::trail as rows;

/// Steps that may wait to be stored. A room of 200 machines makes some 2,000 in a minute.
const QUEUE: usize = 4096;

/// Where steps are handed in; cheap to clone.
#[derive(Clone)]
pub struct Trail {
    queue: mpsc::Sender<(Step, Timestamp)>,
    dropped: Arc<AtomicU64>,
    clock: Arc<dyn Clock>,
}

/// One boot of one machine.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Attempt {
    /// Counts the boots of this MAC.
    pub number: i64,
    /// Its steps, first to last; never empty.
    pub steps: Vec<RecordedStep>,
}

impl Trail {
    /// A trail, and the writer that stores it: its [`TrailWriter::run`] is a task of the server's.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> (Self, TrailWriter) {
        Self::with_queue(store, clock, QUEUE)
    }

    fn with_queue(store: Store, clock: Arc<dyn Clock>, length: usize) -> (Self, TrailWriter) {
        let (queue, steps) = mpsc::channel(length);
        let dropped = Arc::new(AtomicU64::new(0));
        (Self { queue, dropped: Arc::clone(&dropped), clock }, TrailWriter::new(store, steps, dropped))
    }

    /// Hands a step in, and never waits: where too many wait already, it is dropped and counted.
    pub fn record(&self, step: Step) {
        if self.queue.try_send((step, self.clock.now())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many steps were lost since the start.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trail").field("dropped", &self.dropped()).finish_non_exhaustive()
    }
}

/// The last `limit` boots of a machine, newest first.
///
/// # Errors
/// The database's.
pub async fn recent(readers: &SqlitePool, mac: MacAddr, limit: usize) -> Result<Vec<Attempt>, StoreError> {
    let mut attempts: Vec<Attempt> = Vec::new();
    for row in rows::of_mac(readers, mac, attempt::KEEP_PER_MAC).await? {
        let number = row.attempt;
        let step = RecordedStep::try_from(row)?;
        if let Some(last) = attempts.last_mut().filter(|last| last.number == number) {
            last.steps.push(step);
        } else if attempts.len() < limit {
            attempts.push(Attempt { number, steps: vec![step] });
        } else {
            break;
        }
    }
    for attempt in &mut attempts {
        attempt.steps.reverse();
    }
    Ok(attempts)
}

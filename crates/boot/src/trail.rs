//! The boot trail: what each boot of each machine did, step by step, and where it stands.
//!
//! ```text
//!  DHCP server's log ─▶ dhcp ──Sighting──▶ Trail::sighted ─┐
//!  TFTP, HTTP ───────▶ Transfer (seen while it runs) ──────┤
//!  scripts, tickets, the agent's words ─────────▶ record ──┴─▶ queue ─▶ TrailWriter ─▶ attempt (which boot?) ─▶ rows
//!                                                                         └─▶ changes ─▶ whoever looks on
//!  rows ─▶ recent, latest ─▶ diagnosis (pure): where it stands, what usually causes that
//! ```
//!
//! [`Trail::record`] never waits: a step goes into a bounded channel, and a [`TrailWriter`] stores what has gathered. In a
//! storm steps are dropped, counted and told of; a boot is never slowed by its trail.
//!
//! The first steps (TFTP, the entry script) come from an address without a MAC. Where DHCP was seen, it says whose address
//! that is; else the next step from there that has a MAC claims them.

pub(crate) mod attempt;
mod book;
pub mod dhcp;
pub mod diagnosis;
mod kind;
mod read;
mod step;
mod transfer;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::store::Store;
use inventory::{Clock, MacAddr, Timestamp};
use tokio::sync::{broadcast, mpsc};

pub use attempt::sweep;
pub use dhcp::Sighting;
pub use kind::{Fetch, StepKind, UnknownStepKind};
pub use read::{Attempt, boots_since, decided_at, latest, recent};
pub use step::{Client, Course, Facts, RecordedStep, SIZE_ONLY, Step};
pub use transfer::{Progress, Transfer};
pub use writer::TrailWriter;

/// Steps that may wait to be stored. A room of 200 machines makes some 4,000 in a minute, and not in one second.
const QUEUE: usize = 4096;
/// Changes that one who looks on may be behind; with more he looks at everything anew.
const CHANGES: usize = 1024;

/// Where steps are handed in; cheap to clone.
#[derive(Clone)]
pub struct Trail {
    queue: mpsc::Sender<(Step, Timestamp)>,
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
}

struct Shared {
    dropped: AtomicU64,
    book: book::Book,
    running: transfer::Running,
    changes: broadcast::Sender<MacAddr>,
}

impl Trail {
    /// A trail, and the writer that stores it: its [`TrailWriter::run`] is a task of the server's.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> (Self, TrailWriter) {
        Self::with_queue(store, clock, QUEUE)
    }

    fn with_queue(store: Store, clock: Arc<dyn Clock>, length: usize) -> (Self, TrailWriter) {
        let (queue, steps) = mpsc::channel(length);
        let shared = Arc::new(Shared {
            dropped: AtomicU64::new(0),
            book: book::Book::default(),
            running: transfer::Running::default(),
            changes: broadcast::Sender::new(CHANGES),
        });
        (Self { queue, shared: Arc::clone(&shared), clock }, TrailWriter::new(store, steps, shared))
    }

    /// Hands a step in, and never waits: where too many wait already, it is dropped and counted.
    pub fn record(&self, step: Step) {
        let at = self.clock.now();
        let step = self.owned(step, at);
        if self.queue.try_send((step, at)).is_err() {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Hands in what a DHCP server told: from its log, or by a gateway that asks it.
    pub fn sighted(&self, sighting: Sighting) {
        if let Some(address) = sighting.given() {
            self.shared.book.note(address, sighting.mac, self.clock.now());
        }
        self.record(sighting.into_step());
    }

    /// A file is on its way: this step is recorded when the transfer has ended. Its detail is the file's name.
    #[must_use]
    pub fn begin(&self, step: Step) -> Transfer {
        let at = self.clock.now();
        Transfer::begin(self, self.owned(step, at), at)
    }

    /// What is on its way to these cards.
    #[must_use]
    pub fn running(&self, macs: &[MacAddr]) -> Vec<Progress> {
        self.shared.running.of(macs)
    }

    /// Tells of each machine that did something, as soon as that can be read.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<MacAddr> {
        self.shared.changes.subscribe()
    }

    /// How many steps were lost since the start.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    fn owned(&self, step: Step, at: Timestamp) -> Step {
        match step.mac {
            None => match self.shared.book.owner(step.address, at) {
                Some(mac) => step.mac(mac),
                None => step,
            },
            Some(mac) => {
                self.shared.book.doubt(step.address, mac);
                step
            }
        }
    }

    fn changed(&self, mac: MacAddr) {
        // Nobody looks on: nothing to tell.
        self.shared.changes.send(mac).ok();
    }
}

impl std::fmt::Debug for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trail").field("dropped", &self.dropped()).finish_non_exhaustive()
    }
}

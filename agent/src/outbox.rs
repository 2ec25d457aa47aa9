//! What is still to be said. Collecting puts in, sending takes out, and neither waits for the other.
//!
//! First goes what an earlier start could not say any more; then what changed in the inventory ([`ledger`]), for the
//! server can make little of a sample from a machine that it does not know; then everything else in the order in which it
//! was said ([`queue`]). In a discovery system all of it waits in memory. An installed agent has a folder for it
//! ([`spool`]): what tells of a change goes there at once, and the rest only while the server is away, so that a machine
//! that runs from an SD card wears it out no sooner.

mod ledger;
mod queue;
mod spool;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use inventory::{Id, Report};
use serde::Serialize;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::warn;

use ledger::{Ledger, Marks};
use queue::{Bounds, Entry, Queue};
use spool::Spool;

use crate::json;

/// In memory: an hour at the usual interval.
const IN_MEMORY: Bounds = Bounds { messages: 160, bytes: 1 << 20 };
/// On the disk: more than a day.
const ON_DISK: Bounds = Bounds { messages: 4096, bytes: 8 << 20 };
/// A disk that takes longer to read one message back hangs.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What the machine is made of, or what changed of it.
    Inventory,
    /// What could not be done.
    Failure,
    /// How the machine does.
    Sample,
    /// What became of an action.
    Receipt,
    /// The ends of the machine's logs.
    Logs,
}

impl Kind {
    /// In a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Failure => "failure",
            Self::Sample => "sample",
            Self::Receipt => "receipt",
            Self::Logs => "logs",
        }
    }
}

/// What makes room when there is too little of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// One of many like it.
    Plain,
    /// It tells of something that changed.
    Change,
}

/// One message, as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What it is.
    pub kind: Kind,
    /// JSON; of logs, text.
    pub body: Bytes,
    /// Which action asked for it, of logs.
    pub action: Option<Id>,
    place: Place,
}

/// Where a letter waits.
#[derive(Debug, Clone)]
enum Place {
    Nowhere,
    Ledger(Marks),
    Bundle,
    Queue(u64),
}

impl Letter {
    /// A letter that waits in no outbox.
    ///
    /// # Errors
    /// Where it can't be written as JSON.
    pub fn of(kind: Kind, message: &impl Serialize) -> serde_json::Result<Self> {
        let body = Bytes::from(json::bytes(message)?);
        Ok(Self { kind, body, action: None, place: Place::Nowhere })
    }
}

/// How much waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Load {
    /// Messages, without the inventory.
    pub messages: usize,
    /// Their size.
    pub bytes: usize,
}

/// The messages that were not taken yet.
#[derive(Debug)]
pub struct Outbox {
    waiting: Arc<Mutex<Waiting>>,
    arrival: Notify,
    spool: Option<Spool>,
}

#[derive(Debug)]
struct Waiting {
    last: u64,
    ledger: Ledger,
    bundle: Option<Letter>,
    queue: Queue,
    is_away: bool,
}

impl Default for Outbox {
    fn default() -> Self {
        let queue = Queue::new(IN_MEMORY);
        let waiting = Waiting { last: 0, ledger: Ledger::default(), bundle: None, queue, is_away: false };
        Self { waiting: Arc::new(Mutex::new(waiting)), arrival: Notify::new(), spool: None }
    }
}

impl Outbox {
    /// An outbox with a folder, where it finds what an earlier start left there. Without the folder it is one in memory.
    #[must_use]
    pub fn on_disk(folder: &Path) -> Self {
        let mut outbox = Self::default();
        let waiting = Arc::clone(&outbox.waiting);
        let kept = move |number, written: std::io::Result<()>| {
            let mut waiting = lock(&waiting);
            let Some(entry) = waiting.queue.iter_mut().find(|it| it.number == number) else { return };
            match written {
                // Failures stay at hand, too: they are told before the agent is enrolled.
                Ok(()) if entry.kind == Kind::Failure => {}
                Ok(()) => entry.body = None,
                Err(error) => {
                    entry.spooled = false;
                    waiting.queue.shed(IN_MEMORY.messages);
                    warn!("writing to the spool: {error}; messages wait in memory");
                }
            }
        };
        match Spool::open(folder.to_owned(), kept) {
            Ok((spool, left)) => {
                let mut waiting = outbox.lock();
                drop(waiting.queue.bound(ON_DISK));
                waiting.last = left.last().map_or(0, |entry| entry.number);
                for entry in left {
                    waiting.queue.push(entry).iter().for_each(|entry| spool.remove(entry));
                }
                drop(waiting);
                outbox.spool = Some(spool);
            }
            Err(error) => warn!("the spool {}: {error}; messages wait in memory", folder.display()),
        }
        outbox
    }

    /// Puts a message in.
    ///
    /// # Errors
    /// Where it can't be written as JSON.
    pub fn post(&self, kind: Kind, weight: Weight, message: &impl Serialize) -> serde_json::Result<()> {
        let body = Bytes::from(json::bytes(message)?);
        let mut waiting = self.lock();
        waiting.last += 1;
        let mut entry = Entry {
            number: waiting.last,
            kind,
            weight,
            bytes: body.len(),
            body: Some(body),
            spooled: false,
            earlier: false,
        };
        if let Some(spool) = self.spool.as_ref().filter(|_| weight == Weight::Change || waiting.is_away) {
            spool.put(&entry);
            entry.spooled = true;
        }
        let left = waiting.queue.push(entry);
        drop(waiting);
        self.clear(&left);
        self.arrival.notify_one();
        Ok(())
    }

    /// Enters what a report tells into what is known, and gives all of it. What the server does not have waits to be sent.
    pub fn learn(&self, report: Report) -> Arc<Report> {
        let whole = self.lock().ledger.learn(report);
        self.arrival.notify_one();
        whole
    }

    /// Whether anything is known of the machine.
    #[must_use]
    pub fn has_learnt(&self) -> bool {
        self.lock().ledger.has_learnt()
    }

    /// The server is to be told everything again.
    pub fn tell_everything(&self) {
        self.lock().ledger.forget();
        self.arrival.notify_one();
    }

    /// Puts the logs in that an action asked for. Only the newest wait.
    pub fn post_logs(&self, action: Id, text: String) {
        let body = Bytes::from(text);
        self.lock().bundle =
            Some(Letter { kind: Kind::Logs, body, action: Some(action), place: Place::Bundle });
        self.arrival.notify_one();
    }

    /// Whether the server can be reached: what waits while it can't goes to the disk.
    pub fn set_away(&self, is_away: bool) {
        let mut waiting = self.lock();
        let left_now = is_away && !waiting.is_away;
        waiting.is_away = is_away;
        if let Some(spool) = self.spool.as_ref().filter(|_| left_now) {
            for entry in waiting.queue.iter_mut().filter(|entry| !entry.spooled) {
                spool.put(entry);
                entry.spooled = true;
            }
        }
    }

    /// The next message to send, when there is one; it stays in until it is [settled](Self::settle).
    pub async fn next(&self) -> Letter {
        loop {
            // Asked for before looking: a message that comes in between is not missed.
            let arrival = self.arrival.notified();
            match self.first() {
                First::Letter(letter) => return letter,
                First::OnDisk(entry, path) => {
                    if let Some(letter) = self.fetch(&entry, path).await {
                        return letter;
                    }
                }
                First::Nothing => arrival.await,
            }
        }
    }

    fn first(&self) -> First {
        let waiting = self.lock();
        let first = waiting.queue.first();
        if let Some(entry) = first.filter(|entry| entry.earlier) {
            return self.at(entry);
        }
        if let Some((report, marks)) = waiting.ledger.news() {
            match Letter::of(Kind::Inventory, &report) {
                Ok(letter) => return First::Letter(Letter { place: Place::Ledger(marks), ..letter }),
                Err(error) => warn!("the inventory can't be written: {error}"),
            }
        }
        match (&waiting.bundle, first) {
            (Some(bundle), _) => First::Letter(bundle.clone()),
            (None, Some(entry)) => self.at(entry),
            (None, None) => First::Nothing,
        }
    }

    fn at(&self, entry: &Entry) -> First {
        match (&entry.body, &self.spool) {
            (Some(body), _) => First::Letter(letter(entry, body.clone())),
            (None, Some(spool)) => First::OnDisk(entry.clone(), spool.path(entry)),
            (None, None) => First::Nothing,
        }
    }

    /// Reads a message back; one that can't be read is lost, and the others go on.
    async fn fetch(&self, entry: &Entry, path: PathBuf) -> Option<Letter> {
        let read = timeout(READ_TIMEOUT, spawn_blocking(move || spool::read(&path))).await;
        let why = match read {
            Ok(Ok(Ok(body))) => return Some(letter(entry, body)),
            Ok(Ok(Err(error))) => error.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the disk does not answer".to_owned(),
        };
        warn!("a {} of the spool is lost: {why}", entry.kind.name());
        self.take(entry.number);
        None
    }

    /// This message was taken, or never will be.
    pub fn settle(&self, letter: &Letter) {
        match &letter.place {
            Place::Nowhere => {}
            Place::Ledger(marks) => self.lock().ledger.acknowledge(marks),
            Place::Bundle => {
                let mut waiting = self.lock();
                waiting.bundle = waiting.bundle.take().filter(|it| it.action != letter.action);
            }
            Place::Queue(number) => self.take(*number),
        }
    }

    fn take(&self, number: u64) {
        let taken = self.lock().queue.take(number);
        self.clear(taken.as_slice());
    }

    fn clear(&self, left: &[Entry]) {
        if let Some(spool) = &self.spool {
            left.iter().filter(|entry| entry.spooled).for_each(|entry| spool.remove(entry));
        }
    }

    /// The failures that wait in memory, oldest first.
    #[must_use]
    pub fn failures(&self) -> Vec<Bytes> {
        let waiting = self.lock();
        let failures = waiting.queue.iter().filter(|entry| entry.kind == Kind::Failure);
        failures.filter_map(|entry| entry.body.clone()).collect()
    }

    /// Something came in since this was last asked, or comes in.
    pub async fn arrival(&self) {
        self.arrival.notified().await;
    }

    /// Nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.first(), First::Nothing)
    }

    /// How much waits.
    #[must_use]
    pub fn load(&self) -> Load {
        let waiting = self.lock();
        Load { messages: waiting.queue.len(), bytes: waiting.queue.bytes() }
    }

    /// How many samples had to make room since this was last asked.
    #[must_use]
    pub fn take_dropped_samples(&self) -> u64 {
        self.lock().queue.take_dropped_samples()
    }

    /// Everything that waits is written to the disk, where there is one, before this returns; but not for ever.
    pub fn close(&self, patience: Duration) {
        self.set_away(true);
        if let Some(spool) = &self.spool {
            spool.flush(patience);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.waiting)
    }
}

/// What is to be sent next.
enum First {
    Letter(Letter),
    OnDisk(Entry, PathBuf),
    Nothing,
}

fn letter(entry: &Entry, body: Bytes) -> Letter {
    Letter { kind: entry.kind, body, action: None, place: Place::Queue(entry.number) }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

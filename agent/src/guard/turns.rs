//! Pieces that take turns in one thread: a thread costs more than most pieces do.
//!
//! A piece's time is counted from its own turn. Nobody watches but those who wait: whoever waits for any of the pieces finds
//! the one that hangs, gives it up, and lets a fresh thread go on with the next. The old thread ends when the kernel lets it.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Guard, Lost, Outcome, Piece, caught};

/// Of the piece that does nothing, and comes last.
const LAST_DEADLINE: Duration = Duration::from_secs(1);

/// Starts pieces one after another.
#[derive(Clone)]
pub struct Turns {
    name: Arc<str>,
    guard: Guard,
    line: Arc<Mutex<Line>>,
}

/// Its work's result has no type here, for a thread and a channel of each piece's own type would be a tenth of the binary.
type Work = Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>;

#[derive(Default)]
struct Line {
    waiting: VecDeque<Job>,
    /// There is a thread at work if, and only if, it is somebody's turn.
    turn: Option<Turn>,
    turns: u64,
}

struct Job {
    name: String,
    deadline: Duration,
    work: Work,
    answer: SyncSender<Outcome>,
}

struct Turn {
    number: u64,
    deadline: Duration,
    ends: Instant,
    answer: SyncSender<Outcome>,
}

impl Turns {
    pub(super) fn new(name: &str, guard: Guard) -> Self {
        Self { name: name.into(), guard, line: Arc::default() }
    }

    /// Puts a piece at the end of the line. It has `deadline` to finish, from when its turn comes.
    pub fn add<T, W>(&self, name: &str, deadline: Duration, work: W) -> Piece<T>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        Piece::new(self.put(name, deadline, Box::new(|| Box::new(work()))), self.clone())
    }

    fn put(&self, name: &str, deadline: Duration, work: Work) -> Receiver<Outcome> {
        let (answer, receiver) = sync_channel(1);
        self.lock().waiting.push_back(Job { name: name.to_owned(), deadline, work, answer });
        receiver
    }

    /// Waits until all have had their turn. Whoever wants many results then sleeps and wakes once, not for each.
    pub fn finish(&self) {
        self.add(&self.name, LAST_DEADLINE, || ()).finish().ok();
    }

    /// Lets the first one begin, if none is at work; gives up the one that is, if its time is over. Returns after how long
    /// to look again.
    pub fn go_on(&self) -> Duration {
        let mut line = self.lock();
        let now = Instant::now();
        if let Some(turn) = line.turn.take_if(|turn| turn.ends <= now) {
            give(&turn.answer, Err(Lost::TimedOut { deadline: turn.deadline }));
        }
        if line.turn.is_none()
            && let Some(first) = line.next(&self.guard)
        {
            self.spawn(&mut line, first);
        }
        let left = line.turn.iter().map(|turn| turn.ends.saturating_duration_since(now));
        // The next one may begin right away, and have less time.
        left.chain(line.waiting.iter().map(|job| job.deadline)).min().unwrap_or_default()
    }

    fn spawn(&self, line: &mut Line, (number, job): (u64, Job)) {
        let (turns, name) = (self.clone(), job.name.clone());
        let Err(error) =
            thread::Builder::new().name(self.name.to_string()).spawn(move || turns.work(number, job))
        else {
            return;
        };
        self.guard.ended(&name);
        let lost = Lost::NoThread(error.to_string());
        let waiting = line.waiting.drain(..).map(|job| job.answer);
        for answer in line.turn.take().map(|turn| turn.answer).into_iter().chain(waiting) {
            give(&answer, Err(lost.clone()));
        }
    }

    /// What the thread does: one piece after another, until none is left, or it was given up itself.
    fn work(self, mut number: u64, mut job: Job) {
        loop {
            let outcome = caught(job.work);
            self.guard.ended(&job.name);
            let mut line = self.lock();
            give(&job.answer, outcome);
            if line.turn.as_ref().is_none_or(|turn| turn.number != number) {
                return;
            }
            let Some(next) = line.next(&self.guard) else { return };
            drop(line);
            (number, job) = next;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// The first one that may begin: now it is its turn.
    fn next(&mut self, guard: &Guard) -> Option<(u64, Job)> {
        self.turn = None;
        while let Some(job) = self.waiting.pop_front() {
            if let Err(lost) = guard.begin(&job.name) {
                give(&job.answer, Err(lost));
                continue;
            }
            self.turns += 1;
            let (number, deadline) = (self.turns, job.deadline);
            let ends = Instant::now() + deadline;
            self.turn = Some(Turn { number, deadline, ends, answer: job.answer.clone() });
            return Some((number, job));
        }
        None
    }
}

/// The first answer holds: what comes after it was given up comes too late, and nobody waits for what was let go.
fn give(answer: &SyncSender<Outcome>, outcome: Outcome) {
    answer.try_send(outcome).ok();
}

#[cfg(test)]
mod tests;

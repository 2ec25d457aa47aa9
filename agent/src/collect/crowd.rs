//! Asks many devices side by side, each in a thread of its own with a deadline of its own: one that hangs loses itself only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use inventory::Warning;

use crate::guard::{Lost, Piece};
use crate::probe::Probe;

/// One of many.
pub(crate) struct Member {
    /// What is asked of which device: while this hangs it is not tried again.
    pub(crate) name: String,
    /// Under which it is warned of.
    pub(crate) path: String,
    /// What it tells it puts where its owner finds it, so that a hang takes back nothing.
    pub(crate) work: Box<dyn FnOnce(&Probe) + Send>,
}

/// How many go at a time, and for how long.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// Beside those that were given up.
    pub(crate) at_once: usize,
    /// How long one may take.
    pub(crate) one: Duration,
    /// When no more are begun.
    pub(crate) ends: Instant,
}

/// Asks them in their order, and returns when each has ended or was given up: those that were lost, by their paths. Those that
/// there was no time for are left where they came from.
pub(crate) fn ask(
    probe: &Probe,
    members: &mut dyn Iterator<Item = Member>,
    pace: Pace,
) -> Vec<(String, Lost)> {
    let mut running: Vec<Running> = Vec::new();
    // In the order in which they were begun: which ones are said, where there are too many, must not hang on who was quicker.
    let mut said: Vec<Vec<Warning>> = Vec::new();
    let mut lost = Vec::new();
    loop {
        if running.len() < pace.at_once
            && Instant::now() < pace.ends
            && let Some(member) = members.next()
        {
            running.push(Running::begin(probe, said.len(), member, pace.one));
            said.push(Vec::new());
            continue;
        }
        let Some(next) = next_to_end(&running) else { break };
        let it = running.remove(next);
        let warnings = it.piece.finish().unwrap_or_else(|why| {
            let warning = Warning { path: it.path.clone(), reason: why.to_string() };
            lost.push((it.path, why));
            vec![warning]
        });
        if let Some(place) = said.get_mut(it.nth) {
            *place = warnings;
        }
    }
    said.into_iter().flatten().for_each(|warning| probe.warn(&warning.path, warning.reason));
    lost
}

struct Running {
    nth: usize,
    path: String,
    ends: Instant,
    has_ended: Arc<AtomicBool>,
    piece: Piece<Vec<Warning>>,
}

impl Running {
    fn begin(probe: &Probe, nth: usize, member: Member, deadline: Duration) -> Self {
        let Member { name, path, work } = member;
        let root = probe.root().clone();
        let has_ended = Arc::<AtomicBool>::default();
        let bell = Bell { has_ended: Arc::clone(&has_ended), waiting: thread::current() };
        let piece = probe.root().guard().start(&name, deadline, move || {
            let _bell = bell;
            let own = Probe::new(root);
            work(&own);
            own.into_warnings()
        });
        Self { nth, path, ends: Instant::now() + deadline, has_ended, piece }
    }
}

/// Waits for the first that ends or whose time is over; `None` where there is none.
fn next_to_end(running: &[Running]) -> Option<usize> {
    loop {
        if let Some(ended) = running.iter().position(|it| it.has_ended.load(Ordering::Acquire)) {
            return Some(ended);
        }
        // All have the same time: the first has the least left.
        let left = running.first()?.ends.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Some(0);
        }
        thread::park_timeout(left);
    }
}

/// Wakes who waits when it is let go: after the work, in the midst of a panic, and where the work never began.
struct Bell {
    has_ended: Arc<AtomicBool>,
    waiting: Thread,
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::Release);
        self.waiting.unpark();
    }
}

#[cfg(test)]
mod tests;

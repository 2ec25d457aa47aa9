//! The management controller's sensors, read in the background.
//!
//! Asking a hundred of them takes seconds, and a sample waits for nobody. A tick starts a round when one is due, and tells
//! what the last round brought; a round that fails takes with it what was told before, for it is true no more.

mod repository;
mod round;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use inventory::{Reading, Temperature, Warning};

use crate::guard::{Guard, Piece};
use crate::probe::Probe;
use crate::root::Root;
use repository::Repository;
use round::Round;

/// From one round's beginning to the next one's.
const INTERVAL: Duration = Duration::from_secs(60);
/// How long one round may take: the first finds out which sensors there are.
const DEADLINE: Duration = Duration::from_secs(90);
/// Under which trouble of a round is told.
const NAME: &str = "ipmi";

/// What the last round brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Told {
    pub(super) temperatures: Vec<Temperature>,
    pub(super) readings: Vec<Reading>,
    pub(super) warnings: Vec<Warning>,
}

/// The rounds of one agent.
#[derive(Clone, Default)]
pub(super) struct Rounds(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    running: Option<Piece<Round>>,
    next: Option<Instant>,
    told: Told,
    /// Which sensors there are: asked for once.
    repository: Option<Arc<Repository>>,
}

impl Rounds {
    /// What the last round brought; starts another when it is time.
    pub(super) fn tick(&self, root: &Root, guard: &Guard) -> Told {
        self.tick_every(INTERVAL, root, guard)
    }

    fn tick_every(&self, interval: Duration, root: &Root, guard: &Guard) -> Told {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.receive();
        let now = Instant::now();
        if state.running.is_none() && state.next.is_none_or(|next| next <= now) {
            let (probe, known) = (Probe::new(root.clone()), state.repository.clone());
            state.running = Some(guard.start("sample.ipmi", DEADLINE, move || round::go(probe, known)));
            state.next = now.checked_add(interval);
        }
        let told = state.told.clone();
        // Values hold until there are newer ones; a trouble is told once.
        state.told.warnings.clear();
        told
    }
}

impl State {
    fn receive(&mut self) {
        let Some(piece) = self.running.take() else { return };
        match piece.try_finish() {
            Ok(Ok(round)) => {
                self.told = round.told;
                self.repository = round.repository;
            }
            Ok(Err(lost)) => {
                let warnings = vec![Warning { path: NAME.to_owned(), reason: lost.to_string() }];
                self.told = Told { warnings, ..Told::default() };
            }
            Err(running) => self.running = Some(running),
        }
    }
}

#[cfg(test)]
mod tests;

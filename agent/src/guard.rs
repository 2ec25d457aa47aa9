//! Runs one piece of reading in a thread of its own, so that a panic or a hang loses that piece only.
//!
//! A thread that hangs in the kernel can't be stopped. It is left behind, and until it comes back the same piece is not
//! started again: a broken drive must cost one thread, not one a minute.

use std::any::Any;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A panic may quote what it choked on.
const WORDS_LIMIT: usize = 300;
const WITHOUT_A_WORD: &str = "without a word";

/// Why a piece has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// A defect of the agent.
    #[error("the collector panicked: {0}")]
    Panicked(String),
    /// The kernel did not answer.
    #[error("no answer within {} ms: a device or driver hangs", .deadline.as_millis())]
    TimedOut {
        /// How long it was waited for.
        deadline: Duration,
    },
    /// The kernel has not answered since an earlier try.
    #[error("an earlier reading still hangs: not tried again until it returns")]
    StillHanging,
    /// No thread could be had.
    #[error("no thread could be started: {0}")]
    NoThread(String),
}

/// Starts pieces, each with a name, and knows which of them still run.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    running: Arc<Mutex<BTreeSet<String>>>,
}

/// A piece that was started.
#[derive(Debug)]
pub struct Piece<T> {
    result: Result<Receiver<Outcome>, Lost>,
    deadline: Duration,
    ends: Instant,
    data: PhantomData<fn() -> T>,
}

/// What a thread hands back: its result, or the words of its panic. The result's type is left out here, for a thread and a
/// channel of each piece's own type would be a tenth of the binary.
type Outcome = Result<Box<dyn Any + Send>, String>;

impl Guard {
    /// Starts a piece, which has `deadline` to finish.
    pub fn start<T, W>(&self, name: &str, deadline: Duration, work: W) -> Piece<T>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let ends = Instant::now() + deadline;
        Piece { result: self.spawn(name, Box::new(|| Box::new(work()))), deadline, ends, data: PhantomData }
    }

    fn spawn(
        &self,
        name: &str,
        work: Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>,
    ) -> Result<Receiver<Outcome>, Lost> {
        if !self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned()) {
            return Err(Lost::StillHanging);
        }
        let running = Arc::clone(&self.running);
        let (sender, receiver) = sync_channel(1);
        let own_name = name.to_owned();
        let thread = thread::Builder::new().name(own_name.clone()).spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| words(panic.as_ref()));
            running.lock().unwrap_or_else(PoisonError::into_inner).remove(&own_name);
            // Nobody waits for it any more when it comes too late.
            sender.send(result).ok();
        });
        match thread {
            Ok(_) => Ok(receiver),
            Err(error) => {
                self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
                Err(Lost::NoThread(error.to_string()))
            }
        }
    }
}

impl<T: 'static> Piece<T> {
    /// Waits for the result until the piece's deadline, counted from its start.
    ///
    /// # Errors
    /// [`Lost`].
    pub fn finish(self) -> Result<T, Lost> {
        match self.result?.recv_timeout(self.ends.saturating_duration_since(Instant::now())) {
            Ok(outcome) => opened(outcome),
            Err(RecvTimeoutError::Timeout) => Err(Lost::TimedOut { deadline: self.deadline }),
            Err(RecvTimeoutError::Disconnected) => Err(Lost::Panicked(WITHOUT_A_WORD.to_owned())),
        }
    }

    /// The result, if there is one by now; the piece itself, if it still has time.
    ///
    /// # Errors
    /// The piece.
    pub fn try_finish(self) -> Result<Result<T, Lost>, Self> {
        let ready = match &self.result {
            Ok(receiver) => receiver.try_recv(),
            Err(lost) => return Ok(Err(lost.clone())),
        };
        match ready {
            Ok(outcome) => Ok(opened(outcome)),
            Err(TryRecvError::Empty) if Instant::now() < self.ends => Err(self),
            Err(_) => Ok(self.finish()),
        }
    }
}

fn opened<T: 'static>(outcome: Outcome) -> Result<T, Lost> {
    let result = outcome.map_err(Lost::Panicked)?.downcast();
    // The piece that was started with this type has no other result.
    result.map(|result| *result).map_err(|_| Lost::Panicked(WITHOUT_A_WORD.to_owned()))
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    said.map_or_else(|| WITHOUT_A_WORD.to_owned(), |said| said.chars().take(WORDS_LIMIT).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const SOON: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_panic_is_caught_and_told() {
        let guard = Guard::default();
        let piece = guard.start("bad", LONG, || -> u8 { panic!("index {} of {}", 7, 3) });
        assert_eq!(piece.finish(), Err(Lost::Panicked("index 7 of 3".to_owned())));
        assert_eq!(guard.start("bad", LONG, || 1).finish(), Ok(1));
    }

    #[test]
    fn a_piece_is_looked_after_without_waiting() {
        let guard = Guard::default();
        let (release, hanging) = channel::<()>();
        let piece = guard.start("slow", LONG, move || hanging.recv().is_ok());
        let mut piece = piece.try_finish().unwrap_err();
        assert_eq!(guard.start("slow", LONG, || true).try_finish().unwrap(), Err(Lost::StillHanging));
        release.send(()).unwrap();
        let result = loop {
            match piece.try_finish() {
                Ok(result) => break result,
                Err(running) => piece = running,
            }
            thread::yield_now();
        };
        assert_eq!(result, Ok(true));
        let (_release, hanging) = channel::<()>();
        let late = guard.start("late", Duration::ZERO, move || hanging.recv().is_ok());
        assert_eq!(late.try_finish().unwrap(), Err(Lost::TimedOut { deadline: Duration::ZERO }));
    }

    #[test]
    fn a_hang_ends_at_its_deadline_and_is_not_tried_again_until_it_returns() {
        let guard = Guard::default();
        let (release, hanging) = channel::<()>();
        let piece = guard.start("stuck", SOON, move || hanging.recv().ok());
        assert_eq!(piece.finish(), Err(Lost::TimedOut { deadline: SOON }));
        assert_eq!(guard.start("stuck", SOON, || 0).finish(), Err(Lost::StillHanging));
        // Others are not touched by it.
        assert_eq!(guard.start("well", LONG, || 1).finish(), Ok(1));

        release.send(()).unwrap();
        let again = (0..1000).find_map(|_| {
            let tried = guard.start("stuck", LONG, || 2).finish();
            if tried.is_err() {
                thread::sleep(Duration::from_millis(5));
            }
            tried.ok()
        });
        assert_eq!(again, Some(2));
    }
}

//! Runs pieces of reading in threads, so that a panic or a hang loses that piece only: alone in a thread of its own, or
//! taking [`Turns`] with others in one.
//!
//! A thread that hangs in the kernel can't be stopped. It is left behind, and until it comes back the same piece is not
//! started again: a broken drive must cost one thread, not one a minute.

mod turns;

use std::any::Any;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use turns::Turns;

/// As many may run, or hang, at a time. Each that hangs keeps what it had in hand, and more than these hang only where nothing
/// works any more.
const RUNNING_LIMIT: usize = 128;
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
    /// So much hangs that the machine could not bear more of it.
    #[error("not tried: {RUNNING_LIMIT} other readings have not returned")]
    TooManyHang,
    /// No thread could be had.
    #[error("no thread could be started: {0}")]
    NoThread(String),
}

/// Starts pieces, each with a name, and knows which of them still run.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    running: Arc<Mutex<BTreeSet<String>>>,
}

/// A piece that was started, or waits for its turn.
pub struct Piece<T> {
    answer: Receiver<Outcome>,
    turns: Turns,
    data: PhantomData<fn() -> T>,
}

/// What a thread hands back.
type Outcome = Result<Box<dyn Any + Send>, Lost>;

impl Guard {
    /// Starts a piece in a thread of its own. It has `deadline` to finish.
    pub fn start<T, W>(&self, name: &str, deadline: Duration, work: W) -> Piece<T>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let alone = self.turns(name);
        let piece = alone.add(name, deadline, work);
        alone.go_on();
        piece
    }

    /// A thread, called so, in which pieces take turns.
    #[must_use]
    pub fn turns(&self, name: &str) -> Turns {
        Turns::new(name, self.clone())
    }

    /// Lets it begin, but not while it runs.
    fn begin(&self, name: &str) -> Result<(), Lost> {
        let mut running = self.running();
        if running.contains(name) {
            return Err(Lost::StillHanging);
        }
        if running.len() >= RUNNING_LIMIT {
            return Err(Lost::TooManyHang);
        }
        running.insert(name.to_owned());
        Ok(())
    }

    fn ended(&self, name: &str) {
        self.running().remove(name);
    }

    fn running(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: 'static> Piece<T> {
    fn new(answer: Receiver<Outcome>, turns: Turns) -> Self {
        Self { answer, turns, data: PhantomData }
    }

    /// Waits for the result until the piece's deadline.
    ///
    /// # Errors
    /// [`Lost`].
    pub fn finish(self) -> Result<T, Lost> {
        loop {
            match self.answer.recv_timeout(self.turns.go_on()) {
                Ok(outcome) => return opened(outcome),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(without_a_word()),
            }
        }
    }

    /// The result, if there is one by now; the piece itself, if it still has time.
    ///
    /// # Errors
    /// The piece.
    pub fn try_finish(self) -> Result<Result<T, Lost>, Self> {
        self.turns.go_on();
        match self.answer.try_recv() {
            Ok(outcome) => Ok(opened(outcome)),
            Err(TryRecvError::Empty) => Err(self),
            Err(TryRecvError::Disconnected) => Ok(Err(without_a_word())),
        }
    }
}

fn opened<T: 'static>(outcome: Outcome) -> Result<T, Lost> {
    // The piece that was started with this type has no other result.
    outcome?.downcast().map(|result| *result).map_err(|_| without_a_word())
}

fn without_a_word() -> Lost {
    Lost::Panicked(WITHOUT_A_WORD.to_owned())
}

/// Does it in this thread; a panic ends nothing but it.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Lost> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| Lost::Panicked(words(panic.as_ref())))
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
    use std::thread;

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
        assert_eq!(guard.start("slow", LONG, || true).try_finish().ok().unwrap(), Err(Lost::StillHanging));
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
        assert_eq!(late.try_finish().ok().unwrap(), Err(Lost::TimedOut { deadline: Duration::ZERO }));
    }

    #[test]
    fn there_is_an_end_to_how_much_may_hang() {
        let guard = Guard::default();
        let (release, hanging) = channel::<()>();
        let hanging = Arc::new(Mutex::new(hanging));
        let hangs = (0..RUNNING_LIMIT).map(|number| {
            let hanging = Arc::clone(&hanging);
            guard.start(&number.to_string(), LONG, move || hanging.lock().unwrap().recv().is_err())
        });
        let hangs: Vec<_> = hangs.collect();
        assert_eq!(guard.start("another", LONG, || 1).finish(), Err(Lost::TooManyHang));
        drop(release);
        assert!(hangs.into_iter().all(|piece| piece.finish() == Ok(true)));
        assert_eq!(guard.start("another", LONG, || 1).finish(), Ok(1));
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

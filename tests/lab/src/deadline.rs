//! Waiting for a condition: how long, for what, and not through an interrupt.

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::interrupt;

/// Short enough not to be felt, long enough not to eat a processor that the machines need.
const PAUSE: Duration = Duration::from_millis(40);

/// A moment until which something must have happened.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    end: Instant,
    patience: Duration,
    pause: Duration,
}

impl Deadline {
    /// This long from now.
    #[must_use]
    pub fn after(patience: Duration) -> Self {
        Self { end: Instant::now() + patience, patience, pause: PAUSE }
    }

    /// This many seconds from now.
    #[must_use]
    pub fn seconds(patience: u64) -> Self {
        Self::after(Duration::from_secs(patience))
    }

    /// The same, for questions that cost something: so long between two of them.
    #[must_use]
    pub fn asking_every(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// What is left; zero when it has passed.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// Asks `step` again and again until it has something. `what` ends the sentence "… did not come".
    ///
    /// # Errors
    /// When the time is up, when `step` fails, or [`interrupt::Interrupted`].
    pub fn wait_for<T>(
        self,
        what: &str,
        mut step: impl FnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        loop {
            interrupt::check()?;
            if let Some(found) = step()? {
                return Ok(found);
            }
            if self.remaining().is_zero() {
                bail!("{what} did not come within {:.0?}", self.patience);
            }
            std::thread::sleep(self.pause.min(self.remaining()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_with_what_was_found() {
        let mut asked = 0;
        let found = Deadline::seconds(60).wait_for("the third answer", || {
            asked += 1;
            Ok((asked == 3).then_some(asked))
        });
        assert_eq!(found.unwrap(), 3);
    }

    #[test]
    fn a_wait_that_is_over_says_for_what() {
        let error =
            Deadline::after(Duration::ZERO).wait_for::<()>("the moon", || Ok(None)).unwrap_err().to_string();
        assert!(error.starts_with("the moon did not come"), "{error}");
    }

    #[test]
    fn a_step_that_fails_ends_the_wait() {
        let error = Deadline::seconds(60).wait_for::<()>("it", || bail!("broken")).unwrap_err();
        assert_eq!(error.to_string(), "broken");
    }
}

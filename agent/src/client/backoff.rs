//! How long to wait: capped exponential back-off with full jitter, and the jitter of the interval.
//!
//! A thousand agents lose their server in the same second. Full jitter spreads their return over the whole span, so that
//! the server is not met by all of them at once.

use std::time::Duration;

/// The jitter of an interval, to either side.
const INTERVAL_JITTER: f64 = 0.1;

/// How long to wait before the next try.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    cap: Duration,
    floor: Duration,
    failures: u32,
}

impl Backoff {
    /// For a server that can't be reached: up to 1 s, 2 s, 4 s … 60 s.
    #[must_use]
    pub const fn for_outage() -> Self {
        Self {
            first: Duration::from_secs(1),
            cap: Duration::from_secs(60),
            floor: Duration::ZERO,
            failures: 0,
        }
    }

    /// For a server that said no: a human has to act first. Up to 1 min, 2 min … 10 min, and never at once.
    #[must_use]
    pub const fn for_refusal() -> Self {
        Self {
            first: Duration::from_secs(60),
            cap: Duration::from_secs(600),
            floor: Duration::from_secs(10),
            failures: 0,
        }
    }

    /// The longest that the next wait may be.
    #[must_use]
    pub fn ceiling(&self) -> Duration {
        let factor = 2_u32.saturating_pow(self.failures.min(31));
        self.first.checked_mul(factor).map_or(self.cap, |span| span.min(self.cap))
    }

    /// The next wait; `random` is of `0..1`.
    pub fn next_wait(&mut self, random: f64) -> Duration {
        let wait = self.ceiling().mul_f64(random.clamp(0.0, 1.0)).max(self.floor);
        self.failures = self.failures.saturating_add(1);
        wait
    }

    /// It worked.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }
}

/// An interval, a little shorter or longer, so that agents that were switched on together do not speak in chorus.
#[must_use]
pub fn jittered(interval: Duration, random: f64) -> Duration {
    interval.mul_f64(1.0 - INTERVAL_JITTER + 2.0 * INTERVAL_JITTER * random.clamp(0.0, 1.0))
}

/// A random number of `0..1`.
#[must_use]
pub fn random_unit() -> f64 {
    let mut bits = [0_u8; 4];
    // Were the kernel's generator ever to fail, the middle is as good a guess as any.
    match getrandom::fill(&mut bits) {
        Ok(()) => f64::from(u32::from_le_bytes(bits)) / (f64::from(u32::MAX) + 1.0),
        Err(_) => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ceiling_doubles_up_to_the_cap_and_falls_back() {
        let mut backoff = Backoff::for_outage();
        let ceilings: Vec<u64> = (0..9)
            .map(|_| {
                backoff.next_wait(0.5);
                backoff.ceiling().as_secs()
            })
            .collect();
        assert_eq!(ceilings, [2, 4, 8, 16, 32, 60, 60, 60, 60]);
        backoff.reset();
        assert_eq!(backoff.ceiling(), Duration::from_secs(1));
    }

    proptest! {
        #[test]
        fn a_wait_is_within_its_ceiling_for_ever(randoms in prop::collection::vec(0.0_f64..1.0, 1..200), refused: bool) {
            let mut backoff = if refused { Backoff::for_refusal() } else { Backoff::for_outage() };
            for random in randoms {
                let ceiling = backoff.ceiling();
                let wait = backoff.next_wait(random);
                prop_assert!(wait <= ceiling && wait >= backoff.floor && ceiling <= backoff.cap);
            }
        }

        #[test]
        fn an_interval_moves_by_a_tenth_at_most(secs in 1_u64..=3600, random in 0.0_f64..1.0) {
            let wait = jittered(Duration::from_secs(secs), random).as_secs_f64();
            let secs = secs as f64;
            prop_assert!(wait >= secs * 0.899 && wait <= secs * 1.101);
        }

        #[test]
        fn a_random_number_is_below_one(_any: u8) {
            prop_assert!((0.0..1.0).contains(&random_unit()));
        }
    }
}

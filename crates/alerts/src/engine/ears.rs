//! Whether the server could hear: after its start, a suspended machine or a clock that was set, silence says nothing. Pure.

use std::time::Duration;

use inventory::Timestamp;

/// Sweeps are a second apart, some when the database is in trouble. After a longer gap the server was not there.
const LONGEST_GAP: Duration = Duration::from_secs(60);

/// Since when the server listens.
#[derive(Debug)]
pub(super) struct Ears {
    /// How long it has to listen before it may say that somebody is silent.
    warm_up: Duration,
    deaf_until: Timestamp,
    last_at: Timestamp,
}

impl Ears {
    pub(super) fn new(warm_up: Duration, now: Timestamp) -> Self {
        Self { warm_up, deaf_until: now.plus(warm_up), last_at: now }
    }

    pub(super) fn deaf_until(&self) -> Timestamp {
        self.deaf_until
    }

    /// The server is there, at `now`. Answers whether it was away, and begins to listen anew.
    pub(super) fn listen(&mut self, now: Timestamp) -> bool {
        let was_away = now.since(self.last_at) > LONGEST_GAP || self.last_at.since(now) > LONGEST_GAP;
        if was_away {
            self.deaf_until = now.plus(self.warm_up);
        }
        self.last_at = now;
        was_away
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_or_a_clock_that_was_set_makes_it_listen_anew() {
        let second = |second: i64| Timestamp(second * 1000);
        let mut ears = Ears::new(Duration::from_secs(180), second(0));
        assert_eq!(ears.deaf_until(), second(180));
        assert!(!ears.listen(second(60)));
        assert_eq!(ears.deaf_until(), second(180));
        assert!(ears.listen(second(3600)));
        assert_eq!(ears.deaf_until(), second(3780));
        // A clock is put right by a little every day.
        assert!(!ears.listen(second(3599)));
        assert!(ears.listen(second(100)));
        assert_eq!(ears.deaf_until(), second(280));
    }
}

//! A provider that failed is left alone for a while, longer each time, and then tried with one message. Pure.

use std::time::Duration;

use inventory::Timestamp;

use crate::outbox::{backoff, patience};

/// Until when a provider is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gate {
    failures: u32,
    closed_until: Timestamp,
}

impl Gate {
    pub(super) fn is_open(self, now: Timestamp) -> bool {
        now >= self.closed_until
    }

    /// When it opens again.
    pub(super) fn closed_until(self) -> Timestamp {
        self.closed_until
    }

    /// After one more failure. What the server asks for counts more than what we would choose.
    pub(super) fn after_failure(
        before: Option<Self>,
        asked: Option<Duration>,
        chance: f64,
        now: Timestamp,
    ) -> Self {
        let failures = before.map_or(0, |gate| gate.failures).saturating_add(1);
        let wait = asked.map_or_else(|| backoff(failures, chance), patience);
        Self { failures, closed_until: now.plus(wait) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_shut_longer_each_time_and_as_long_as_asked() {
        let now = Timestamp(0);
        let first = Gate::after_failure(None, None, 1.0, now);
        assert!(!first.is_open(Timestamp(1999)) && first.is_open(Timestamp(2000)));
        let second = Gate::after_failure(Some(first), None, 1.0, now);
        assert_eq!(second.closed_until, Timestamp(4000));
        let asked = Gate::after_failure(Some(second), Some(Duration::from_secs(77)), 1.0, now);
        assert_eq!(asked.closed_until, Timestamp(77_000));
        let greedy = Gate::after_failure(None, Some(Duration::from_secs(999_999)), 1.0, now);
        assert_eq!(greedy.closed_until, Timestamp(3_600_000));
    }
}

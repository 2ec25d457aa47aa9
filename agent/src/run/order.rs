//! What the courier tells the watcher.

use std::time::Duration;

use crate::settings::INTERVAL_SECS;

/// What the courier tells the watcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Collect, and send the whole inventory whether it changed or not.
    Report,
    /// Take a sample this often; the first one now.
    SampleEvery(Duration),
}

impl Order {
    /// A sample every so many seconds; what is too short or too long becomes the nearest that is not.
    pub(super) fn sample_every_secs(secs: u32) -> Self {
        let secs = secs.clamp(*INTERVAL_SECS.start(), *INTERVAL_SECS.end());
        Self::SampleEvery(Duration::from_secs(secs.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_kept_within_bounds() {
        let secs = |asked| match Order::sample_every_secs(asked) {
            Order::SampleEvery(interval) => interval.as_secs(),
            Order::Report => panic!(),
        };
        assert_eq!([secs(0), secs(1), secs(30), secs(u32::MAX)], [1, 1, 30, 3600]);
    }
}

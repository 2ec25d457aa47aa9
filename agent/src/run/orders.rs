//! What the courier tells those who watch.

use std::time::Duration;

use tokio::sync::watch;

use crate::settings::INTERVAL_SECS;

/// The side that orders.
#[derive(Debug, Clone)]
pub(super) struct Orders {
    report: watch::Sender<u64>,
    interval: watch::Sender<Option<Duration>>,
}

impl Orders {
    pub(super) fn new() -> Self {
        Self { report: watch::channel(0).0, interval: watch::channel(None).0 }
    }

    /// Everything is to be collected, and the whole inventory sent, whether it changed or not.
    pub(super) fn report(&self) {
        self.report.send_modify(|count| *count += 1);
    }

    /// A sample every so many seconds, the first one now; what is too short or too long becomes the nearest that is not.
    pub(super) fn sample_every_secs(&self, secs: u32) {
        let interval = interval(secs);
        self.interval.send_if_modified(|known| known.replace(interval) != Some(interval));
    }

    /// Changes when a report is ordered.
    pub(super) fn reports(&self) -> watch::Receiver<u64> {
        self.report.subscribe()
    }

    /// How often a sample is wanted; never, before anybody said.
    pub(super) fn intervals(&self) -> watch::Receiver<Option<Duration>> {
        self.interval.subscribe()
    }
}

fn interval(secs: u32) -> Duration {
    Duration::from_secs(secs.clamp(*INTERVAL_SECS.start(), *INTERVAL_SECS.end()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_kept_within_bounds_and_said_once() {
        assert_eq!([0, 1, 30, u32::MAX].map(|secs| interval(secs).as_secs()), [1, 1, 30, 3600]);
        let orders = Orders::new();
        let mut intervals = orders.intervals();
        orders.sample_every_secs(30);
        assert_eq!(*intervals.borrow_and_update(), Some(Duration::from_secs(30)));
        orders.sample_every_secs(30);
        assert!(!intervals.has_changed().unwrap());
    }
}

//! Unbound as a service: it starts in the background, so that for a while it is not there.

use std::time::{Duration, Instant};

use crate::config::Config;

pub(crate) struct Unbound {
    /// How long it takes to start.
    start: Duration,
    /// Since when it has been starting; absent where nobody started it.
    started: Option<Instant>,
    /// The names that it answers: those that were there when it was started.
    pub(crate) answers: Vec<crate::Item>,
}

impl Unbound {
    /// It runs, as it did when the firewall was switched on.
    pub(crate) fn running(start: Duration) -> Self {
        Self { start, started: Instant::now().checked_sub(start), answers: Vec::new() }
    }

    pub(crate) fn restart(&mut self, config: &Config) {
        self.started = config.is_on("unboundplus.general.enabled").then(Instant::now);
        self.answers = config.rows("unboundplus.hosts.host").to_vec();
    }

    pub(crate) fn stop(&mut self) {
        self.started = None;
    }

    pub(crate) fn status(&self, config: &Config) -> &'static str {
        match self.started {
            Some(started) if started.elapsed() >= self.start => "running",
            _ if !config.is_on("unboundplus.general.enabled") => "disabled",
            _ => "stopped",
        }
    }
}

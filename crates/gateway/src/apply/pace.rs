//! How long is waited for a gateway in the middle of an apply.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep};

use crate::error::GatewayError;

/// How long is waited, and how long between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How long a gateway may be away in the middle of an apply: a firewall that restarts is back in two minutes.
    pub patience: Duration,
    /// The first pause after a failure; each further one is twice as long.
    pub pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// How long a gateway may be away before that is told.
    pub lost_after: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(180),
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(10),
            lost_after: Duration::from_secs(600),
        }
    }
}

impl Pace {
    /// Asks again while the gateway is away, as long as patience lasts.
    pub(crate) async fn patiently<'a, T>(
        &self,
        ask: impl Fn() -> BoxFuture<'a, Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        let mut waiting = Waiting::new(*self);
        loop {
            match ask().await {
                Err(error) if is_away(&error) && waiting.pause().await => {}
                other => return other,
            }
        }
    }
}

/// A wait with pauses that grow.
pub(crate) struct Waiting {
    until: Instant,
    next: Duration,
    longest: Duration,
}

impl Waiting {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { until: Instant::now() + pace.patience, next: pace.pause, longest: pace.longest_pause }
    }

    /// Waits a while; `false` when patience has ended.
    pub(crate) async fn pause(&mut self) -> bool {
        if Instant::now() + self.next > self.until {
            return false;
        }
        sleep(self.next).await;
        self.next = (self.next * 2).min(self.longest);
        true
    }
}

/// Whether the gateway did not answer: what was asked may have been done, or not.
pub(crate) fn is_away(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Unreachable { .. } | GatewayError::Timeout { .. })
}

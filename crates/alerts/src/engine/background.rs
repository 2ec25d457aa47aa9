//! What runs by itself: reading events, looking at deadlines, sending, forgetting.

use std::time::Duration;

use ::store::StoreError;
use tokio_util::sync::CancellationToken;

use super::Alerts;
use crate::error::AlertsError;
use crate::store::incidents;

/// How often events and deadlines are looked at: a phone rings a second later at most.
const DECIDE_EVERY: Duration = Duration::from_secs(1);
/// How often the queue is looked at when nothing is said to have been queued: retries and probes.
const SEND_EVERY: Duration = Duration::from_secs(1);
/// After a failure of the database there is no hurry.
const AFTER_FAILURE: Duration = Duration::from_secs(10);
const FORGET_EVERY: Duration = Duration::from_secs(3600);
/// How long incidents that are over are kept.
const HISTORY: Duration = Duration::from_secs(90 * 86_400);

impl Alerts {
    /// Reads events, looks at deadlines and sends what is due, until `cancel`. What is on its way then is sent again at the
    /// next start, and takes the place of the first on the phone.
    pub async fn run(&self, cancel: CancellationToken) {
        let all =
            async { tokio::join!(self.decide_on_and_on(), self.send_on_and_on(), self.forget_on_and_on()) };
        cancel.run_until_cancelled(all).await;
    }

    async fn decide_on_and_on(&self) {
        loop {
            let read = self.read_events().await;
            let swept = self.sweep().await;
            tokio::time::sleep(pause(read.and(swept), "deciding over alerts", DECIDE_EVERY)).await;
        }
    }

    async fn send_on_and_on(&self) {
        loop {
            let pause = pause(self.send_due().await, "sending notifications", SEND_EVERY);
            tokio::time::timeout(pause, self.inner.queued.notified()).await.ok();
        }
    }

    async fn forget_on_and_on(&self) {
        loop {
            let before = self.inner.clock.now().minus(HISTORY);
            let forgot: Result<u64, StoreError> = self
                .inner
                .store
                .write(move |tx| Box::pin(async move { incidents::forget(tx, before).await }))
                .await;
            let forgot = forgot.map(drop).map_err(AlertsError::from);
            tokio::time::sleep(pause(forgot, "forgetting old incidents", FORGET_EVERY)).await;
        }
    }
}

/// How long to wait before the next time. A failure is told once, here, with its causes.
fn pause(result: Result<(), AlertsError>, what: &str, usual: Duration) -> Duration {
    match result {
        Ok(()) => usual,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            tracing::error!(%error, %cause, "{what} failed");
            usual.max(AFTER_FAILURE)
        }
    }
}

//! Writes behind the boots what they changed. Nothing of it is given up: what could not be written is tried again.

use std::sync::Arc;
use std::time::Duration;

use ::store::StoreError;
use tokio_util::sync::CancellationToken;

use super::Inner;
use super::memory::Dirty;
use crate::store::control as rows;

/// While the database is in trouble.
const PAUSE: Duration = Duration::from_secs(1);

/// The task that stores what the boots changed.
pub struct ControlWriter {
    inner: Arc<Inner>,
}

impl ControlWriter {
    pub(super) const fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Stores until `stop`; what waits then is still stored, if the database takes it.
    pub async fn run(self, stop: CancellationToken) {
        while stop.run_until_cancelled(self.inner.changed.notified()).await.is_some() {
            while let Err(error) = self.turn().await {
                tracing::error!(%error, "what was said of boots could not be stored yet");
                if stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                    break;
                }
            }
        }
        if let Err(error) = self.turn().await {
            tracing::error!(%error, "what was said of the last boots is lost");
        }
    }

    async fn turn(&self) -> Result<(), StoreError> {
        let _turn = self.inner.turn.lock().await;
        self.inner.flush().await
    }
}

impl Inner {
    /// Stores what the boots changed; whoever calls it has the turn.
    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        let (dirty, news) = self.lock().take_news();
        if dirty.is_empty() && news.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let (rows_to_write, events_to_write) = (dirty.clone(), news.clone());
        let written = self.store.write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                for (dirty, guarded) in rows_to_write {
                    match (dirty, guarded) {
                        (Dirty::Guard(mac), Some(guarded)) => {
                            rows::set_guard(tx, mac, guarded.host.as_ref(), &guarded.guard).await?;
                        }
                        (Dirty::Guard(mac), None) => rows::remove_guard(tx, mac).await?,
                        (Dirty::Used(subject, made_at, used_at), _) => {
                            rows::use_next(tx, &subject, made_at, used_at).await?;
                        }
                        (Dirty::Over(subject, made_at), _) => rows::end_next(tx, &subject, made_at).await?,
                    }
                }
                for event in events_to_write {
                    events::append(tx, &event, now).await?;
                }
                Ok(())
            })
        });
        let result = written.await;
        if result.is_err() {
            self.lock().put_back(dirty.into_iter().map(|(dirty, _)| dirty), news);
        }
        result
    }
}

impl std::fmt::Debug for ControlWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ControlWriter").finish_non_exhaustive()
    }
}

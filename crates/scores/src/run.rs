//! One job, from its turn to its end, whatever its score does.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use ::store::{Store, StoreError};
use futures_util::FutureExt as _;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::context::JobContext;
use crate::error::ScoreError;
use crate::job::JobState;
use crate::jobs::Cancel;
use crate::score::Score;
use crate::store as rows;

/// How long to wait before the end of a job is written again, when the database would not take it.
const AGAIN: Duration = Duration::from_secs(2);

/// How a job ended.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) state: JobState,
    pub(crate) error: Option<String>,
    pub(crate) result: Option<Value>,
}

impl End {
    fn failed(error: impl Into<String>) -> Self {
        Self { state: JobState::Failed, error: Some(error.into()), result: None }
    }

    /// For a job that its server did not live to see the end of.
    pub(crate) fn server_stopped() -> Self {
        Self::failed("the server stopped")
    }
}

pub(crate) async fn run(
    score: Arc<dyn Score>,
    job: &JobContext,
    params: Value,
    turns: &Semaphore,
    cancel: &Cancel,
) {
    let end = tokio::select! {
        biased;
        () = cancel.asked() => cancel.end(),
        end = in_turn(score, job, params, turns) => end,
    };
    let (id, actor) = (job.id.clone(), cancel.actor());
    tracing::info!(job.id = %id, job.state = %end.state, job.error = end.error, "a job ended");
    let end = Arc::new(end);
    // Until its end is written the job counts as running, so this is worth repeating. When the server stops it is not: the
    // next one marks what this one left.
    while let Err(error) = write_end(job, Arc::clone(&end), actor.clone()).await {
        tracing::warn!(job.id = %id, %error, "the end of a job could not be written");
        if cancel.server_stops() || matches!(error, StoreError::Closed) {
            return;
        }
        tokio::select! {
            () = cancel.server_stopping() => {}
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

async fn in_turn(score: Arc<dyn Score>, job: &JobContext, params: Value, turns: &Semaphore) -> End {
    let Ok(_turn) = turns.acquire().await else { return End::server_stopped() };
    if let Err(error) = begin(&job.store, job).await {
        return End::failed(ScoreError::from(error).chain());
    }
    // A score may panic before its first await as well as after it.
    let guarded = AssertUnwindSafe(async { score.run(job.clone(), params).await });
    match guarded.catch_unwind().await {
        Ok(Ok(result)) => End { state: JobState::Done, error: None, result: Some(result) },
        Ok(Err(ScoreError::Incomplete { reason, summary })) => {
            End { result: Some(summary), ..End::failed(reason) }
        }
        Ok(Err(error)) => End::failed(error.chain()),
        Err(panic) => End::failed(format!("the score panicked: {}", panic_text(panic.as_ref()))),
    }
}

async fn begin(store: &Store, job: &JobContext) -> Result<(), StoreError> {
    let (id, now) = (job.id.clone(), job.now());
    let seq = store.write(move |tx| Box::pin(async move { rows::begin(tx, &id, now).await })).await?;
    job.news.send_replace(seq);
    Ok(())
}

async fn write_end(job: &JobContext, end: Arc<End>, actor: Option<String>) -> Result<(), StoreError> {
    let (id, now) = (job.id.clone(), job.now());
    let seq = job
        .store
        .write(move |tx| Box::pin(async move { rows::end(tx, &id, &end, actor.as_deref(), now).await }))
        .await?;
    job.news.send_replace(seq);
    Ok(())
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

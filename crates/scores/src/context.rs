//! What a running score holds in its hands: the database, the clock, and its steps.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use ::store::{Store, StoreError, Tx};
use futures_util::future::BoxFuture;
use inventory::{Clock, Id, Timestamp};
use tokio::sync::watch;

use crate::error::ScoreError;
use crate::job::StepState;
use crate::store as rows;

/// A running job, seen from its score.
#[derive(Clone)]
pub struct JobContext {
    pub(crate) id: Id,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    /// The newest `seq` of the job; sent after the commit.
    pub(crate) news: watch::Sender<i64>,
}

impl JobContext {
    /// The job's name.
    #[must_use]
    pub fn job(&self) -> &Id {
        &self.id
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Begins a step. One that is neither [`Step::done`] nor [`Step::fail`]ed ends with its job, as failed.
    ///
    /// # Errors
    /// The job has too many steps, or the database's.
    pub async fn step(&self, text: impl Into<String>) -> Result<Step, ScoreError> {
        let (id, text, now) = (self.id.clone(), text.into(), self.now());
        let (number, seq) = self
            .store
            .write(move |tx: &mut Tx| {
                Box::pin(async move { rows::begin_step(tx, &id, &text, now).await })
                    as BoxFuture<'_, Result<(i64, i64), ScoreError>>
            })
            .await?;
        self.tell(seq);
        Ok(Step { job: self.clone(), number })
    }

    fn tell(&self, seq: i64) {
        self.news.send_if_modified(|newest| {
            let is_newer = seq > *newest;
            *newest = (*newest).max(seq);
            is_newer
        });
    }
}

impl fmt::Debug for JobContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JobContext").field(&self.id).finish()
    }
}

/// A step that runs.
#[derive(Debug)]
#[must_use = "a step that is never ended counts as failed"]
pub struct Step {
    job: JobContext,
    number: i64,
}

impl Step {
    /// Says how far it is.
    ///
    /// # Errors
    /// The database's.
    pub fn note(&self, note: impl Into<String>) -> impl Future<Output = Result<(), ScoreError>> + Send {
        self.write(StepState::Running, note.into())
    }

    /// It ended well; `note` says how.
    ///
    /// # Errors
    /// The database's.
    pub async fn done(self, note: impl Into<String> + Send) -> Result<(), ScoreError> {
        self.write(StepState::Done, note.into()).await
    }

    /// It failed, and the job goes on.
    ///
    /// # Errors
    /// The database's.
    pub async fn fail(self, reason: impl Into<String> + Send) -> Result<(), ScoreError> {
        self.write(StepState::Failed, reason.into()).await
    }

    async fn write(&self, state: StepState, note: String) -> Result<(), ScoreError> {
        let (id, number, now) = (self.job.id.clone(), self.number, self.job.now());
        let seq = self
            .job
            .store
            .write(move |tx: &mut Tx| {
                Box::pin(async move { rows::move_step(tx, &id, number, state, &note, now).await })
                    as BoxFuture<'_, Result<i64, StoreError>>
            })
            .await?;
        self.job.tell(seq);
        Ok(())
    }
}

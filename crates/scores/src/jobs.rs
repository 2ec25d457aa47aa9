//! The jobs of this server: starting, watching, cancelling, stopping.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use ::store::{Store, StoreError};
use inventory::{Clock, Id};
use serde_json::Value;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::JobContext;
use crate::error::StartError;
use crate::job::{Job, JobState, JobStep, Progress};
use crate::registry::Registry;
use crate::run::{End, run};
use crate::store as rows;

/// Jobs that are kept: older ones that have ended are forgotten.
pub const HISTORY: u32 = 200;
/// Jobs that run at once; the others are queued.
const TURNS: usize = 8;

/// Starts jobs and tells of them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Jobs {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    registry: Registry,
    clock: Arc<dyn Clock>,
    alive: Mutex<HashMap<Id, Alive>>,
    turns: Arc<Semaphore>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

/// A job whose task lives in this process.
struct Alive {
    news: watch::Receiver<i64>,
    cancel: Arc<Cancel>,
}

/// How a job is told to end before its time, and by whom.
#[derive(Debug)]
pub(crate) struct Cancel {
    /// A child of `stopping`.
    token: CancellationToken,
    stopping: CancellationToken,
    by: OnceLock<String>,
}

impl Cancel {
    pub(crate) async fn asked(&self) {
        self.token.cancelled().await;
    }

    pub(crate) fn server_stops(&self) -> bool {
        self.stopping.is_cancelled()
    }

    pub(crate) async fn server_stopping(&self) {
        self.stopping.cancelled().await;
    }

    pub(crate) fn actor(&self) -> Option<String> {
        self.by.get().cloned()
    }

    pub(crate) fn end(&self) -> End {
        match self.by.get() {
            Some(actor) => {
                End { state: JobState::Cancelled, error: Some(format!("cancelled by {actor}")), result: None }
            }
            None => End::server_stopped(),
        }
    }
}

impl Jobs {
    /// Takes the jobs over. Those that a server before this one left behind are marked failed.
    ///
    /// # Errors
    /// The database's.
    pub async fn open(store: Store, registry: Registry, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let now = clock.now();
        let left = store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    let left = rows::alive(tx).await?;
                    for id in &left {
                        rows::end(tx, id, &End::server_stopped(), None, now).await?;
                    }
                    Ok(left.len())
                })
            })
            .await?;
        if left > 0 {
            tracing::warn!(jobs = left, "jobs that an earlier server left behind are marked failed");
        }
        let inner = Inner {
            store,
            registry,
            clock,
            alive: Mutex::default(),
            turns: Arc::new(Semaphore::new(TURNS)),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The scores that can be run.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// Starts a job of the score called `score`. It goes on when the caller goes away.
    ///
    /// # Errors
    /// [`StartError`]: no such score, it runs already, it refuses these parameters, the server is stopping.
    pub async fn start(&self, score: &str, params: Value, actor: &str) -> Result<Id, StartError> {
        let found = self.inner.registry.get(score);
        let score = Arc::clone(found.ok_or_else(|| StartError::UnknownScore(score.to_owned()))?);
        let name = score.name();
        score.plan(&params).map_err(|source| StartError::Refused { score: name.to_owned(), source })?;
        if self.inner.stopping.is_cancelled() {
            return Err(StartError::Stopping);
        }
        let (jobs, actor) = (self.clone(), actor.to_owned());
        // In a task of its own: a caller that goes away between the row and the run would leave a row that nobody runs.
        let starting = self.inner.tasks.spawn(async move {
            let now = jobs.inner.clock.now();
            let id = Id::generate(now);
            let row = (id.clone(), params.clone());
            jobs.inner
                .store
                .write(move |tx| {
                    Box::pin(async move { rows::insert(tx, &row.0, name, &row.1, &actor, now).await })
                })
                .await?;
            jobs.spawn(score, id.clone(), params);
            Ok(id)
        });
        starting.await.unwrap_or(Err(StartError::Store(StoreError::Panicked)))
    }

    fn spawn(&self, score: Arc<dyn crate::Score>, id: Id, params: Value) {
        let inner = Arc::clone(&self.inner);
        let (news, watched) = watch::channel(0);
        let cancel = Arc::new(Cancel {
            token: inner.stopping.child_token(),
            stopping: inner.stopping.clone(),
            by: OnceLock::new(),
        });
        inner.alive().insert(id.clone(), Alive { news: watched, cancel: Arc::clone(&cancel) });
        let job =
            JobContext { id: id.clone(), store: inner.store.clone(), clock: Arc::clone(&inner.clock), news };
        let turns = Arc::clone(&inner.turns);
        self.inner.tasks.spawn(async move {
            run(score, &job, params, &turns, &cancel).await;
            inner.alive().remove(&id);
            // Last: who waits for the sender to go finds the job gone too.
            drop(job);
        });
    }

    /// Asks a job to end and waits until it has. `false` when it had ended before, or never was.
    pub async fn cancel(&self, job: &Id, actor: &str) -> bool {
        let alive = self.inner.alive().get(job).map(|alive| (Arc::clone(&alive.cancel), alive.news.clone()));
        let Some((cancel, mut news)) = alive else { return false };
        cancel.by.set(actor.to_owned()).ok();
        cancel.token.cancel();
        // The sender goes with the job's task.
        while news.changed().await.is_ok() {}
        true
    }

    /// Ends all jobs, as failed because the server stopped, and waits until that is written. None is started any more.
    pub async fn stop(&self) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// A job.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, job: &Id) -> Result<Option<Job>, StoreError> {
        rows::job(self.inner.store.readers(), job).await
    }

    /// The newest jobs, newest first, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, limit: u32) -> Result<Vec<Job>, StoreError> {
        rows::jobs(self.inner.store.readers(), limit).await
    }

    /// The steps of a job that changed after `after_seq` (0: all of them), in their order.
    ///
    /// # Errors
    /// The database's.
    pub async fn steps(&self, job: &Id, after_seq: i64) -> Result<Vec<JobStep>, StoreError> {
        rows::steps(self.inner.store.readers(), job, after_seq).await
    }

    /// What changed after `after_seq`; waits for it, but no longer than `max_wait`. A job that has ended is answered at
    /// once. `None` when there is no such job. Ask again with the answer's `job.seq`.
    ///
    /// # Errors
    /// The database's.
    pub async fn changed(
        &self,
        job: &Id,
        after_seq: i64,
        max_wait: Duration,
    ) -> Result<Option<Progress>, StoreError> {
        // Subscribed before the rows are read: what comes in between wakes us.
        let news = self.inner.alive().get(job).map(|alive| alive.news.clone());
        let progress = rows::progress(self.inner.store.readers(), job, after_seq).await?;
        let waits = |p: &Progress| p.job.seq <= after_seq && !p.job.state.has_ended();
        let (Some(mut news), true) = (news, progress.as_ref().is_some_and(waits)) else {
            return Ok(progress);
        };
        tokio::time::timeout(max_wait, news.wait_for(|seq| *seq > after_seq)).await.ok();
        rows::progress(self.inner.store.readers(), job, after_seq).await
    }
}

impl Inner {
    fn alive(&self) -> MutexGuard<'_, HashMap<Id, Alive>> {
        // Nothing under this lock can leave the map half changed.
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").field("registry", &self.registry).finish_non_exhaustive()
    }
}

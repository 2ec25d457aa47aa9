//! The one writer: takes what has gathered, runs each change under its own savepoint, commits once, then answers.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::Tx;
use crate::error::StoreError;

/// Changes that may wait. At some 50 µs each, a full queue is a tenth of a second of work.
const QUEUE: usize = 2048;
/// Changes in one commit: bounds how long the first of them waits for its answer.
const BATCH: usize = 256;

#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Change(Box<dyn Change>),
    Close(oneshot::Sender<()>),
}

/// A change with its types taken away: first run, then answered.
trait Change: Send {
    /// Runs it; `true` when what it did shall stand.
    fn run<'c>(&'c mut self, tx: &'c mut Tx) -> BoxFuture<'c, bool>;
    /// Answers the caller, after the commit or in spite of it.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Pending<F, T, E> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Change for Pending<F, T, E>
where
    F: for<'c> FnOnce(&'c mut Tx) -> BoxFuture<'c, Result<T, E>> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run<'c>(&'c mut self, tx: &'c mut Tx) -> BoxFuture<'c, bool> {
        async move {
            let Some(work) = self.work.take() else { return false };
            let outcome = AssertUnwindSafe(async move { work(tx).await }).catch_unwind().await;
            let outcome = outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
            let stands = outcome.is_ok();
            self.outcome = Some(outcome);
            stands
        }
        .boxed()
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (self.outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(error.into()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        // The caller may have gone away; its change stands all the same.
        self.caller.send(answer).ok();
    }
}

impl Writer {
    pub(crate) fn start(connection: SqliteConnection) -> Self {
        let (queue, changes) = mpsc::channel(QUEUE);
        tokio::spawn(run(connection, changes));
        Self { queue }
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'c> FnOnce(&'c mut Tx) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let change = Pending { work: Some(work), outcome: None, caller };
        self.queue.try_send(Message::Change(Box::new(change))).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Message::Close(done)).await.is_ok() {
            closed.await.ok();
        }
    }
}

async fn run(mut connection: SqliteConnection, mut queue: mpsc::Receiver<Message>) {
    while let Some(first) = queue.recv().await {
        let mut batch = Vec::new();
        let mut close = None;
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Change(change) => batch.push(change),
                Message::Close(done) => close = Some(done),
            }
            next = if batch.len() < BATCH && close.is_none() { queue.try_recv().ok() } else { None };
        }
        commit(&mut connection, batch).await;
        if let Some(done) = close {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "closing the database");
            }
            done.send(()).ok();
            return;
        }
    }
}

async fn commit(connection: &mut SqliteConnection, mut batch: Vec<Box<dyn Change>>) {
    if batch.is_empty() {
        return;
    }
    let result = attempt(connection, &mut batch).await;
    if let Err(error) = &result {
        tracing::error!(%error, changes = batch.len(), "a commit failed and was undone");
        // SQLite may have rolled back by itself (a full disk): then there is nothing left to undo.
        sqlx::query("ROLLBACK").execute(&mut *connection).await.ok();
    }
    for change in batch {
        change.answer(match &result {
            Ok(()) => Ok(()),
            Err(StoreError::Full) => Err(StoreError::Full),
            Err(StoreError::ReadOnly) => Err(StoreError::ReadOnly),
            Err(error) => Err(StoreError::Commit(chain(error))),
        });
    }
}

async fn attempt(connection: &mut SqliteConnection, batch: &mut [Box<dyn Change>]) -> Result<(), StoreError> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    for change in batch {
        sqlx::query("SAVEPOINT change").execute(&mut *connection).await?;
        if !change.run(connection).await {
            sqlx::query("ROLLBACK TO change").execute(&mut *connection).await?;
        }
        sqlx::query("RELEASE change").execute(&mut *connection).await?;
    }
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    Ok(())
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

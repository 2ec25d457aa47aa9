//! The database: one SQLite file, one writer, many readers.
//!
//! Every change goes through [`Store::write`]. The changes that arrive while the disk is busy are committed together, each
//! under a savepoint of its own, and answered only after the commit: `Ok` means that it is on the disk, also after a power
//! cut (`synchronous=FULL`; the shared commit is what makes that cheap). A change that fails takes no other with it. When
//! the queue is full the caller is told so at once ([`StoreError::Busy`]) instead of waiting without end.
//!
//! Readers have a pool of their own ([`Store::readers`]) and never wait for the writer (WAL).
//!
//! What this crate does not know: what the rows mean. Each crate keeps its SQL in its own `store.rs`, on the tables that
//! `migrations/` gives it. SQL stays portable: `$1` placeholders, times as milliseconds in BIGINT, JSON as TEXT, booleans
//! as BIGINT 0 or 1.

mod error;
mod open;
mod writer;

use std::path::Path;

use futures_util::future::BoxFuture;
use sqlx::{SqliteConnection, SqlitePool};

pub use crate::error::{OpenError, StoreError};
use crate::writer::Writer;

/// The connection that a change runs on, inside its transaction.
pub type Tx = SqliteConnection;

/// A handle on the open database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    readers: SqlitePool,
    writer: Writer,
}

impl Store {
    /// Opens the database at `path`, makes it when it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// [`OpenError`]: it can't be opened, can't be written, or was written by a newer Muster.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let (connection, readers) = open::open(path).await?;
        Ok(Self { readers, writer: Writer::start(connection) })
    }

    /// Runs `work` in a transaction and answers once it is committed. An `Err` from `work` undoes all that it did.
    ///
    /// `work` must do nothing but database work: every other change waits for it.
    ///
    /// # Errors
    /// What `work` answered, or a [`StoreError`]: the queue is full, the disk is full, the commit failed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'c> FnOnce(&'c mut Tx) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// Connections for reading. What they are used to write fails.
    #[must_use]
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Whether the writer lives and readers are answered.
    ///
    /// # Errors
    /// What keeps them from it.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.write::<_, StoreError, _>(|tx| {
            Box::pin(async move { Ok(sqlx::query("UPDATE write_probe SET probes = 0").execute(tx).await?) })
        })
        .await?;
        sqlx::query("SELECT probes FROM write_probe").execute(self.readers()).await?;
        Ok(())
    }

    /// Waits until what is queued is committed, and closes the file.
    pub async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}

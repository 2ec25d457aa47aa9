//! Opening the file: journal, limits, schema.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection, SqlitePool};

use crate::error::{OpenError, SQLITE_FULL, SQLITE_READONLY, primary_code};

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Readers at once: pages and lists are short, and a page waits no longer than this many others.
const READERS: u32 = 8;

pub(crate) async fn open(path: &Path) -> Result<(SqliteConnection, SqlitePool), OpenError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // What is deleted may be a secret, and what the file has free is still read by whoever has the file.
        .pragma("secure_delete", "ON")
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5));
    let mut writer = options.connect().await.map_err(|source| classify(path, source))?;
    MIGRATOR.run(&mut writer).await.map_err(|error| match error {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) if known(&source) => {
            classify(path, source)
        }
        source => OpenError::Migrate { path: path.to_owned(), source },
    })?;
    // An up-to-date schema was not written to, so a file that can't be written shows only here.
    for statement in ["BEGIN IMMEDIATE", "UPDATE write_probe SET probes = probes + 1", "ROLLBACK"] {
        sqlx::query(statement).execute(&mut writer).await.map_err(|source| classify(path, source))?;
    }
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options.create_if_missing(false).pragma("query_only", "1"))
        .await
        .map_err(|source| classify(path, source))?;
    Ok((writer, readers))
}

fn known(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(SQLITE_READONLY | SQLITE_FULL))
}

fn classify(path: &Path, source: sqlx::Error) -> OpenError {
    let path = path.to_owned();
    match primary_code(&source) {
        Some(SQLITE_READONLY) => OpenError::ReadOnly { path, source },
        Some(SQLITE_FULL) => OpenError::Full { path, source },
        _ => OpenError::Open { path, source },
    }
}

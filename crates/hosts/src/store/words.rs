//! An agent's starts, samples and goodbyes, in the database.

use ::store::{StoreError, Tx};
use inventory::{AgentStamp, Id, Sample, Timestamp};
use sqlx::{FromRow, SqlitePool};

use crate::error::HostError;
use crate::overview::{column, fullest, hottest, shorten};

/// Starts of one agent that are remembered: a late word of an older one counts as a new start.
const STARTS: i64 = 16;

/// What was last heard of a host.
#[derive(FromRow)]
pub(crate) struct LastWord {
    pub(crate) start_id: Option<String>,
    pub(crate) boot_id: Option<String>,
    pub(crate) seq: i64,
    pub(crate) last_seen_at: Option<i64>,
    pub(crate) goodbye_at: Option<i64>,
}

pub(crate) async fn last_word(tx: &mut Tx, host: &Id) -> Result<LastWord, HostError> {
    let last =
        sqlx::query_as("SELECT start_id, boot_id, seq, last_seen_at, goodbye_at FROM host WHERE id = $1")
            .bind(host.as_str())
            .fetch_optional(tx)
            .await?;
    last.ok_or_else(|| HostError::NoHost(host.clone()))
}

pub(crate) async fn knows_start(tx: &mut Tx, host: &Id, start_id: &str) -> Result<bool, StoreError> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM host_start WHERE host_id = $1 AND start_id = $2")
            .bind(host.as_str())
            .bind(start_id)
            .fetch_optional(tx)
            .await?;
    Ok(found.is_some())
}

pub(crate) async fn remember_start(
    tx: &mut Tx,
    host: &Id,
    start_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO host_start (host_id, start_id, first_seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (host_id, start_id) DO NOTHING",
    )
    .bind(host.as_str())
    .bind(start_id)
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM host_start WHERE host_id = $1 AND start_id NOT IN (
             SELECT start_id FROM host_start WHERE host_id = $1
             ORDER BY first_seen_at DESC, start_id LIMIT $2)",
    )
    .bind(host.as_str())
    .bind(STARTS)
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that the host was heard, from which start, and which of its words. It is no longer gone.
pub(crate) async fn set_heard(
    tx: &mut Tx,
    host: &Id,
    boot_id: Option<&str>,
    start_id: &str,
    seq: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE host SET last_seen_at = $2, goodbye_at = NULL, boot_id = $3, start_id = $4, seq = $5
         WHERE id = $1",
    )
    .bind(host.as_str())
    .bind(now.millis())
    .bind(boot_id)
    .bind(start_id)
    .bind(seq)
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn set_goodbye(tx: &mut Tx, host: &Id, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE host SET goodbye_at = $2 WHERE id = $1")
        .bind(host.as_str())
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}

/// Which words a sample may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follows {
    /// An earlier word of the same start. The way of nearly all samples: one statement.
    SameStart,
    /// Whatever was said before: the caller has looked.
    Any,
}

/// Writes a sample over the last one; answers the host's count of problems, or nothing when the sample does not follow.
pub(crate) async fn put_sample(
    tx: &mut Tx,
    host: &Id,
    sample: &Sample,
    follows: Follows,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let AgentStamp { boot_id, start_id, seq } = &sample.agent;
    let (hottest, fullest) = (hottest(sample), fullest(sample));
    let document = serde_json::to_string(sample).map_err(|error| StoreError::Corrupt {
        table: "host",
        row: host.to_string(),
        reason: error.to_string(),
    })?;
    let problems = sqlx::query_scalar(
        "UPDATE host SET
             last_seen_at = $4, goodbye_at = NULL, boot_id = $5, start_id = $2, seq = $3, sample_at = $4,
             hottest_celsius = $6, hottest_sensor = $7, fullest_percent = $8, fullest_mount = $9, sample = $10
         WHERE id = $1 AND ($11 = 1 OR (start_id = $2 AND seq < $3))
         RETURNING problem_count",
    )
    .bind(host.as_str())
    .bind(start_id)
    .bind(column(*seq))
    .bind(now.millis())
    .bind(boot_id)
    .bind(hottest.map(|t| t.temp_celsius))
    .bind(hottest.map(|t| shorten(t.label.as_deref().unwrap_or(&t.sensor))))
    .bind(fullest.map(|(_, percent)| percent))
    .bind(fullest.map(|(filesystem, _)| shorten(&filesystem.mount)))
    .bind(document)
    .bind(i64::from(follows == Follows::Any))
    .fetch_optional(tx)
    .await?;
    Ok(problems)
}

/// A host's latest sample.
///
/// # Errors
/// The database's.
pub async fn sample(readers: &SqlitePool, host: &Id) -> Result<Option<Sample>, StoreError> {
    let document: Option<Option<String>> = sqlx::query_scalar("SELECT sample FROM host WHERE id = $1")
        .bind(host.as_str())
        .fetch_optional(readers)
        .await?;
    let document = document.flatten();
    document.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| StoreError::Corrupt {
        table: "host",
        row: host.to_string(),
        reason: error.to_string(),
    })
}

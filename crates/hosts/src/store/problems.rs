//! What agents can't do at present, in the database.

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};
use sqlx::SqlitePool;

use crate::host::HostProblem;

/// Writes a problem down; answers whether it is a new one.
pub(crate) async fn put(
    tx: &mut Tx,
    host: &Id,
    part: &str,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO host_problem (host_id, part, reason, since_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (host_id, part) DO NOTHING",
    )
    .bind(host.as_str())
    .bind(part)
    .bind(reason)
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    if inserted.rows_affected() > 0 {
        count(tx, host).await?;
        return Ok(true);
    }
    sqlx::query("UPDATE host_problem SET reason = $3 WHERE host_id = $1 AND part = $2")
        .bind(host.as_str())
        .bind(part)
        .bind(reason)
        .execute(tx)
        .await?;
    Ok(false)
}

/// Forgets a problem; answers whether there was one.
pub(crate) async fn take(tx: &mut Tx, host: &Id, part: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM host_problem WHERE host_id = $1 AND part = $2")
        .bind(host.as_str())
        .bind(part)
        .execute(&mut *tx)
        .await?;
    let was_there = done.rows_affected() > 0;
    if was_there {
        count(tx, host).await?;
    }
    Ok(was_there)
}

/// The parts that have a problem.
pub(crate) async fn parts(tx: &mut Tx, host: &Id) -> Result<Vec<String>, StoreError> {
    let parts = sqlx::query_scalar("SELECT part FROM host_problem WHERE host_id = $1 ORDER BY part")
        .bind(host.as_str())
        .fetch_all(tx)
        .await?;
    Ok(parts)
}

async fn count(tx: &mut Tx, host: &Id) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar(
        "UPDATE host SET problem_count = (SELECT COUNT(*) FROM host_problem WHERE host_id = $1)
         WHERE id = $1
         RETURNING problem_count",
    )
    .bind(host.as_str())
    .fetch_one(tx)
    .await?;
    Ok(count)
}

/// What a host's agent can't do at present.
///
/// # Errors
/// The database's.
pub async fn problems(readers: &SqlitePool, host: &Id) -> Result<Vec<HostProblem>, StoreError> {
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT part, reason, since_at FROM host_problem WHERE host_id = $1 ORDER BY part")
            .bind(host.as_str())
            .fetch_all(readers)
            .await?;
    let problem = |(part, reason, since)| HostProblem { part, reason, since_at: Timestamp(since) };
    Ok(rows.into_iter().map(problem).collect())
}

//! Armings: one row a generation, and of each host one at the most that has not ended.

use std::net::IpAddr;

use ::store::{StoreError, Tx};
use hosts::State;
use inventory::{Id, Timestamp};
use sqlx::{FromRow, SqliteExecutor};

use super::{from_json, parsed, to_json};
use crate::arming::{Arming, CLOCK_STEP, Ended, Outcome};

const TABLE: &str = "arming";
const COLUMNS: &str =
    "host_id, generation, plan, armed_at, armed_by, expires_at, consumed_at, ended_at, outcome";

/// What the boot script is made of, in one read: the newest of a host's, whether it stands or has ended.
pub(crate) async fn latest(db: impl SqliteExecutor<'_>, host: &Id) -> Result<Option<Arming>, StoreError> {
    one(db, host, "ORDER BY generation DESC LIMIT 1").await
}

pub(crate) async fn standing(db: impl SqliteExecutor<'_>, host: &Id) -> Result<Option<Arming>, StoreError> {
    one(db, host, "AND ended_at IS NULL").await
}

/// The last one by which a disk may have been written.
pub(crate) async fn last_used(db: impl SqliteExecutor<'_>, host: &Id) -> Result<Option<Arming>, StoreError> {
    one(db, host, "AND consumed_at IS NOT NULL ORDER BY generation DESC LIMIT 1").await
}

async fn one(
    db: impl SqliteExecutor<'_>,
    host: &Id,
    which: &'static str,
) -> Result<Option<Arming>, StoreError> {
    let statement = format!("SELECT {COLUMNS} FROM arming WHERE host_id = $1 {which}");
    let row: Option<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(statement)).bind(host.as_str()).fetch_optional(db).await?;
    row.map(Arming::try_from).transpose()
}

pub(crate) async fn latest_generation(tx: &mut Tx, host: &Id) -> Result<i64, StoreError> {
    let latest: Option<i64> = sqlx::query_scalar("SELECT MAX(generation) FROM arming WHERE host_id = $1")
        .bind(host.as_str())
        .fetch_one(tx)
        .await?;
    Ok(latest.unwrap_or(0))
}

/// The state in which the host stood when it was armed.
pub(crate) async fn was(tx: &mut Tx, host: &Id, generation: i64) -> Result<Option<State>, StoreError> {
    let was: Option<Option<String>> =
        sqlx::query_scalar("SELECT was FROM arming WHERE host_id = $1 AND generation = $2")
            .bind(host.as_str())
            .bind(generation)
            .fetch_optional(tx)
            .await?;
    was.flatten().map(|was| parsed(TABLE, host.as_str(), &was)).transpose()
}

/// What the host goes back to when this ends unused: it is in service after all.
pub(crate) async fn was_in_service(tx: &mut Tx, host: &Id, generation: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE arming SET was = $3 WHERE host_id = $1 AND generation = $2")
        .bind(host.as_str())
        .bind(generation)
        .bind(State::InService.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn assignment_version(tx: &mut Tx, host: &Id) -> Result<Option<i64>, StoreError> {
    let version = sqlx::query_scalar("SELECT version FROM assignment WHERE host_id = $1")
        .bind(host.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(version)
}

pub(crate) async fn insert(tx: &mut Tx, arming: &Arming, was: State) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO arming (host_id, generation, was, plan, armed_at, armed_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(arming.host.as_str())
    .bind(arming.generation)
    .bind(was.as_str())
    .bind(to_json(TABLE, arming.host.as_str(), arming)?)
    .bind(arming.armed_at.millis())
    .bind(&arming.armed_by)
    .bind(arming.expires_at.millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Marks it as used; `false` where it does not stand, was used before, has run out or is of a time to come: then nothing was
/// changed.
pub(crate) async fn consume(
    tx: &mut Tx,
    host: &Id,
    generation: i64,
    address: IpAddr,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE arming SET consumed_at = $3, consumed_by = $4
         WHERE host_id = $1 AND generation = $2
           AND consumed_at IS NULL AND ended_at IS NULL AND expires_at > $3 AND armed_at <= $5",
    )
    .bind(host.as_str())
    .bind(generation)
    .bind(now.millis())
    .bind(address.to_string())
    .bind(now.plus(CLOCK_STEP).millis())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn end(
    tx: &mut Tx,
    host: &Id,
    generation: i64,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE arming SET ended_at = $3, outcome = $4 WHERE host_id = $1 AND generation = $2")
        .bind(host.as_str())
        .bind(generation)
        .bind(now.millis())
        .bind(outcome.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    host_id: String,
    generation: i64,
    plan: String,
    armed_at: i64,
    armed_by: String,
    expires_at: i64,
    consumed_at: Option<i64>,
    ended_at: Option<i64>,
    outcome: Option<String>,
}

impl TryFrom<Row> for Arming {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let plan: Self = from_json(TABLE, &row.host_id, &row.plan)?;
        let outcome: Option<Outcome> =
            row.outcome.as_deref().map(|outcome| parsed(TABLE, &row.host_id, outcome)).transpose()?;
        let ended = row.ended_at.zip(outcome).map(|(at, outcome)| Ended { at: Timestamp(at), outcome });
        Ok(Self {
            generation: row.generation,
            armed_at: Timestamp(row.armed_at),
            armed_by: row.armed_by,
            expires_at: Timestamp(row.expires_at),
            consumed_at: row.consumed_at.map(Timestamp),
            ended,
            ..plan
        })
    }
}

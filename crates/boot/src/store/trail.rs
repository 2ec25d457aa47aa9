//! Steps of boots.

use std::net::IpAddr;
use std::time::Duration;

use ::store::{StoreError, Tx};
use inventory::{MacAddr, Timestamp};
use sqlx::{FromRow, SqlitePool};

use crate::trail::{RecordedStep, Step, StepKind};

#[derive(FromRow)]
pub(crate) struct Row {
    id: i64,
    pub(crate) attempt: i64,
    at: i64,
    kind: String,
    detail: String,
    address: String,
    bytes: Option<i64>,
    took_ms: Option<i64>,
}

/// The kinds of the steps without a MAC that came from `address` since `since`.
pub(crate) async fn unclaimed(
    tx: &mut Tx,
    address: IpAddr,
    since: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let kinds =
        sqlx::query_scalar("SELECT kind FROM boot_step WHERE mac IS NULL AND address = $1 AND at >= $2")
            .bind(address.to_string())
            .bind(since.millis())
            .fetch_all(tx)
            .await?;
    Ok(kinds)
}

/// Gives those steps to a MAC.
pub(crate) async fn claim(
    tx: &mut Tx,
    address: IpAddr,
    since: Timestamp,
    mac: MacAddr,
    attempt: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE boot_step SET mac = $1, attempt = $2 WHERE mac IS NULL AND address = $3 AND at >= $4",
    )
    .bind(mac.to_string())
    .bind(attempt)
    .bind(address.to_string())
    .bind(since.millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// The attempt and time of a MAC's last step.
pub(crate) async fn last(tx: &mut Tx, mac: MacAddr) -> Result<Option<(i64, Timestamp)>, StoreError> {
    let last: Option<(i64, i64)> =
        sqlx::query_as("SELECT attempt, at FROM boot_step WHERE mac = $1 ORDER BY id DESC LIMIT 1")
            .bind(mac.to_string())
            .fetch_optional(tx)
            .await?;
    Ok(last.map(|(attempt, at)| (attempt, Timestamp(at))))
}

pub(crate) async fn insert(tx: &mut Tx, step: &Step, attempt: i64, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO boot_step (mac, attempt, at, kind, detail, address, bytes, took_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(step.mac.map(|mac| mac.to_string()))
    .bind(attempt)
    .bind(at.millis())
    .bind(step.kind.as_str())
    .bind(&step.detail)
    .bind(step.address.to_string())
    .bind(step.bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)))
    .bind(step.took.map(|took| i64::try_from(took.as_millis()).unwrap_or(i64::MAX)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Deletes a MAC's steps beyond the newest `keep`.
pub(crate) async fn trim(tx: &mut Tx, mac: MacAddr, keep: i64) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM boot_step
         WHERE mac = $1
           AND id <= (SELECT id FROM boot_step WHERE mac = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
    )
    .bind(mac.to_string())
    .bind(keep)
    .execute(tx)
    .await?;
    Ok(())
}

/// Deletes what lies before `before`, and the oldest beyond the newest `keep` of all.
pub(crate) async fn forget(tx: &mut Tx, before: Timestamp, keep: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM boot_step WHERE at < $1").bind(before.millis()).execute(&mut *tx).await?;
    sqlx::query(
        "DELETE FROM boot_step WHERE id <= (SELECT id FROM boot_step ORDER BY id DESC LIMIT 1 OFFSET $1)",
    )
    .bind(keep)
    .execute(tx)
    .await?;
    Ok(())
}

/// A MAC's steps, newest first.
pub(crate) async fn of_mac(readers: &SqlitePool, mac: MacAddr, limit: i64) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT id, attempt, at, kind, detail, address, bytes, took_ms
         FROM boot_step WHERE mac = $1 ORDER BY attempt DESC, id DESC LIMIT $2",
    )
    .bind(mac.to_string())
    .bind(limit)
    .fetch_all(readers)
    .await?;
    Ok(rows)
}

impl TryFrom<Row> for RecordedStep {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt =
            |reason: String| StoreError::Corrupt { table: "boot_step", row: row.id.to_string(), reason };
        Ok(Self {
            at: Timestamp(row.at),
            kind: row
                .kind
                .parse()
                .map_err(|error: crate::trail::UnknownStepKind| corrupt(error.to_string()))?,
            address: row.address.parse().map_err(|_| corrupt(format!("{:?} is no address", row.address)))?,
            detail: row.detail,
            bytes: row.bytes.and_then(|bytes| u64::try_from(bytes).ok()),
            took: row.took_ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis),
        })
    }
}

/// Whether such a step begins a boot.
pub(crate) fn begins(kind: &str) -> bool {
    kind.parse().is_ok_and(StepKind::begins)
}

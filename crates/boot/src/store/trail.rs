//! Steps of boots.

use std::net::IpAddr;
use std::time::Duration;

use ::store::{StoreError, Tx};
use inventory::{MacAddr, Timestamp};
use sqlx::{FromRow, SqlitePool};

use crate::trail::attempt::{Current, Stage, stage};
use crate::trail::{Course, Facts, RecordedStep, Step, StepKind};

#[derive(FromRow)]
pub(crate) struct Row {
    id: i64,
    pub(crate) attempt: i64,
    at: i64,
    kind: String,
    detail: String,
    address: String,
    bytes: Option<i64>,
    size_bytes: Option<i64>,
    took_ms: Option<i64>,
    facts: Option<String>,
}

/// The kinds of the last steps without a MAC that came from `address` since `since`, oldest first.
pub(crate) async fn unclaimed(
    tx: &mut Tx,
    address: IpAddr,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<StepKind>, StoreError> {
    let mut kinds: Vec<String> = sqlx::query_scalar(
        "SELECT kind FROM boot_step WHERE mac IS NULL AND address = $1 AND at >= $2 ORDER BY id DESC LIMIT $3",
    )
    .bind(address.to_string())
    .bind(since.millis())
    .bind(limit)
    .fetch_all(tx)
    .await?;
    kinds.reverse();
    Ok(kinds.iter().filter_map(|kind| kind.parse().ok()).collect())
}

/// Gives those steps to a MAC.
pub(crate) async fn claim(
    tx: &mut Tx,
    address: IpAddr,
    since: Timestamp,
    limit: i64,
    mac: MacAddr,
    attempt: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE boot_step SET mac = $1, attempt = $2
         WHERE id IN (SELECT id FROM boot_step
                      WHERE mac IS NULL AND address = $3 AND at >= $4 ORDER BY id DESC LIMIT $5)",
    )
    .bind(mac.to_string())
    .bind(attempt)
    .bind(address.to_string())
    .bind(since.millis())
    .bind(limit)
    .execute(tx)
    .await?;
    Ok(())
}

/// How far the newest boot of a MAC has come.
pub(crate) async fn current(tx: &mut Tx, mac: MacAddr) -> Result<Option<Current>, StoreError> {
    let rows: Vec<(i64, i64, String, Option<String>)> = sqlx::query_as(
        "SELECT attempt, at, kind, facts FROM boot_step
         WHERE mac = $1
           AND attempt = (SELECT attempt FROM boot_step WHERE mac = $1 ORDER BY id DESC LIMIT 1)
         ORDER BY id DESC",
    )
    .bind(mac.to_string())
    .fetch_all(tx)
    .await?;
    let Some((number, last_at, ..)) = rows.first() else { return Ok(None) };
    let facts =
        |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<Facts>(text).ok());
    let reached = rows.iter().filter_map(|(_, _, kind, text)| {
        stage(kind.parse().ok()?, facts(text).and_then(|facts| facts.client))
    });
    let course = rows.iter().find_map(|(.., text)| facts(text)?.course);
    Ok(Some(Current {
        number: *number,
        steps: rows.len(),
        reached: reached.max().unwrap_or(Stage::Firmware),
        switches: course == Some(Course::OtherIpxe),
        last_at: Timestamp(*last_at),
    }))
}

pub(crate) async fn insert(tx: &mut Tx, step: &Step, attempt: i64, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO boot_step (mac, attempt, at, kind, detail, address, bytes, size_bytes, took_ms, facts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(step.mac.map(|mac| mac.to_string()))
    .bind(attempt)
    .bind(at.millis())
    .bind(step.kind.as_str())
    .bind(&step.detail)
    .bind(step.address.to_string())
    .bind(step.bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)))
    .bind(step.size.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)))
    .bind(step.took.map(|took| i64::try_from(took.as_millis()).unwrap_or(i64::MAX)))
    .bind(step.facts.written())
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
        "SELECT id, attempt, at, kind, detail, address, bytes, size_bytes, took_ms, facts
         FROM boot_step WHERE mac = $1 ORDER BY attempt DESC, id DESC LIMIT $2",
    )
    .bind(mac.to_string())
    .bind(limit)
    .fetch_all(readers)
    .await?;
    Ok(rows)
}

/// How many boots of a MAC have a step since then.
pub(crate) async fn boots_since(
    readers: &SqlitePool,
    mac: MacAddr,
    since: Timestamp,
) -> Result<usize, StoreError> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(DISTINCT attempt) FROM boot_step WHERE mac = $1 AND at >= $2")
            .bind(mac.to_string())
            .bind(since.millis())
            .fetch_one(readers)
            .await?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// When one of these cards last asked what to boot. (What a DHCP server tells of a card may be a lease that is renewed.)
pub(crate) async fn decided_at(readers: &SqlitePool, macs: &[MacAddr]) -> Result<Option<i64>, StoreError> {
    let mut newest = None;
    for mac in macs {
        let at: Option<i64> =
            sqlx::query_scalar("SELECT MAX(at) FROM boot_step WHERE mac = $1 AND kind = $2")
                .bind(mac.to_string())
                .bind(StepKind::Decision.as_str())
                .fetch_one(readers)
                .await?;
        newest = newest.max(at);
    }
    Ok(newest)
}

/// The MACs that were seen last, the newest first, among the newest `among` steps: the price does not grow with the table.
pub(crate) async fn seen_last(
    readers: &SqlitePool,
    among: i64,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let macs = sqlx::query_scalar(
        "SELECT mac FROM (SELECT mac, id FROM boot_step WHERE mac IS NOT NULL ORDER BY id DESC LIMIT $1) AS newest
         GROUP BY mac ORDER BY MAX(id) DESC LIMIT $2",
    )
    .bind(among)
    .bind(limit)
    .fetch_all(readers)
    .await?;
    Ok(macs)
}

impl TryFrom<Row> for RecordedStep {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt =
            |reason: String| StoreError::Corrupt { table: "boot_step", row: row.id.to_string(), reason };
        let facts = row.facts.as_deref().map(serde_json::from_str).transpose();
        Ok(Self {
            id: row.id,
            at: Timestamp(row.at),
            kind: row
                .kind
                .parse()
                .map_err(|error: crate::trail::UnknownStepKind| corrupt(error.to_string()))?,
            address: row.address.parse().map_err(|_| corrupt(format!("{:?} is no address", row.address)))?,
            detail: row.detail,
            bytes: row.bytes.and_then(|bytes| u64::try_from(bytes).ok()),
            size: row.size_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
            facts: facts.map_err(|error| corrupt(error.to_string()))?.unwrap_or_default(),
            took: row.took_ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis),
        })
    }
}

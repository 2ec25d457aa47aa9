//! What was asked of agents, in the database.

use ::store::{StoreError, Tx};
use inventory::{Id, LOGS_LIMIT_BYTES, Outcome, Timestamp};
use sqlx::{FromRow, SqliteExecutor, SqlitePool};

use super::parsed_id;
use crate::actions::AgentAction;
use crate::error::HostError;

/// Actions that are kept of one host, and those of them that keep their logs.
const KEPT: i64 = 100;
const LOGS_KEPT: i64 = 5;

macro_rules! columns {
    () => {
        "id, host_id, action, asked_by, asked_at, expires_at, delivered_at, outcome, words, receipt_at,
         CASE WHEN logs IS NULL THEN 0 ELSE 1 END AS has_logs"
    };
}

pub(crate) async fn insert(tx: &mut Tx, asked: &AgentAction) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO agent_action (id, host_id, action, asked_by, asked_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(asked.id.as_str())
    .bind(asked.host.as_str())
    .bind(serde_json::to_string(&asked.action).map_err(|error| corrupt(asked.id.as_str(), &error))?)
    .bind(&asked.asked_by)
    .bind(asked.asked_at.millis())
    .bind(asked.expires_at.millis())
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM agent_action WHERE host_id = $1 AND id NOT IN (
             SELECT id FROM agent_action WHERE host_id = $1 ORDER BY asked_at DESC, id DESC LIMIT $2)",
    )
    .bind(asked.host.as_str())
    .bind(KEPT)
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn count_open(tx: &mut Tx, host: &Id, now: Timestamp) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar(
        "SELECT COUNT(*) FROM agent_action WHERE host_id = $1 AND outcome IS NULL AND expires_at >= $2",
    )
    .bind(host.as_str())
    .bind(now.millis())
    .fetch_one(tx)
    .await?;
    Ok(count)
}

/// Those that the agent has not answered, oldest first.
pub(crate) async fn open(tx: &mut Tx, host: &Id, now: Timestamp) -> Result<Vec<AgentAction>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM agent_action WHERE host_id = $1 AND outcome IS NULL AND expires_at >= $2 ORDER BY asked_at, id"
    ))
    .bind(host.as_str())
    .bind(now.millis())
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(AgentAction::try_from).collect()
}

/// Those that the agent has begun, and not ended yet.
pub(crate) async fn begun(tx: &mut Tx, host: &Id) -> Result<Vec<AgentAction>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM agent_action WHERE host_id = $1 AND outcome = $2 ORDER BY asked_at, id"
    ))
    .bind(host.as_str())
    .bind(Outcome::Begun.as_str())
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(AgentAction::try_from).collect()
}

pub(crate) async fn set_delivered(tx: &mut Tx, id: &Id, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE agent_action SET delivered_at = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn get(
    db: impl SqliteExecutor<'_>,
    host: &Id,
    id: &Id,
) -> Result<Option<AgentAction>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as(concat!("SELECT ", columns!(), " FROM agent_action WHERE host_id = $1 AND id = $2"))
            .bind(host.as_str())
            .bind(id.as_str())
            .fetch_optional(db)
            .await?;
    row.map(AgentAction::try_from).transpose()
}

pub(crate) async fn set_receipt(
    tx: &mut Tx,
    id: &Id,
    outcome: Outcome,
    words: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE agent_action SET outcome = $2, words = $3, receipt_at = $4 WHERE id = $1")
        .bind(id.as_str())
        .bind(outcome.as_str())
        .bind(words)
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn set_logs(tx: &mut Tx, host: &Id, id: &Id, packed: &[u8]) -> Result<(), StoreError> {
    sqlx::query("UPDATE agent_action SET logs = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(packed)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "UPDATE agent_action SET logs = NULL WHERE host_id = $1 AND logs IS NOT NULL AND id NOT IN (
             SELECT id FROM agent_action WHERE host_id = $1 AND logs IS NOT NULL
             ORDER BY asked_at DESC, id DESC LIMIT $2)",
    )
    .bind(host.as_str())
    .bind(LOGS_KEPT)
    .execute(tx)
    .await?;
    Ok(())
}

/// What was asked of a host's agent, newest first.
///
/// # Errors
/// The database's.
pub async fn actions(readers: &SqlitePool, host: &Id) -> Result<Vec<AgentAction>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM agent_action WHERE host_id = $1 ORDER BY asked_at DESC, id DESC"
    ))
    .bind(host.as_str())
    .fetch_all(readers)
    .await?;
    rows.into_iter().map(AgentAction::try_from).collect()
}

/// The hosts whose agents have something to come for: once, when the server starts.
///
/// # Errors
/// The database's.
pub async fn hosts_with_actions(readers: &SqlitePool, now: Timestamp) -> Result<Vec<Id>, StoreError> {
    let hosts: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT host_id FROM agent_action WHERE outcome IS NULL AND expires_at >= $1",
    )
    .bind(now.millis())
    .fetch_all(readers)
    .await?;
    hosts.iter().map(|id| parsed_id("agent_action", id)).collect()
}

/// The logs that an action brought.
///
/// # Errors
/// The database's, or logs that can't be unpacked.
pub async fn logs(readers: &SqlitePool, host: &Id, action: &Id) -> Result<Option<String>, HostError> {
    let packed: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("SELECT logs FROM agent_action WHERE host_id = $1 AND id = $2")
            .bind(host.as_str())
            .bind(action.as_str())
            .fetch_optional(readers)
            .await?;
    let Some(packed) = packed.flatten() else { return Ok(None) };
    let text = zstd::bulk::decompress(&packed, LOGS_LIMIT_BYTES);
    let text = text.map_err(|source| HostError::Document { host: host.clone(), what: "read", source })?;
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

#[derive(FromRow)]
struct Row {
    id: String,
    host_id: String,
    action: String,
    asked_by: String,
    asked_at: i64,
    expires_at: i64,
    delivered_at: Option<i64>,
    outcome: Option<String>,
    words: Option<String>,
    receipt_at: Option<i64>,
    has_logs: i64,
}

impl TryFrom<Row> for AgentAction {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let outcome = row.outcome.map(|text| serde_json::from_value(text.into())).transpose();
        Ok(Self {
            action: serde_json::from_str(&row.action).map_err(|error| corrupt(&row.id, &error))?,
            outcome: outcome.map_err(|error| corrupt(&row.id, &error))?,
            id: parsed_id("agent_action", &row.id)?,
            host: parsed_id("agent_action", &row.host_id)?,
            asked_by: row.asked_by,
            asked_at: Timestamp(row.asked_at),
            expires_at: Timestamp(row.expires_at),
            delivered_at: row.delivered_at.map(Timestamp),
            words: row.words,
            receipt_at: row.receipt_at.map(Timestamp),
            has_logs: row.has_logs != 0,
        })
    }
}

fn corrupt(id: &str, error: &serde_json::Error) -> StoreError {
    StoreError::Corrupt { table: "agent_action", row: id.to_owned(), reason: error.to_string() }
}

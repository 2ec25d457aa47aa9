//! What was applied, as the journal has it.

use ::store::StoreError;
use inventory::{Id, Timestamp};
use sqlx::{FromRow, SqliteExecutor, SqlitePool};
use uuid::Uuid;

use super::corrupt;
use crate::name::GatewayName;
use crate::record::{ApplyRecord, StepRecord};
use crate::wish::Wish;

#[derive(FromRow)]
struct Row {
    id: String,
    gateway: String,
    actor: String,
    state: String,
    undoes: Option<String>,
    plan: String,
    words: String,
    started_at: i64,
    ended_at: Option<i64>,
}

const COLUMNS: &str = "id, gateway, actor, state, undoes, plan, words, started_at, ended_at";

/// The newest applies of a gateway, newest first, without their steps.
pub(crate) async fn list_applies(
    readers: &SqlitePool,
    gateway: &GatewayName,
    limit: u32,
) -> Result<Vec<ApplyRecord>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM gateway_apply WHERE gateway = $1 ORDER BY seq DESC LIMIT $2"
    )))
    .bind(gateway.as_str())
    .bind(limit)
    .fetch_all(readers)
    .await?;
    rows.into_iter().map(parse).collect()
}

/// One apply with its steps.
pub(crate) async fn apply(readers: &SqlitePool, id: &Id) -> Result<Option<ApplyRecord>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM gateway_apply WHERE id = $1")))
            .bind(id.as_str())
            .fetch_optional(readers)
            .await?;
    let Some(row) = row else { return Ok(None) };
    let mut record = parse(row)?;
    record.steps = steps(readers, id).await?;
    Ok(Some(record))
}

fn parse(row: Row) -> Result<ApplyRecord, StoreError> {
    let wrong = |reason: String| corrupt("gateway_apply", row.id.clone(), reason);
    let id = |text: &str| text.parse::<Id>().map_err(|error| wrong(error.to_string()));
    Ok(ApplyRecord {
        id: id(&row.id)?,
        undoes: row.undoes.as_deref().map(id).transpose()?,
        gateway: row
            .gateway
            .parse()
            .map_err(|error: crate::name::InvalidGatewayName| wrong(error.to_string()))?,
        state: row.state.parse().map_err(wrong)?,
        plan: serde_json::from_str(&row.plan).map_err(|error| wrong(error.to_string()))?,
        steps: Vec::new(),
        started_at: Timestamp(row.started_at),
        ended_at: row.ended_at.map(Timestamp),
        actor: row.actor,
        words: row.words,
    })
}

type StepRow = (u32, Option<u32>, String, String, String, i64, Option<i64>);

/// The steps of an apply, in order.
pub(crate) async fn steps(readers: &SqlitePool, apply: &Id) -> Result<Vec<StepRecord>, StoreError> {
    let rows: Vec<StepRow> = sqlx::query_as(
        "SELECT number, undoes, state, change, words, started_at, ended_at FROM gateway_step
         WHERE apply_id = $1 ORDER BY number",
    )
    .bind(apply.as_str())
    .fetch_all(readers)
    .await?;
    rows.into_iter()
        .map(|(number, undoes, state, change, words, started_at, ended_at)| {
            let wrong = |reason: String| corrupt("gateway_step", format!("{apply}/{number}"), reason);
            Ok(StepRecord {
                number,
                undoes,
                state: state.parse().map_err(wrong)?,
                change: serde_json::from_str(&change).map_err(|error| wrong(error.to_string()))?,
                words,
                started_at: Timestamp(started_at),
                ended_at: ended_at.map(Timestamp),
            })
        })
        .collect()
}

/// What is needed to take an apply back, beside its steps: the order of our boot entries, and the wish that was applied,
/// before it.
pub(crate) async fn state_before(
    readers: &SqlitePool,
    apply: &Id,
) -> Result<(Vec<Uuid>, Option<Wish>), StoreError> {
    let (order, before): (String, Option<String>) =
        sqlx::query_as("SELECT boot_order, before FROM gateway_apply WHERE id = $1")
            .bind(apply.as_str())
            .fetch_one(readers)
            .await?;
    let wrong = |error: serde_json::Error| corrupt("gateway_apply", apply.as_str(), error);
    Ok((
        serde_json::from_str(&order).map_err(wrong)?,
        before.map(|wish| serde_json::from_str(&wish)).transpose().map_err(wrong)?,
    ))
}

/// The newest apply of a gateway of which something may stand.
pub(crate) async fn newest_undoable(
    readers: &SqlitePool,
    gateway: &GatewayName,
) -> Result<Option<Id>, StoreError> {
    let id: Option<String> = sqlx::query_scalar(
        "SELECT id FROM gateway_apply
         WHERE gateway = $1 AND undoes IS NULL AND state IN ('done', 'half-done', 'interrupted')
           AND EXISTS (SELECT 1 FROM gateway_step WHERE apply_id = gateway_apply.id)
         ORDER BY seq DESC LIMIT 1",
    )
    .bind(gateway.as_str())
    .fetch_optional(readers)
    .await?;
    id.map(|id| id.parse().map_err(|error| corrupt("gateway_apply", id.clone(), error))).transpose()
}

/// Applies of the same gateway after that one of which something may stand, newest first.
pub(crate) async fn later_applies<'e>(
    executor: impl SqliteExecutor<'e>,
    apply: &ApplyRecord,
) -> Result<Vec<Id>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM gateway_apply
         WHERE gateway = $1 AND seq > (SELECT seq FROM gateway_apply WHERE id = $2) AND undoes IS NULL
           AND state IN ('done', 'half-done', 'interrupted', 'applying')
         ORDER BY seq DESC",
    )
    .bind(apply.gateway.as_str())
    .bind(apply.id.as_str())
    .fetch_all(executor)
    .await?;
    ids.into_iter()
        .map(|id| id.parse().map_err(|error| corrupt("gateway_apply", id.clone(), error)))
        .collect()
}

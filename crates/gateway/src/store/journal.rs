//! The journal of applies: a row each, and a row for each change before it is made.

use ::store::{StoreError, Tx};
use events::{Kind as EventKind, NewEvent};
use inventory::{Id, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::{corrupt, json as text};
use crate::change::{Action, Change};
use crate::error::GatewayError;
use crate::name::GatewayName;
use crate::plan::Plan;
use crate::record::{ApplyState, StepRecord, StepState};
use crate::wish::Wish;

/// Applies that are kept of each gateway.
pub(crate) const HISTORY: u32 = 100;
/// Bytes of an error's text in a row.
const WORDS: usize = 4000;

/// An apply that begins.
#[derive(Debug, Clone)]
pub(crate) struct NewApply {
    pub(crate) id: Id,
    pub(crate) gateway: GatewayName,
    pub(crate) actor: String,
    pub(crate) undoes: Option<Id>,
    pub(crate) plan: Plan,
    pub(crate) boot_order: Vec<Uuid>,
    /// What is wanted of the gateway once it is done.
    pub(crate) wish: Option<Wish>,
}

/// Begins an apply. Whoever calls has the gateway's turn.
pub(crate) async fn new_apply(tx: &mut Tx, new: &NewApply, now: Timestamp) -> Result<(), GatewayError> {
    interrupted(tx, Some(&new.gateway), now).await?;
    let done = sqlx::query(
        "INSERT INTO gateway_apply
             (id, gateway, actor, state, undoes, plan, boot_order, wish, before, words, started_at)
         SELECT $1, name, $3, 'applying', $4, $5, $6, $7, applied, '', $8 FROM gateway WHERE name = $2
         ON CONFLICT (gateway) WHERE state = 'applying' DO NOTHING",
    )
    .bind(new.id.as_str())
    .bind(new.gateway.as_str())
    .bind(&new.actor)
    .bind(new.undoes.as_ref().map(Id::as_str))
    .bind(text(&new.plan)?)
    .bind(text(&new.boot_order)?)
    .bind(new.wish.as_ref().map(text).transpose()?)
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(GatewayError::Busy { gateway: new.gateway.clone() });
    }
    sqlx::query(
        "DELETE FROM gateway_apply
         WHERE gateway = $1 AND ended_at IS NOT NULL AND id NOT IN
             (SELECT id FROM gateway_apply WHERE gateway = $1 ORDER BY seq DESC LIMIT $2)",
    )
    .bind(new.gateway.as_str())
    .bind(HISTORY)
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes a step down before it is made, and with it that its service has something to take up, and what will be ours.
pub(crate) async fn begin_step(
    tx: &mut Tx,
    apply: &Id,
    gateway: &GatewayName,
    step: &StepRecord,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO gateway_step (apply_id, number, undoes, state, change, words, started_at)
         VALUES ($1, $2, $3, $4, $5, '', $6)",
    )
    .bind(apply.as_str())
    .bind(step.number)
    .bind(step.undoes)
    .bind(step.state.as_str())
    .bind(text(&step.change)?)
    .bind(step.started_at.millis())
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO gateway_pending (gateway, service) SELECT name, $2 FROM gateway WHERE name = $1
         ON CONFLICT (gateway, service) DO NOTHING",
    )
    .bind(gateway.as_str())
    .bind(step.change.service.as_str())
    .execute(&mut *tx)
    .await?;
    let Some(id) = step.change.id.filter(|_| step.change.action != Action::Delete) else { return Ok(()) };
    sqlx::query(
        "INSERT INTO gateway_object (gateway, kind, id, name) SELECT name, $2, $3, $4 FROM gateway WHERE name = $1
         ON CONFLICT (gateway, kind, id) DO UPDATE SET name = excluded.name",
    )
    .bind(gateway.as_str())
    .bind(step.change.kind.as_str())
    .bind(id.to_string())
    .bind(&step.change.name)
    .execute(tx)
    .await?;
    Ok(())
}

/// What became of a step. What was removed is ours no more.
pub(crate) async fn end_step(
    tx: &mut Tx,
    apply: &Id,
    gateway: &GatewayName,
    step: &StepRecord,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE gateway_step SET state = $3, words = $4, ended_at = $5 WHERE apply_id = $1 AND number = $2",
    )
    .bind(apply.as_str())
    .bind(step.number)
    .bind(step.state.as_str())
    .bind(shorten(&step.words))
    .bind(step.ended_at.map(Timestamp::millis))
    .execute(&mut *tx)
    .await?;
    if let (StepState::Made, Action::Delete, Some(id)) = (step.state, step.change.action, step.change.id) {
        forget(tx, gateway, &step.change, id).await?;
    }
    Ok(())
}

async fn forget(tx: &mut Tx, gateway: &GatewayName, change: &Change, id: Uuid) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM gateway_object WHERE gateway = $1 AND kind = $2 AND id = $3")
        .bind(gateway.as_str())
        .bind(change.kind.as_str())
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends an apply, and says how.
pub(crate) async fn end_apply(
    tx: &mut Tx,
    apply: &Id,
    state: ApplyState,
    words: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row: Option<(String, String, Option<String>)> = sqlx::query_as(
        "UPDATE gateway_apply SET state = $2, words = $3, ended_at = $4 WHERE id = $1 AND state = 'applying'
         RETURNING gateway, actor, undoes",
    )
    .bind(apply.as_str())
    .bind(state.as_str())
    .bind(shorten(words))
    .bind(now.millis())
    .fetch_optional(&mut *tx)
    .await?;
    let Some((gateway, actor, undoes)) = row else { return Ok(()) };
    let (kind, did) = match (state, &undoes) {
        (ApplyState::Done, None) => (EventKind::GatewayApplied, "was set up"),
        (ApplyState::Done, Some(_)) => (EventKind::GatewayUndone, "was put back"),
        (ApplyState::Undone, _) => (EventKind::GatewayUndone, "is as before"),
        _ => (EventKind::GatewayHalfDone, "is half changed"),
    };
    let words = if words.is_empty() { String::new() } else { format!(": {}", shorten(words)) };
    let event = NewEvent::new(kind, None, actor, format!("the gateway {gateway} {did}{words}"))
        .key(gateway)
        .data(json!({ "apply": apply, "state": state }));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// The apply was taken back by another.
pub(crate) async fn mark_undone(tx: &mut Tx, apply: &Id, by: &Id) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE gateway_apply SET state = 'undone', words = words || $2 WHERE id = $1 AND state <> 'applying'",
    )
    .bind(apply.as_str())
    .bind(format!(" (taken back by {by})"))
    .execute(tx)
    .await?;
    Ok(())
}

/// Marks what was left in the middle: by a server before this one, or on this gateway by this one, whose disk was full when it
/// would have written how it ended.
pub(crate) async fn interrupted(
    tx: &mut Tx,
    gateway: Option<&GatewayName>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let left: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM gateway_apply WHERE state = 'applying' AND gateway = COALESCE($1, gateway)",
    )
    .bind(gateway.map(GatewayName::as_str))
    .fetch_all(&mut *tx)
    .await?;
    for id in &left {
        let (all, made): (i64, i64) = sqlx::query_as(
            "SELECT COUNT(*), COUNT(CASE WHEN state = 'made' THEN 1 END) FROM gateway_step WHERE apply_id = $1",
        )
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
        let words = format!(
            "the server stopped in the middle: {made} of the {all} changes that it had begun are known to be made; apply again to finish, or roll back"
        );
        let id = id.parse().map_err(|error| corrupt("gateway_apply", id, error))?;
        end_apply(tx, &id, ApplyState::Interrupted, &words, now).await?;
    }
    Ok(left.len())
}

fn shorten(words: &str) -> &str {
    match words.char_indices().nth(WORDS) {
        Some((at, _)) => words.get(..at).unwrap_or(words),
        None => words,
    }
}

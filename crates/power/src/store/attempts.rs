//! The attempts of requests.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};
use serde_json::json;
use sqlx::{FromRow, SqlitePool};

use super::{corrupt, parsed};
use crate::course::Waiting;
use crate::request::{Attempt, Outcome, Request};

/// Writes an attempt that begins, with what it needs to be gone on with where a hand is waited for.
pub(crate) async fn begin(
    tx: &mut Tx,
    request: &Id,
    attempt: &Attempt,
    waiting: Option<&Waiting>,
) -> Result<(), StoreError> {
    let waiting = waiting.map(serde_json::to_string).transpose();
    let waiting = waiting.map_err(|error| corrupt("power_attempt", request.as_str(), &error))?;
    sqlx::query(
        "INSERT INTO power_attempt (request_id, number, act, way, kind, started_at, outcome, words, waiting)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(request.as_str())
    .bind(attempt.number)
    .bind(attempt.act.as_str())
    .bind(&attempt.way)
    .bind(&attempt.kind)
    .bind(attempt.started_at.millis())
    .bind(attempt.outcome.as_str())
    .bind(&attempt.words)
    .bind(waiting)
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes how an attempt went; `is_news` where the timeline is to tell of it.
pub(crate) async fn end(
    tx: &mut Tx,
    request: &Request,
    attempt: &Attempt,
    name: &str,
    is_news: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE power_attempt SET outcome = $3, words = $4, ended_at = $5, waiting = NULL
         WHERE request_id = $1 AND number = $2",
    )
    .bind(request.id.as_str())
    .bind(attempt.number)
    .bind(attempt.outcome.as_str())
    .bind(&attempt.words)
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    if is_news {
        let (act, way, outcome, words) = (attempt.act, &attempt.way, attempt.outcome, &attempt.words);
        let summary = format!("switching {name} {act} by {way}: {outcome}: {words}");
        let event = NewEvent::new(Kind::PowerTried, Some(request.host.clone()), &request.asked_by, summary)
            .key(request.id.as_str())
            .data(json!({ "act": act, "way": way, "kind": attempt.kind, "outcome": outcome }));
        events::append(tx, &event, now).await?;
    }
    Ok(())
}

/// What a request that waits for a hand needs to be gone on with. What can't be read is none: another version wrote it.
pub(crate) async fn waiting(tx: &mut Tx, request: &Id) -> Result<Option<Waiting>, StoreError> {
    let row: Option<String> = sqlx::query_scalar(
        "SELECT waiting FROM power_attempt WHERE request_id = $1 AND outcome = 'running' AND waiting IS NOT NULL",
    )
    .bind(request.as_str())
    .fetch_optional(tx)
    .await?;
    let read = |row: String| {
        let read = serde_json::from_str(&row);
        read.inspect_err(
            |error| tracing::warn!(request.id = %request, %error, "a request can't be gone on with"),
        )
        .ok()
    };
    Ok(row.and_then(read))
}

/// What was tried, first to last.
pub(crate) async fn of(readers: &SqlitePool, request: &Id) -> Result<Vec<Attempt>, StoreError> {
    let rows: Vec<AttemptRow> =
        sqlx::query_as("SELECT * FROM power_attempt WHERE request_id = $1 ORDER BY number")
            .bind(request.as_str())
            .fetch_all(readers)
            .await?;
    rows.into_iter().map(Attempt::try_from).collect()
}

#[derive(FromRow)]
struct AttemptRow {
    request_id: String,
    number: i64,
    act: String,
    way: String,
    kind: String,
    started_at: i64,
    outcome: String,
    words: String,
    ended_at: Option<i64>,
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = StoreError;

    fn try_from(row: AttemptRow) -> Result<Self, StoreError> {
        Ok(Self {
            act: parsed("power_attempt", &row.request_id, &row.act)?,
            outcome: parsed::<Outcome>("power_attempt", &row.request_id, &row.outcome)?,
            number: row.number,
            way: row.way,
            kind: row.kind,
            started_at: Timestamp(row.started_at),
            words: row.words,
            ended_at: row.ended_at.map(Timestamp),
        })
    }
}

//! Questions to somebody in the room.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};
use serde_json::json;
use sqlx::{FromRow, SqliteExecutor};

use super::parsed;
use crate::question::Question;

/// Questions that are kept of one host.
const KEPT: i64 = 50;

/// Asks.
pub(crate) async fn ask(
    tx: &mut Tx,
    question: &Question,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO power_question (id, host_id, act, words, asked_by, asked_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(question.id.as_str())
    .bind(question.host.as_str())
    .bind(question.act.as_str())
    .bind(&question.words)
    .bind(&question.asked_by)
    .bind(question.asked_at.millis())
    .bind(question.expires_at.millis())
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM power_question WHERE host_id = $1 AND answer IS NOT NULL AND id NOT IN (
             SELECT id FROM power_question WHERE host_id = $1 ORDER BY asked_at DESC, id DESC LIMIT $2)",
    )
    .bind(question.host.as_str())
    .bind(KEPT)
    .execute(&mut *tx)
    .await?;
    let minutes = question.expires_at.since(now).as_secs().div_ceil(60);
    let words = format!(
        "{}. Answer within {minutes} min, or say: muster host power {name} answer done",
        question.words
    );
    let event = NewEvent::new(Kind::PowerButtonAsked, Some(question.host.clone()), &question.asked_by, words)
        .key(question.id.as_str())
        .data(json!({ "act": question.act, "expires_at": question.expires_at }));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// Ends a question that has no end yet; `false` where it has one.
pub(crate) async fn end(
    tx: &mut Tx,
    question: &Question,
    name: &str,
    answer: &str,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ended = sqlx::query(
        "UPDATE power_question SET answer = $2, answered_by = $3, answered_at = $4
         WHERE id = $1 AND answer IS NULL",
    )
    .bind(question.id.as_str())
    .bind(answer)
    .bind(by)
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Ok(false);
    }
    let what = question.act;
    let summary = match answer {
        "done" => format!("{name} was switched ({what}) by hand, says {by}"),
        "cannot" => format!("{name} can't be switched ({what}) by hand, says {by}"),
        "expired" => format!("Nobody answered in time whether {name} was switched ({what})"),
        _ => format!(
            "{name} needs not be switched ({what}) by hand any more: the server was stopped meanwhile"
        ),
    };
    let event = NewEvent::new(Kind::PowerButtonEnded, Some(question.host.clone()), by, summary)
        .key(question.id.as_str())
        .data(json!({ "answer": answer }));
    events::append(tx, &event, now).await?;
    Ok(true)
}

pub(crate) async fn get(db: impl SqliteExecutor<'_>, id: &Id) -> Result<Option<Question>, StoreError> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM power_question WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.map(Question::try_from).transpose()
}

/// What is asked at this host and has no answer.
pub(crate) async fn open(db: impl SqliteExecutor<'_>, host: &Id) -> Result<Option<Question>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as("SELECT * FROM power_question WHERE host_id = $1 AND answer IS NULL")
            .bind(host.as_str())
            .fetch_optional(db)
            .await?;
    row.map(Question::try_from).transpose()
}

/// All that have no answer, and nobody waits for one, with their hosts' names.
pub(crate) async fn all_forsaken(tx: &mut Tx) -> Result<Vec<(Question, String)>, StoreError> {
    let rows: Vec<NamedRow> = sqlx::query_as(
        "SELECT power_question.*, host.name AS host_name FROM power_question JOIN host ON host.id = host_id
         WHERE answer IS NULL AND NOT EXISTS (SELECT 1 FROM power_request AS request
             WHERE request.host_id = power_question.host_id AND request.state = 'running')",
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(|row| Ok((Question::try_from(row.question)?, row.host_name))).collect()
}

#[derive(FromRow)]
struct NamedRow {
    #[sqlx(flatten)]
    question: Row,
    host_name: String,
}

#[derive(FromRow)]
struct Row {
    id: String,
    host_id: String,
    act: String,
    words: String,
    asked_by: String,
    asked_at: i64,
    expires_at: i64,
    answer: Option<String>,
    answered_by: Option<String>,
    answered_at: Option<i64>,
}

impl TryFrom<Row> for Question {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            host: parsed("power_question", &row.id, &row.host_id)?,
            act: parsed("power_question", &row.id, &row.act)?,
            id: parsed("power_question", &row.id, &row.id)?,
            words: row.words,
            asked_by: row.asked_by,
            asked_at: Timestamp(row.asked_at),
            expires_at: Timestamp(row.expires_at),
            answer: row.answer,
            answered_by: row.answered_by,
            answered_at: row.answered_at.map(Timestamp),
        })
    }
}

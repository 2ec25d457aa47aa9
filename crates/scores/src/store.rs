//! Jobs and steps in the database.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};
use serde_json::{Value, json};
use sqlx::{FromRow, SqliteExecutor, SqlitePool};

use crate::error::{ScoreError, StartError};
use crate::job::{Job, JobState, JobStep, Progress, StepState};
use crate::jobs::HISTORY;
use crate::run::End;

/// Steps of one job: a score that makes a step of each of its ten thousand items is wrong.
const STEPS: u32 = 500;
/// Characters of a step's text, a note, an error.
const TEXT: usize = 2000;

pub(crate) async fn insert(
    tx: &mut Tx,
    id: &Id,
    score: &str,
    params: &Value,
    actor: &str,
    now: Timestamp,
) -> Result<(), StartError> {
    let running: Option<String> =
        sqlx::query_scalar("SELECT id FROM job WHERE score = $1 AND state IN ('queued', 'running')")
            .bind(score)
            .fetch_optional(&mut *tx)
            .await
            .map_err(StoreError::from)?;
    if let Some(job) = running {
        return Err(StartError::Running { score: score.to_owned(), job: parse_id(job)? });
    }
    sqlx::query(
        "INSERT INTO job (id, score, params, actor, state, seq, created_at)
         VALUES ($1, $2, $3, $4, 'queued', 1, $5)",
    )
    .bind(id.as_str())
    .bind(score)
    .bind(params.to_string())
    .bind(actor)
    .bind(now.millis())
    .execute(&mut *tx)
    .await
    .map_err(StoreError::from)?;
    sqlx::query(
        "DELETE FROM job
         WHERE ended_at IS NOT NULL
           AND id NOT IN (SELECT id FROM job ORDER BY created_at DESC, id DESC LIMIT $1)",
    )
    .bind(i64::from(HISTORY))
    .execute(tx)
    .await
    .map_err(StoreError::from)?;
    Ok(())
}

pub(crate) async fn begin(tx: &mut Tx, id: &Id, now: Timestamp) -> Result<i64, StoreError> {
    let seq = sqlx::query_scalar(
        "UPDATE job SET state = 'running', started_at = $2, seq = seq + 1 WHERE id = $1 RETURNING seq",
    )
    .bind(id.as_str())
    .bind(now.millis())
    .fetch_one(tx)
    .await?;
    Ok(seq)
}

/// Ends the job and its open steps, and says so.
pub(crate) async fn end(
    tx: &mut Tx,
    id: &Id,
    end: &End,
    actor: Option<&str>,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let (seq, score, starter): (i64, String, String) = sqlx::query_as(
        "UPDATE job SET state = $2, error = $3, result = $4, ended_at = $5, seq = seq + 1
         WHERE id = $1
         RETURNING seq, score, actor",
    )
    .bind(id.as_str())
    .bind(end.state.as_str())
    .bind(end.error.as_deref().map(shorten))
    .bind(end.result.as_ref().map(Value::to_string))
    .bind(now.millis())
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE job_step SET state = 'failed', ended_at = $2, seq = $3
         WHERE job_id = $1 AND state = 'running'",
    )
    .bind(id.as_str())
    .bind(now.millis())
    .bind(seq)
    .execute(&mut *tx)
    .await?;
    let summary = match &end.error {
        Some(error) if end.state == JobState::Failed => format!("{score} failed: {}", shorten(error)),
        _ => format!("{score} is {}", end.state),
    };
    let event = NewEvent::new(Kind::JobEnded, None, actor.unwrap_or(&starter), summary)
        .key(id.as_str())
        .data(json!({ "job": id, "score": score, "state": end.state, "error": end.error }));
    events::append(tx, &event, now).await?;
    Ok(seq)
}

/// The jobs that have not ended.
pub(crate) async fn alive(tx: &mut Tx) -> Result<Vec<Id>, StoreError> {
    let ids: Vec<String> =
        sqlx::query_scalar("SELECT id FROM job WHERE ended_at IS NULL ORDER BY created_at, id")
            .fetch_all(tx)
            .await?;
    ids.into_iter().map(parse_id).collect()
}

pub(crate) async fn begin_step(
    tx: &mut Tx,
    job: &Id,
    text: &str,
    now: Timestamp,
) -> Result<(i64, i64), ScoreError> {
    let seq = next_seq(tx, job).await?;
    let number: i64 = sqlx::query_scalar("SELECT COUNT(*) + 1 FROM job_step WHERE job_id = $1")
        .bind(job.as_str())
        .fetch_one(&mut *tx)
        .await
        .map_err(StoreError::from)?;
    if number > i64::from(STEPS) {
        return Err(ScoreError::TooManySteps { limit: STEPS });
    }
    sqlx::query(
        "INSERT INTO job_step (job_id, number, seq, state, text, note, started_at)
         VALUES ($1, $2, $3, 'running', $4, '', $5)",
    )
    .bind(job.as_str())
    .bind(number)
    .bind(seq)
    .bind(shorten(text))
    .bind(now.millis())
    .execute(tx)
    .await
    .map_err(StoreError::from)?;
    Ok((number, seq))
}

pub(crate) async fn move_step(
    tx: &mut Tx,
    job: &Id,
    number: i64,
    state: StepState,
    note: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let seq = next_seq(tx, job).await?;
    let ended = (state != StepState::Running).then_some(now.millis());
    sqlx::query(
        "UPDATE job_step SET seq = $3, state = $4, note = $5, ended_at = $6
         WHERE job_id = $1 AND number = $2",
    )
    .bind(job.as_str())
    .bind(number)
    .bind(seq)
    .bind(state.as_str())
    .bind(shorten(note))
    .bind(ended)
    .execute(tx)
    .await?;
    Ok(seq)
}

async fn next_seq(tx: &mut Tx, job: &Id) -> Result<i64, StoreError> {
    let seq =
        sqlx::query_scalar("UPDATE job SET seq = seq + 1 WHERE id = $1 AND ended_at IS NULL RETURNING seq")
            .bind(job.as_str())
            .fetch_one(tx)
            .await?;
    Ok(seq)
}

pub(crate) async fn job(db: impl SqliteExecutor<'_>, id: &Id) -> Result<Option<Job>, StoreError> {
    let row: Option<JobRow> =
        sqlx::query_as("SELECT * FROM job WHERE id = $1").bind(id.as_str()).fetch_optional(db).await?;
    row.map(Job::try_from).transpose()
}

pub(crate) async fn jobs(readers: &SqlitePool, limit: u32) -> Result<Vec<Job>, StoreError> {
    let rows: Vec<JobRow> = sqlx::query_as("SELECT * FROM job ORDER BY created_at DESC, id DESC LIMIT $1")
        .bind(i64::from(limit))
        .fetch_all(readers)
        .await?;
    rows.into_iter().map(Job::try_from).collect()
}

pub(crate) async fn steps(
    db: impl SqliteExecutor<'_>,
    job: &Id,
    after_seq: i64,
) -> Result<Vec<JobStep>, StoreError> {
    let rows: Vec<StepRow> =
        sqlx::query_as("SELECT * FROM job_step WHERE job_id = $1 AND seq > $2 ORDER BY number")
            .bind(job.as_str())
            .bind(after_seq)
            .fetch_all(db)
            .await?;
    rows.into_iter().map(JobStep::try_from).collect()
}

/// A job and its steps that changed after `after_seq`, both at one moment.
pub(crate) async fn progress(
    readers: &SqlitePool,
    id: &Id,
    after_seq: i64,
) -> Result<Option<Progress>, StoreError> {
    let mut moment = readers.begin().await?;
    let Some(job) = job(&mut *moment, id).await? else { return Ok(None) };
    let steps = steps(&mut *moment, id, after_seq).await?;
    Ok(Some(Progress { job, steps }))
}

fn shorten(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

fn parse_id(id: String) -> Result<Id, StoreError> {
    id.parse().map_err(|e: inventory::InvalidId| corrupt("job", &id, e.to_string()))
}

fn corrupt(table: &'static str, row: &str, reason: impl ToString) -> StoreError {
    StoreError::Corrupt { table, row: row.to_owned(), reason: reason.to_string() }
}

#[derive(FromRow)]
struct JobRow {
    id: String,
    score: String,
    params: String,
    actor: String,
    state: String,
    seq: i64,
    created_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    error: Option<String>,
    result: Option<String>,
}

impl TryFrom<JobRow> for Job {
    type Error = StoreError;

    fn try_from(row: JobRow) -> Result<Self, StoreError> {
        let json = |text: &str| serde_json::from_str(text).map_err(|e| corrupt("job", &row.id, e));
        Ok(Self {
            params: json(&row.params)?,
            result: row.result.as_deref().map(json).transpose()?,
            state: row.state.parse().map_err(|e: String| corrupt("job", &row.id, e))?,
            id: parse_id(row.id)?,
            score: row.score,
            actor: row.actor,
            seq: row.seq,
            created_at: Timestamp(row.created_at),
            started_at: row.started_at.map(Timestamp),
            ended_at: row.ended_at.map(Timestamp),
            error: row.error,
        })
    }
}

#[derive(FromRow)]
struct StepRow {
    job_id: String,
    number: i64,
    seq: i64,
    state: String,
    text: String,
    note: String,
    started_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<StepRow> for JobStep {
    type Error = StoreError;

    fn try_from(row: StepRow) -> Result<Self, StoreError> {
        Ok(Self {
            state: row.state.parse().map_err(|e: String| corrupt("job_step", &row.job_id, e))?,
            number: row.number,
            seq: row.seq,
            text: row.text,
            note: row.note,
            started_at: Timestamp(row.started_at),
            ended_at: row.ended_at.map(Timestamp),
        })
    }
}

//! Requests.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};
use serde_json::json;
use sqlx::{FromRow, SqliteExecutor, SqlitePool};

use super::{attempts, parsed};
use crate::act::Act;
use crate::error::PowerError;
use crate::request::{Request, State};

/// Requests that are kept of one host.
const KEPT: i64 = 100;

/// A host whose silence is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    /// Which.
    pub host: Id,
    /// Who is heard after this has not gone off.
    pub until: Timestamp,
    /// It is to stay off; else it is to come back.
    pub stays_off: bool,
}

/// Writes a request that begins.
pub(crate) async fn insert(
    tx: &mut Tx,
    request: &Request,
    name: &str,
    by: &str,
    quiet_until: Option<Timestamp>,
) -> Result<(), PowerError> {
    if let Some(running) = running(&mut *tx, &request.host).await? {
        return Err(PowerError::Running { host: name.to_owned(), act: running.act, request: running.id });
    }
    sqlx::query(
        "INSERT INTO power_request (id, host_id, act, asked_by, asked_at, quiet_until, state, words)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(request.id.as_str())
    .bind(request.host.as_str())
    .bind(request.act.as_str())
    .bind(&request.asked_by)
    .bind(request.asked_at.millis())
    .bind(quiet_until.map(Timestamp::millis))
    .bind(request.state.as_str())
    .bind(&request.words)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM power_request WHERE host_id = $1 AND id NOT IN (
             SELECT id FROM power_request WHERE host_id = $1 ORDER BY asked_at DESC, id DESC LIMIT $2)",
    )
    .bind(request.host.as_str())
    .bind(KEPT)
    .execute(&mut *tx)
    .await?;
    let (act, actor) = (request.act, &request.asked_by);
    let event = NewEvent::new(
        Kind::PowerAsked,
        Some(request.host.clone()),
        actor,
        format!("{actor} asked for {name} to be switched {act} by {by}"),
    )
    .key(request.id.as_str())
    .data(json!({ "act": act, "quiet_until": quiet_until }));
    events::append(tx, &event, request.asked_at).await?;
    Ok(())
}

/// Says what is being waited for.
pub(crate) async fn set_words(tx: &mut Tx, id: &Id, words: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE power_request SET words = $2 WHERE id = $1 AND state = 'running'")
        .bind(id.as_str())
        .bind(words)
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends a request that runs.
pub(crate) async fn end(
    tx: &mut Tx,
    request: &Request,
    name: &str,
    state: State,
    words: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ended = sqlx::query(
        "UPDATE power_request SET state = $2, words = $3, ended_at = $4 WHERE id = $1 AND state = 'running'",
    )
    .bind(request.id.as_str())
    .bind(state.as_str())
    .bind(words)
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(
        "UPDATE power_attempt SET outcome = 'interrupted', words = 'the server was stopped', ended_at = $2, waiting = NULL
         WHERE request_id = $1 AND outcome = 'running'",
    )
    .bind(request.id.as_str())
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    let summary = format!("switching {name} {}: {state}: {words}", request.act);
    let event = NewEvent::new(Kind::PowerEnded, Some(request.host.clone()), "server", summary)
        .key(request.id.as_str())
        .data(json!({ "act": request.act, "state": state }));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// What runs, with the names of the hosts: once, when the server starts or stops.
pub(crate) async fn all_running(tx: &mut Tx) -> Result<Vec<(Request, String)>, StoreError> {
    let rows: Vec<NamedRow> = sqlx::query_as(
        "SELECT power_request.*, host.name AS host_name FROM power_request JOIN host ON host.id = host_id
         WHERE power_request.state = 'running'",
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(|row| Ok((Request::try_from(row.request)?, row.host_name))).collect()
}

pub(crate) async fn running(db: impl SqliteExecutor<'_>, host: &Id) -> Result<Option<Request>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as("SELECT * FROM power_request WHERE host_id = $1 AND state = 'running'")
            .bind(host.as_str())
            .fetch_optional(db)
            .await?;
    row.map(Request::try_from).transpose()
}

/// The newest requests of a host, with their attempts.
pub(crate) async fn newest(readers: &SqlitePool, host: &Id, limit: i64) -> Result<Vec<Request>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT * FROM power_request WHERE host_id = $1 ORDER BY asked_at DESC, id DESC LIMIT $2",
    )
    .bind(host.as_str())
    .bind(limit)
    .fetch_all(readers)
    .await?;
    let mut requests = Vec::with_capacity(rows.len());
    for row in rows {
        requests.push(with_attempts(readers, Request::try_from(row)?).await?);
    }
    Ok(requests)
}

pub(crate) async fn get(readers: &SqlitePool, host: &Id, id: &Id) -> Result<Option<Request>, StoreError> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM power_request WHERE host_id = $1 AND id = $2")
        .bind(host.as_str())
        .bind(id.as_str())
        .fetch_optional(readers)
        .await?;
    match row {
        Some(row) => Ok(Some(with_attempts(readers, Request::try_from(row)?).await?)),
        None => Ok(None),
    }
}

async fn with_attempts(readers: &SqlitePool, mut request: Request) -> Result<Request, StoreError> {
    request.attempts = attempts::of(readers, &request.id).await?;
    Ok(request)
}

/// The hosts whose silence was to be expected when they were last switched: once, when the alerts start.
///
/// # Errors
/// The database's.
pub async fn quiet(readers: &SqlitePool) -> Result<Vec<Quiet>, StoreError> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT host_id, act, quiet_until FROM power_request AS last
         WHERE quiet_until IS NOT NULL AND state <> 'failed'
           AND NOT EXISTS (SELECT 1 FROM power_request AS later
                           WHERE later.host_id = last.host_id
                             AND (later.asked_at, later.id) > (last.asked_at, last.id))",
    )
    .fetch_all(readers)
    .await?;
    let read = |(host, act, until): (String, String, i64)| {
        let stays_off = parsed::<Act>("power_request", &host, &act)? == Act::Off;
        Ok(Quiet { host: parsed("power_request", &host, &host)?, until: Timestamp(until), stays_off })
    };
    rows.into_iter().map(read).collect()
}

#[derive(FromRow)]
struct NamedRow {
    #[sqlx(flatten)]
    request: Row,
    host_name: String,
}

#[derive(FromRow)]
struct Row {
    id: String,
    host_id: String,
    act: String,
    asked_by: String,
    asked_at: i64,
    state: String,
    words: String,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for Request {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            host: parsed("power_request", &row.id, &row.host_id)?,
            act: parsed("power_request", &row.id, &row.act)?,
            state: parsed("power_request", &row.id, &row.state)?,
            id: parsed("power_request", &row.id, &row.id)?,
            asked_by: row.asked_by,
            asked_at: Timestamp(row.asked_at),
            words: row.words,
            ended_at: row.ended_at.map(Timestamp),
            attempts: Vec::new(),
        })
    }
}

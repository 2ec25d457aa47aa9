//! Claims in the database.

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};
use sqlx::{FromRow, SqliteExecutor, SqlitePool};

use super::{parsed, parsed_id};
use crate::claim::{Claim, ClaimKind, NewClaim, Settled, Verdict};

/// Settled claims that are kept of one host.
const SETTLED_KEPT: i64 = 50;

/// A claim of the same content.
pub(crate) struct Same {
    pub(crate) id: Id,
    pub(crate) verdict: Option<Verdict>,
}

pub(crate) async fn same(tx: &mut Tx, host: &Id, hash: &str) -> Result<Option<Same>, StoreError> {
    let row: Option<(String, Option<String>)> =
        sqlx::query_as("SELECT id, verdict FROM claim WHERE host_id = $1 AND hash = $2")
            .bind(host.as_str())
            .bind(hash)
            .fetch_optional(tx)
            .await?;
    let Some((id, verdict)) = row else { return Ok(None) };
    let verdict = verdict.map(|verdict| parsed("claim", &id, &verdict)).transpose()?;
    Ok(Some(Same { id: parsed_id("claim", &id)?, verdict }))
}

pub(crate) async fn say_again(
    tx: &mut Tx,
    id: &Id,
    source: &str,
    reopens: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE claim SET times = times + 1, last_at = $2, source = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(now.millis())
        .bind(source)
        .execute(&mut *tx)
        .await?;
    if reopens {
        sqlx::query("UPDATE claim SET settled_at = NULL, settled_by = NULL, verdict = NULL WHERE id = $1")
            .bind(id.as_str())
            .execute(tx)
            .await?;
    }
    Ok(())
}

pub(crate) async fn count_open(tx: &mut Tx, host: &Id) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM claim WHERE host_id = $1 AND settled_at IS NULL")
        .bind(host.as_str())
        .fetch_one(tx)
        .await?;
    Ok(count)
}

pub(crate) async fn open_of_kind(tx: &mut Tx, host: &Id, kind: ClaimKind) -> Result<Vec<Id>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM claim WHERE host_id = $1 AND kind = $2 AND settled_at IS NULL ORDER BY first_at, id",
    )
    .bind(host.as_str())
    .bind(kind.as_str())
    .fetch_all(tx)
    .await?;
    ids.iter().map(|id| parsed_id("claim", id)).collect()
}

pub(crate) async fn insert(
    tx: &mut Tx,
    id: &Id,
    new: &NewClaim,
    hash: &str,
    document: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO claim (id, host_id, kind, source, hash, reason, document, times, first_at, last_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8)",
    )
    .bind(id.as_str())
    .bind(new.host.as_str())
    .bind(new.kind.as_str())
    .bind(&new.source)
    .bind(hash)
    .bind(&new.reason)
    .bind(document)
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn settle(
    tx: &mut Tx,
    id: &Id,
    verdict: Verdict,
    actor: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let host: String = sqlx::query_scalar(
        "UPDATE claim SET settled_at = $2, settled_by = $3, verdict = $4 WHERE id = $1 RETURNING host_id",
    )
    .bind(id.as_str())
    .bind(now.millis())
    .bind(actor)
    .bind(verdict.as_str())
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM claim WHERE host_id = $1 AND settled_at IS NOT NULL AND id NOT IN (
             SELECT id FROM claim WHERE host_id = $1 AND settled_at IS NOT NULL
             ORDER BY settled_at DESC, id DESC LIMIT $2)",
    )
    .bind(host)
    .bind(SETTLED_KEPT)
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn claim(db: impl SqliteExecutor<'_>, id: &Id) -> Result<Option<Claim>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as("SELECT * FROM claim WHERE id = $1").bind(id.as_str()).fetch_optional(db).await?;
    row.map(Claim::try_from).transpose()
}

/// The claims on one host, or on all: the open ones, oldest first, and with `settled` the settled ones after them.
///
/// # Errors
/// The database's.
pub async fn claims(
    readers: &SqlitePool,
    host: Option<&Id>,
    settled: bool,
    limit: u32,
) -> Result<Vec<Claim>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT * FROM claim
         WHERE (CAST($1 AS TEXT) IS NULL OR host_id = $1) AND (settled_at IS NULL OR $2 = 1)
         ORDER BY CASE WHEN settled_at IS NULL THEN 0 ELSE 1 END, first_at, id
         LIMIT $3",
    )
    .bind(host.map(Id::as_str))
    .bind(i64::from(settled))
    .bind(i64::from(limit))
    .fetch_all(readers)
    .await?;
    rows.into_iter().map(Claim::try_from).collect()
}

#[derive(FromRow)]
struct Row {
    id: String,
    host_id: String,
    kind: String,
    source: String,
    reason: String,
    document: String,
    times: i64,
    first_at: i64,
    last_at: i64,
    settled_at: Option<i64>,
    settled_by: Option<String>,
    verdict: Option<String>,
}

impl TryFrom<Row> for Claim {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |reason: String| StoreError::Corrupt { table: "claim", row: row.id.clone(), reason };
        let settled = match (row.settled_at, row.verdict) {
            (Some(at), Some(verdict)) => Some(Settled {
                at: Timestamp(at),
                by: row.settled_by.unwrap_or_default(),
                verdict: parsed("claim", &row.id, &verdict)?,
            }),
            _ => None,
        };
        Ok(Self {
            said: serde_json::from_str(&row.document).map_err(|error| corrupt(error.to_string()))?,
            kind: parsed("claim", &row.id, &row.kind)?,
            id: parsed_id("claim", &row.id)?,
            host: parsed_id("host", &row.host_id)?,
            source: row.source,
            reason: row.reason,
            times: row.times,
            first_at: Timestamp(row.first_at),
            last_at: Timestamp(row.last_at),
            settled,
        })
    }
}

//! One read by key: what the boot decision, the alerts and the agents' door ask.

use ::store::{StoreError, Tx};
use inventory::{Id, MacAddr, Timestamp};
use sqlx::{FromRow, SqliteExecutor, SqlitePool};

use super::{parsed, parsed_id};
use crate::facts::HostFacts;

/// Whose key this is (its SHA-256, in hex).
///
/// # Errors
/// The database's.
pub async fn authenticate(readers: &SqlitePool, key_hash: &str) -> Result<Option<HostFacts>, StoreError> {
    by_key(readers, key_hash).await
}

pub(crate) async fn by_key(
    db: impl SqliteExecutor<'_>,
    key_hash: &str,
) -> Result<Option<HostFacts>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, name, (SELECT place FROM host_place WHERE host_id = host.id) AS place,
                state, approved, last_seen_at, goodbye_at
         FROM host WHERE key_hash = $1",
    )
    .bind(key_hash)
    .fetch_optional(db)
    .await?;
    row.map(HostFacts::try_from).transpose()
}

/// What is known of a host, in short.
///
/// # Errors
/// The database's.
pub async fn facts(db: impl SqliteExecutor<'_>, id: &Id) -> Result<Option<HostFacts>, StoreError> {
    by_id(db, id).await
}

pub(crate) async fn by_id(db: impl SqliteExecutor<'_>, id: &Id) -> Result<Option<HostFacts>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, name, (SELECT place FROM host_place WHERE host_id = host.id) AS place,
                state, approved, last_seen_at, goodbye_at
         FROM host WHERE id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(db)
    .await?;
    row.map(HostFacts::try_from).transpose()
}

/// A host that another row of this transaction names.
pub(crate) async fn must(tx: &mut Tx, id: &Id) -> Result<HostFacts, StoreError> {
    by_id(tx, id).await?.ok_or_else(|| StoreError::Corrupt {
        table: "host",
        row: id.to_string(),
        reason: "another row names it, and it is not there".to_owned(),
    })
}

/// Which host has this MAC address. An approved host comes before others, and one that has it now before one that had it.
/// Where two have the same right to it, it is nobody's: the machine counts as unknown.
///
/// # Errors
/// The database's.
pub async fn facts_by_mac(readers: &SqlitePool, mac: MacAddr) -> Result<Option<HostFacts>, StoreError> {
    // An approved host's demoted address still stands before anything that an unapproved one says of itself.
    let rows: Vec<MacRow> = sqlx::query_as(
        "SELECT host.id, host.name, (SELECT place FROM host_place WHERE host_id = host.id) AS place,
                host.state, host.approved, host.last_seen_at, host.goodbye_at,
                hi.demoted, hi.current, COALESCE(hi.proven_at, 0) AS proven_at
         FROM host_identifier hi JOIN host ON host.id = hi.host_id
         WHERE hi.kind = 'mac' AND hi.value = $1
         ORDER BY host.approved DESC, hi.demoted, hi.current DESC, proven_at DESC, host.id
         LIMIT 2",
    )
    .bind(mac.to_string())
    .fetch_all(readers)
    .await?;
    let right = |row: &MacRow| (row.host.approved, row.demoted, row.current, row.proven_at);
    match rows.as_slice() {
        [first, second] if right(first) == right(second) => Ok(None),
        _ => rows.into_iter().next().map(|row| HostFacts::try_from(row.host)).transpose(),
    }
}

/// What is known of every host, in short: once, when the alerts start.
///
/// # Errors
/// The database's.
pub async fn all_facts(readers: &SqlitePool) -> Result<Vec<HostFacts>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, (SELECT place FROM host_place WHERE host_id = host.id) AS place,
                state, approved, last_seen_at, goodbye_at
         FROM host ORDER BY id",
    )
    .fetch_all(readers)
    .await?;
    rows.into_iter().map(HostFacts::try_from).collect()
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    place: Option<String>,
    state: String,
    approved: i64,
    last_seen_at: Option<i64>,
    goodbye_at: Option<i64>,
}

#[derive(FromRow)]
struct MacRow {
    #[sqlx(flatten)]
    host: Row,
    demoted: i64,
    current: i64,
    proven_at: i64,
}

impl TryFrom<Row> for HostFacts {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            state: parsed("host", &row.id, &row.state)?,
            id: parsed_id("host", &row.id)?,
            name: row.name,
            place: row.place,
            approved: row.approved != 0,
            last_seen_at: row.last_seen_at.map(Timestamp),
            goodbye_at: row.goodbye_at.map(Timestamp),
        })
    }
}

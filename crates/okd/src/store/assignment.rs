//! The hosts' parts in clusters, in the database.

use ::store::{StoreError, Tx};
use gateway::wish::Label;
use hosts::State;
use inventory::{Id, Timestamp};
use sqlx::{FromRow, SqliteExecutor};

use super::{from_json, parsed, to_json};
use crate::assignment::Assignment;

const TABLE: &str = "assignment";

/// What of a host decides whether it may be given a role.
pub(crate) struct Standing {
    pub(crate) name: String,
    pub(crate) state: State,
}

pub(crate) async fn host(tx: &mut Tx, id: &Id) -> Result<Option<Standing>, StoreError> {
    let row: Option<(String, String)> = sqlx::query_as("SELECT name, state FROM host WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(tx)
        .await?;
    row.map(|(name, state)| Ok(Standing { name, state: parsed("host", id.as_str(), &state)? })).transpose()
}

pub(crate) async fn cluster_exists(tx: &mut Tx, cluster: &Label) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM cluster WHERE name = $1")
        .bind(cluster.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(found.is_some())
}

/// The host, by its name, that is called so in the cluster and is not `but`.
pub(crate) async fn who_is(
    tx: &mut Tx,
    cluster: &Label,
    hostname: &Label,
    but: &Id,
) -> Result<Option<String>, StoreError> {
    let found = sqlx::query_scalar(
        "SELECT host.name
         FROM assignment JOIN host ON host.id = assignment.host_id
         WHERE cluster = $1 AND hostname = $2 AND host_id <> $3",
    )
    .bind(cluster.as_str())
    .bind(hostname.as_str())
    .bind(but.as_str())
    .fetch_optional(tx)
    .await?;
    Ok(found)
}

pub(crate) async fn put(tx: &mut Tx, assignment: &Assignment) -> Result<(), StoreError> {
    let host = assignment.host.as_str();
    let network = assignment.network.as_ref().map(|network| to_json(TABLE, host, network)).transpose()?;
    sqlx::query(
        "INSERT INTO assignment
             (host_id, version, cluster, role, hostname, address, disk, target, network, wipe, accepted, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (host_id) DO UPDATE SET
             version = excluded.version, cluster = excluded.cluster, role = excluded.role,
             hostname = excluded.hostname, address = excluded.address, disk = excluded.disk,
             target = excluded.target, network = excluded.network, wipe = excluded.wipe,
             accepted = excluded.accepted, changed_at = excluded.changed_at",
    )
    .bind(host)
    .bind(assignment.version)
    .bind(assignment.cluster.as_str())
    .bind(assignment.role.as_str())
    .bind(assignment.hostname.as_str())
    .bind(assignment.address.map(|address| address.to_string()))
    .bind(&assignment.disk)
    .bind(to_json(TABLE, host, &assignment.target)?)
    .bind(network)
    .bind(&assignment.wipe)
    .bind(to_json(TABLE, host, &assignment.accepted)?)
    .bind(assignment.changed_at.millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn get(db: impl SqliteExecutor<'_>, host: &Id) -> Result<Option<Assignment>, StoreError> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM assignment WHERE host_id = $1")
        .bind(host.as_str())
        .fetch_optional(db)
        .await?;
    row.map(Assignment::try_from).transpose()
}

pub(crate) async fn of_cluster(
    db: impl SqliteExecutor<'_>,
    cluster: &Label,
) -> Result<Vec<Assignment>, StoreError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT * FROM assignment WHERE cluster = $1 ORDER BY role, hostname")
            .bind(cluster.as_str())
            .fetch_all(db)
            .await?;
    rows.into_iter().map(Assignment::try_from).collect()
}

pub(crate) async fn remove(tx: &mut Tx, host: &Id) -> Result<Option<Assignment>, StoreError> {
    let row: Option<Row> = sqlx::query_as("DELETE FROM assignment WHERE host_id = $1 RETURNING *")
        .bind(host.as_str())
        .fetch_optional(tx)
        .await?;
    row.map(Assignment::try_from).transpose()
}

/// Takes back the word that the data of its disk may be lost: it was for what lay there before.
pub(crate) async fn wipe_is_done(tx: &mut Tx, host: &Id, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE assignment SET wipe = NULL, version = version + 1, changed_at = $2
         WHERE host_id = $1 AND wipe IS NOT NULL",
    )
    .bind(host.as_str())
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    host_id: String,
    version: i64,
    cluster: String,
    role: String,
    hostname: String,
    address: Option<String>,
    disk: String,
    target: String,
    network: Option<String>,
    wipe: Option<String>,
    accepted: String,
    changed_at: i64,
}

impl TryFrom<Row> for Assignment {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = row.host_id.as_str();
        Ok(Self {
            host: parsed(TABLE, id, id)?,
            cluster: parsed(TABLE, id, &row.cluster)?,
            role: parsed(TABLE, id, &row.role)?,
            hostname: parsed(TABLE, id, &row.hostname)?,
            address: row.address.as_deref().map(|address| parsed(TABLE, id, address)).transpose()?,
            target: from_json(TABLE, id, &row.target)?,
            network: row.network.as_deref().map(|network| from_json(TABLE, id, network)).transpose()?,
            accepted: from_json(TABLE, id, &row.accepted)?,
            disk: row.disk,
            wipe: row.wipe,
            version: row.version,
            changed_at: Timestamp(row.changed_at),
        })
    }
}

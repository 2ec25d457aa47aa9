//! Clusters and their sealed configs in the database.

use std::collections::BTreeMap;

use ::store::{StoreError, Tx};
use gateway::wish::Label;
use inventory::Timestamp;
use secrets::Sealed;
use serde::Serialize;
use sqlx::{FromRow, SqliteExecutor, SqlitePool};

use super::corrupt;
use crate::cluster::{Cluster, Config, Node, Validity};
use crate::error::OkdError;
use crate::role::Role;

#[derive(FromRow)]
struct Row {
    name: String,
    domain: String,
    infra_id: String,
    cluster_id: String,
    spec: String,
    image: Option<String>,
    front: Option<String>,
    created_at: i64,
    wiped_at: Option<i64>,
}

#[derive(FromRow)]
struct ConfigRow {
    cluster: String,
    role: String,
    size_bytes: i64,
    valid_from: i64,
    valid_until: i64,
}

#[derive(FromRow)]
struct NodeRow {
    host_id: String,
    name: String,
    hostname: String,
    role: String,
    state: String,
}

/// Writes a cluster that is not there yet; `false` where it is.
pub(crate) async fn insert(tx: &mut Tx, cluster: &Cluster) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO cluster (name, version, domain, infra_id, cluster_id, spec, image, front, created_at, changed_at)
         VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (name) DO NOTHING",
    )
    .bind(cluster.name.as_str())
    .bind(cluster.domain.as_str())
    .bind(&cluster.infra_id)
    .bind(&cluster.cluster_id)
    .bind(&cluster.spec)
    .bind(json(&cluster.name, cluster.image.as_ref())?)
    .bind(json(&cluster.name, cluster.front.as_ref())?)
    .bind(cluster.created_at.millis())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Writes what may be another in a cluster that is there. `false` where there is none.
pub(crate) async fn update(tx: &mut Tx, cluster: &Cluster, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE cluster SET version = version + 1, domain = $2, infra_id = $3, cluster_id = $4, spec = $5, image = $6,
                front = $7, changed_at = $8, wiped_at = $9
         WHERE name = $1",
    )
    .bind(cluster.name.as_str())
    .bind(cluster.domain.as_str())
    .bind(&cluster.infra_id)
    .bind(&cluster.cluster_id)
    .bind(&cluster.spec)
    .bind(json(&cluster.name, cluster.image.as_ref())?)
    .bind(json(&cluster.name, cluster.front.as_ref())?)
    .bind(now.millis())
    .bind(cluster.wiped_at.map(Timestamp::millis))
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn put_config(
    tx: &mut Tx,
    cluster: &Label,
    config: &Config,
    sealed: &Sealed,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO cluster_config (cluster, role, sealed, recipient, size_bytes, valid_from, valid_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(cluster.as_str())
    .bind(config.role.as_str())
    .bind(&sealed.bytes)
    .bind(&sealed.recipient)
    .bind(i64::try_from(config.size_bytes).unwrap_or(i64::MAX))
    .bind(config.validity.from.millis())
    .bind(config.validity.until.millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes the configs of a cluster out. Where they lie is written over first, so that they do not stay behind in what the
/// database file has free.
pub(crate) async fn wipe_configs(tx: &mut Tx, cluster: &Label) -> Result<(), StoreError> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT role, LENGTH(sealed) FROM cluster_config WHERE cluster = $1")
            .bind(cluster.as_str())
            .fetch_all(&mut *tx)
            .await?;
    for (role, length) in rows {
        sqlx::query("UPDATE cluster_config SET sealed = $3 WHERE cluster = $1 AND role = $2")
            .bind(cluster.as_str())
            .bind(role)
            .bind(vec![0_u8; usize::try_from(length).unwrap_or_default()])
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("DELETE FROM cluster_config WHERE cluster = $1").bind(cluster.as_str()).execute(tx).await?;
    Ok(())
}

/// `false` where there is none.
pub(crate) async fn remove(tx: &mut Tx, cluster: &Label) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM cluster WHERE name = $1").bind(cluster.as_str()).execute(tx).await?;
    Ok(done.rows_affected() > 0)
}

/// A role's config as it lies there.
pub(crate) async fn sealed(
    readers: &SqlitePool,
    cluster: &Label,
    role: Role,
) -> Result<Option<Sealed>, StoreError> {
    let row: Option<(Vec<u8>, String)> =
        sqlx::query_as("SELECT sealed, recipient FROM cluster_config WHERE cluster = $1 AND role = $2")
            .bind(cluster.as_str())
            .bind(role.as_str())
            .fetch_optional(readers)
            .await?;
    Ok(row.map(|(bytes, recipient)| Sealed { bytes, recipient }))
}

/// A config of each key that configs were sealed for.
pub(crate) async fn of_each_key(readers: &SqlitePool) -> Result<Vec<(Label, Role)>, StoreError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT MIN(cluster), MIN(role) FROM cluster_config GROUP BY recipient, cluster")
            .fetch_all(readers)
            .await?;
    rows.into_iter().map(|(cluster, role)| Ok((word(&cluster, &cluster)?, word(&cluster, &role)?))).collect()
}

pub(crate) async fn get(tx: &mut Tx, name: &Label) -> Result<Cluster, OkdError> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM cluster WHERE name = $1")
        .bind(name.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    let row = row.ok_or_else(|| OkdError::NoCluster(name.to_string()))?;
    let configs: Vec<ConfigRow> =
        sqlx::query_as("SELECT * FROM cluster_config WHERE cluster = $1 ORDER BY role")
            .bind(name.as_str())
            .fetch_all(tx)
            .await?;
    Ok(read(row, configs)?)
}

pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<Cluster>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as("SELECT * FROM cluster ORDER BY name").fetch_all(&mut *tx).await?;
    let configs: Vec<ConfigRow> =
        sqlx::query_as("SELECT * FROM cluster_config ORDER BY role").fetch_all(tx).await?;
    let mut by_cluster: BTreeMap<String, Vec<ConfigRow>> = BTreeMap::new();
    for config in configs {
        by_cluster.entry(config.cluster.clone()).or_default().push(config);
    }
    rows.into_iter()
        .map(|row| {
            let configs = by_cluster.remove(&row.name).unwrap_or_default();
            read(row, configs)
        })
        .collect()
}

/// The hosts that have a role in a cluster.
pub(crate) async fn nodes(
    executor: impl SqliteExecutor<'_>,
    cluster: &Label,
) -> Result<Vec<Node>, StoreError> {
    let rows: Vec<NodeRow> = sqlx::query_as(
        "SELECT a.host_id, h.name, a.hostname, a.role, h.state FROM assignment a JOIN host h ON h.id = a.host_id
         WHERE a.cluster = $1 ORDER BY a.role, a.hostname",
    )
    .bind(cluster.as_str())
    .fetch_all(executor)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Node {
                host: word(&row.host_id, &row.host_id)?,
                hostname: word(&row.host_id, &row.hostname)?,
                role: word(&row.host_id, &row.role)?,
                state: word(&row.host_id, &row.state)?,
                name: row.name,
            })
        })
        .collect()
}

/// The hosts that an operator armed with a cluster's configs, and that have not fetched theirs yet.
pub(crate) async fn armed(tx: &mut Tx, cluster: &Label) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT h.name FROM arming r JOIN assignment a ON a.host_id = r.host_id JOIN host h ON h.id = r.host_id
         WHERE a.cluster = $1 AND r.ended_at IS NULL AND r.consumed_at IS NULL ORDER BY h.name",
    )
    .bind(cluster.as_str())
    .fetch_all(tx)
    .await?)
}

fn read(row: Row, configs: Vec<ConfigRow>) -> Result<Cluster, StoreError> {
    let key = row.name.as_str();
    let configs: Result<Vec<Config>, StoreError> = configs
        .into_iter()
        .map(|config| {
            Ok(Config {
                role: word(key, &config.role)?,
                size_bytes: u64::try_from(config.size_bytes).unwrap_or_default(),
                validity: Validity {
                    from: Timestamp(config.valid_from),
                    until: Timestamp(config.valid_until),
                },
            })
        })
        .collect();
    Ok(Cluster {
        name: word(key, key)?,
        domain: word(key, &row.domain)?,
        image: parse(key, row.image.as_deref())?,
        front: parse(key, row.front.as_deref())?,
        configs: configs?,
        created_at: Timestamp(row.created_at),
        wiped_at: row.wiped_at.map(Timestamp),
        infra_id: row.infra_id,
        cluster_id: row.cluster_id,
        spec: row.spec,
    })
}

fn word<T: std::str::FromStr<Err: ToString>>(row: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|error: T::Err| corrupt("cluster", row, error))
}

fn json<T: Serialize>(name: &Label, value: Option<&T>) -> Result<Option<String>, StoreError> {
    let text = value.map(serde_json::to_string).transpose();
    text.map_err(|error| corrupt("cluster", name.as_str(), error))
}

fn parse<T: serde::de::DeserializeOwned>(row: &str, text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(serde_json::from_str).transpose().map_err(|error| corrupt("cluster", row, error))
}

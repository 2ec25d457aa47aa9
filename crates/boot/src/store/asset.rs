//! Assets, and those that are handed out as iPXE binaries.

use std::collections::{BTreeMap, HashSet};

use ::store::{StoreError, Tx};
use inventory::Timestamp;
use sqlx::{FromRow, SqliteExecutor, SqlitePool};

use super::corrupt;
use crate::asset::AssetId;
use crate::assets::AssetName;
use crate::assets::rows::{Asset, NewAsset};

#[derive(FromRow)]
struct AssetRow {
    sha256: String,
    name: String,
    kind: String,
    size_bytes: i64,
    source: String,
    added_at: i64,
    verified_at: i64,
}

/// What is added again keeps when it came; what it is called is the last word.
pub(crate) async fn insert(tx: &mut Tx, asset: &NewAsset, now: Timestamp) -> Result<(), StoreError> {
    let size_bytes = i64::try_from(asset.size_bytes)
        .map_err(|error| corrupt("asset", &asset.id.to_string(), error.to_string()))?;
    sqlx::query(
        "INSERT INTO asset (sha256, name, kind, size_bytes, source, added_at, verified_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (sha256) DO UPDATE SET name = excluded.name, kind = excluded.kind, size_bytes = excluded.size_bytes",
    )
    .bind(asset.id.to_string())
    .bind(asset.name.as_str())
    .bind(asset.kind.as_str())
    .bind(size_bytes)
    .bind(&asset.source)
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn exists(tx: &mut Tx, id: &AssetId) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM asset WHERE sha256 = $1")
        .bind(id.to_string())
        .fetch_optional(tx)
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn all(readers: &SqlitePool) -> Result<Vec<Asset>, StoreError> {
    let rows: Vec<AssetRow> = sqlx::query_as(
        "SELECT sha256, name, kind, size_bytes, source, added_at, verified_at FROM asset
         ORDER BY added_at DESC, name, sha256",
    )
    .fetch_all(readers)
    .await?;
    rows.into_iter().map(Asset::try_from).collect()
}

pub(crate) async fn get(readers: &SqlitePool, id: &AssetId) -> Result<Option<Asset>, StoreError> {
    let row: Option<AssetRow> = sqlx::query_as(
        "SELECT sha256, name, kind, size_bytes, source, added_at, verified_at FROM asset WHERE sha256 = $1",
    )
    .bind(id.to_string())
    .fetch_optional(readers)
    .await?;
    row.map(Asset::try_from).transpose()
}

pub(crate) async fn ids(readers: &SqlitePool) -> Result<HashSet<AssetId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT sha256 FROM asset").fetch_all(readers).await?;
    ids.iter().map(|id| parse(id)).collect()
}

pub(crate) async fn verified(tx: &mut Tx, id: &AssetId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE asset SET verified_at = $2 WHERE sha256 = $1")
        .bind(id.to_string())
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn remove(tx: &mut Tx, id: &AssetId) -> Result<bool, StoreError> {
    let removed = sqlx::query("DELETE FROM asset WHERE sha256 = $1").bind(id.to_string()).execute(tx).await?;
    Ok(removed.rows_affected() > 0)
}

pub(crate) async fn set_binary(
    tx: &mut Tx,
    name: &AssetName,
    id: &AssetId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO ipxe_binary (name, sha256, set_at) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, set_at = excluded.set_at",
    )
    .bind(name.as_str())
    .bind(id.to_string())
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn remove_binary(tx: &mut Tx, name: &AssetName) -> Result<bool, StoreError> {
    let removed =
        sqlx::query("DELETE FROM ipxe_binary WHERE name = $1").bind(name.as_str()).execute(tx).await?;
    Ok(removed.rows_affected() > 0)
}

pub(crate) async fn binaries(
    executor: impl SqliteExecutor<'_>,
) -> Result<BTreeMap<AssetName, AssetId>, StoreError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT name, sha256 FROM ipxe_binary").fetch_all(executor).await?;
    let read = |(name, id): (String, String)| {
        let id = parse(&id)?;
        let name = name.parse().map_err(|error: crate::assets::InvalidAssetName| {
            corrupt("ipxe_binary", &name, error.to_string())
        })?;
        Ok((name, id))
    };
    rows.into_iter().map(read).collect()
}

fn parse(id: &str) -> Result<AssetId, StoreError> {
    id.parse().map_err(|error: crate::asset::InvalidAssetId| corrupt("asset", id, error.to_string()))
}

impl TryFrom<AssetRow> for Asset {
    type Error = StoreError;

    fn try_from(row: AssetRow) -> Result<Self, StoreError> {
        let wrong = |reason: String| corrupt("asset", &row.sha256, reason);
        Ok(Self {
            id: parse(&row.sha256)?,
            name: row
                .name
                .parse()
                .map_err(|error: crate::assets::InvalidAssetName| wrong(error.to_string()))?,
            kind: row
                .kind
                .parse()
                .map_err(|error: crate::assets::UnknownAssetKind| wrong(error.to_string()))?,
            size_bytes: u64::try_from(row.size_bytes).map_err(|error| wrong(error.to_string()))?,
            source: row.source,
            added_at: Timestamp(row.added_at),
            verified_at: Timestamp(row.verified_at),
        })
    }
}

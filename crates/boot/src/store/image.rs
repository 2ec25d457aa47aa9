//! Images, and the one that is in use.

use ::store::{StoreError, Tx};
use inventory::Timestamp;
use sqlx::{FromRow, SqliteExecutor};

use super::corrupt;
use crate::image::{KnownImage, Manifest};
use crate::site::{DiscoverySystem, ImageId};

#[derive(FromRow)]
struct ImageRow {
    id: String,
    manifest: String,
    added_at: i64,
}

#[derive(FromRow)]
struct ChosenRow {
    arch: String,
    system: String,
}

pub(crate) async fn insert(
    tx: &mut Tx,
    id: &ImageId,
    manifest: &Manifest,
    now: Timestamp,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(manifest)
        .map_err(|error| corrupt("boot_image", id.as_str(), error.to_string()))?;
    sqlx::query(
        "INSERT INTO boot_image (id, manifest, added_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
    )
    .bind(id.as_str())
    .bind(text)
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn exists(tx: &mut Tx, id: &ImageId) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM boot_image WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn choose(tx: &mut Tx, system: &DiscoverySystem, now: Timestamp) -> Result<(), StoreError> {
    let arch = system.arch().name();
    let text = serde_json::to_string(system)
        .map_err(|error| corrupt("discovery_choice", arch, error.to_string()))?;
    sqlx::query(
        "INSERT INTO discovery_choice (arch, system, chosen_at) VALUES ($1, $2, $3)
         ON CONFLICT (arch) DO UPDATE SET system = excluded.system, chosen_at = excluded.chosen_at",
    )
    .bind(arch)
    .bind(&text)
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    if matches!(system, DiscoverySystem::Image(_)) {
        return Ok(()); // an image is known by itself
    }
    sqlx::query(
        "INSERT INTO discovery_known (arch, kind, system) VALUES ($1, $2, $3)
         ON CONFLICT (arch, kind) DO UPDATE SET system = excluded.system",
    )
    .bind(arch)
    .bind(system.kind())
    .bind(text)
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn forget(tx: &mut Tx, id: &ImageId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM boot_image WHERE id = $1").bind(id.as_str()).execute(tx).await?;
    Ok(())
}

/// Those that were ever chosen, but images.
pub(crate) async fn once_chosen(
    executor: impl SqliteExecutor<'_>,
) -> Result<Vec<DiscoverySystem>, StoreError> {
    let rows: Vec<ChosenRow> =
        sqlx::query_as("SELECT arch, system FROM discovery_known ORDER BY arch DESC, kind")
            .fetch_all(executor)
            .await?;
    rows.into_iter().map(DiscoverySystem::try_from).collect()
}

pub(crate) async fn chosen(executor: impl SqliteExecutor<'_>) -> Result<Vec<DiscoverySystem>, StoreError> {
    // The most common processor first: it serves a machine that does not say what it has.
    let rows: Vec<ChosenRow> = sqlx::query_as("SELECT arch, system FROM discovery_choice ORDER BY arch DESC")
        .fetch_all(executor)
        .await?;
    rows.into_iter().map(DiscoverySystem::try_from).collect()
}

/// The images that there are, newest first, each with whether it is among the chosen ones.
pub(crate) async fn known(
    executor: impl SqliteExecutor<'_>,
    chosen: &[DiscoverySystem],
) -> Result<Vec<KnownImage>, StoreError> {
    let rows: Vec<ImageRow> =
        sqlx::query_as("SELECT id, manifest, added_at FROM boot_image ORDER BY added_at DESC, id")
            .fetch_all(executor)
            .await?;
    let is_chosen = |id: &ImageId| {
        chosen.iter().any(|system| matches!(system, DiscoverySystem::Image(image) if image.id == *id))
    };
    rows.into_iter()
        .map(|row| {
            let mut image = KnownImage::try_from(row)?;
            image.chosen = is_chosen(&image.id);
            Ok(image)
        })
        .collect()
}

impl TryFrom<ImageRow> for KnownImage {
    type Error = StoreError;

    fn try_from(row: ImageRow) -> Result<Self, StoreError> {
        let wrong = |reason: String| corrupt("boot_image", &row.id, reason);
        Ok(Self {
            id: row.id.parse().map_err(|error: crate::site::InvalidImageId| wrong(error.to_string()))?,
            manifest: serde_json::from_str(&row.manifest).map_err(|error| wrong(error.to_string()))?,
            added_at: Timestamp(row.added_at),
            chosen: false,
        })
    }
}

impl TryFrom<ChosenRow> for DiscoverySystem {
    type Error = StoreError;

    fn try_from(row: ChosenRow) -> Result<Self, StoreError> {
        serde_json::from_str(&row.system)
            .map_err(|error| corrupt("discovery_choice", &row.arch, error.to_string()))
    }
}

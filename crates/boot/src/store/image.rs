//! Images, and the one that is in use.

use ::store::{StoreError, Tx};
use inventory::Timestamp;
use sqlx::{FromRow, SqliteExecutor};

use super::corrupt;
use crate::image::{KnownImage, Manifest};
use crate::site::{Centos, DiscoverySystem, ImageId};

#[derive(FromRow)]
struct ImageRow {
    id: String,
    manifest: String,
    added_at: i64,
    chosen: i64,
}

#[derive(FromRow)]
struct ChosenRow {
    image_id: Option<String>,
    centos_stream: Option<String>,
    centos_repo: Option<String>,
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
    let (image, centos) = match system {
        DiscoverySystem::Image(id) => (Some(id.as_str()), None),
        DiscoverySystem::Centos(centos) => (None, Some(centos)),
    };
    sqlx::query(
        "INSERT INTO site_discovery (one, image_id, centos_stream, centos_repo, chosen_at)
         VALUES (1, $1, $2, $3, $4)
         ON CONFLICT (one) DO UPDATE SET image_id = excluded.image_id, centos_stream = excluded.centos_stream,
                                         centos_repo = excluded.centos_repo, chosen_at = excluded.chosen_at",
    )
    .bind(image)
    .bind(centos.map(|centos| centos.stream.as_str()))
    .bind(centos.map(|centos| centos.repo.as_str()))
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn forget(tx: &mut Tx, id: &ImageId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM boot_image WHERE id = $1").bind(id.as_str()).execute(tx).await?;
    Ok(())
}

pub(crate) async fn chosen(executor: impl SqliteExecutor<'_>) -> Result<Option<DiscoverySystem>, StoreError> {
    let row: Option<ChosenRow> =
        sqlx::query_as("SELECT image_id, centos_stream, centos_repo FROM site_discovery WHERE one = 1")
            .fetch_optional(executor)
            .await?;
    row.map(DiscoverySystem::try_from).transpose()
}

pub(crate) async fn known(executor: impl SqliteExecutor<'_>) -> Result<Vec<KnownImage>, StoreError> {
    let rows: Vec<ImageRow> = sqlx::query_as(
        "SELECT boot_image.id, manifest, added_at,
                CASE WHEN site_discovery.image_id IS NULL THEN 0 ELSE 1 END AS chosen
         FROM boot_image LEFT JOIN site_discovery ON site_discovery.image_id = boot_image.id
         ORDER BY added_at DESC, boot_image.id",
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(KnownImage::try_from).collect()
}

impl TryFrom<ImageRow> for KnownImage {
    type Error = StoreError;

    fn try_from(row: ImageRow) -> Result<Self, StoreError> {
        let wrong = |reason: String| corrupt("boot_image", &row.id, reason);
        Ok(Self {
            id: row.id.parse().map_err(|error: crate::site::InvalidImageId| wrong(error.to_string()))?,
            manifest: serde_json::from_str(&row.manifest).map_err(|error| wrong(error.to_string()))?,
            added_at: Timestamp(row.added_at),
            chosen: row.chosen != 0,
        })
    }
}

impl TryFrom<ChosenRow> for DiscoverySystem {
    type Error = StoreError;

    fn try_from(row: ChosenRow) -> Result<Self, StoreError> {
        let wrong = |reason: String| corrupt("site_discovery", "1", reason);
        match (row.image_id, row.centos_stream, row.centos_repo) {
            (Some(id), None, None) => {
                let id = id.parse().map_err(|error: crate::site::InvalidImageId| wrong(error.to_string()))?;
                Ok(Self::Image(id))
            }
            (None, Some(stream), Some(repo)) => {
                let stream =
                    stream.parse().map_err(|error: crate::site::UnknownStream| wrong(error.to_string()))?;
                let repo = repo.parse().map_err(|error: crate::url::InvalidUrl| wrong(error.to_string()))?;
                Ok(Self::Centos(Centos { stream, repo }))
            }
            _ => Err(wrong("it names neither an image nor a repository, or both".to_owned())),
        }
    }
}

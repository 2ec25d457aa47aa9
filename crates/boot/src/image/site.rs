//! Which images the server knows, and what unknown machines boot.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::Timestamp;
use sqlx::SqlitePool;

use super::library::TakenIn;
use super::manifest::Manifest;
use crate::assets::rows as assets;
use crate::site::{DiscoverySystem, ImageId};
use crate::store::image as rows;

/// An image that the server keeps.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KnownImage {
    /// Its name.
    pub id: ImageId,
    /// What it is made of.
    pub manifest: Manifest,
    /// When it arrived.
    pub added_at: Timestamp,
    /// Unknown machines boot it.
    pub chosen: bool,
}

/// Why a discovery system was not chosen.
#[derive(Debug, thiserror::Error)]
pub enum ChooseError {
    /// There is no such image.
    #[error("there is no image {0}: give the server one with muster image use DIR")]
    UnknownImage(ImageId),
    /// The database's.
    #[error("the discovery system could not be chosen")]
    Store(#[from] StoreError),
}

/// Notes an image whose files are all there. Noted twice it is noted once.
///
/// # Errors
/// The database's.
pub async fn adopt(tx: &mut Tx, image: &TakenIn, actor: &str, now: Timestamp) -> Result<(), StoreError> {
    for asset in &image.assets {
        assets::note(tx, asset, actor, now).await?;
    }
    rows::insert(tx, &image.id, &image.manifest, now).await
}

/// Makes this what unknown machines boot.
///
/// # Errors
/// [`ChooseError`].
pub async fn choose(
    tx: &mut Tx,
    system: &DiscoverySystem,
    actor: &str,
    now: Timestamp,
) -> Result<(), ChooseError> {
    if let DiscoverySystem::Image(id) = system
        && !rows::exists(tx, id).await?
    {
        return Err(ChooseError::UnknownImage(id.clone()));
    }
    rows::choose(tx, system, now).await?;
    let event = NewEvent::new(Kind::ImageChosen, None, actor, format!("machines are discovered by {system}"));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// What unknown machines boot, if it was chosen.
///
/// # Errors
/// The database's.
pub async fn chosen(readers: &SqlitePool) -> Result<Option<DiscoverySystem>, StoreError> {
    rows::chosen(readers).await
}

/// The images that the server keeps, newest first.
///
/// # Errors
/// The database's.
pub async fn known(readers: &SqlitePool) -> Result<Vec<KnownImage>, StoreError> {
    rows::known(readers).await
}

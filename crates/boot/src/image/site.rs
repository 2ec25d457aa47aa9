//! Which images the server knows, and what unknown machines boot.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::Timestamp;
use sqlx::SqlitePool;

use super::library::TakenIn;
use super::manifest::Manifest;
use crate::asset::AssetId;
use crate::assets::rows as assets;
use crate::machine::Arch;
use crate::site::{DiscoverySystem, ImageId, Site};
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
    /// There is no such asset.
    #[error(
        "there is no asset {0}: give the server one with muster asset add, or all three with muster asset okd"
    )]
    UnknownAsset(AssetId),
    /// The database's.
    #[error("what machines boot could not be chosen")]
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

/// Makes this what unknown machines with its processor boot.
///
/// # Errors
/// [`ChooseError`].
pub async fn choose(
    tx: &mut Tx,
    system: &DiscoverySystem,
    actor: &str,
    now: Timestamp,
) -> Result<(), ChooseError> {
    require_assets(tx, system).await?;
    rows::choose(tx, system, now).await?;
    let event = NewEvent::new(Kind::ImageChosen, None, actor, format!("machines are discovered by {system}"));
    events::append(tx, &event, now).await?;
    Ok(())
}

/// What a system is made of must be there.
pub(crate) async fn require_assets(tx: &mut Tx, system: &DiscoverySystem) -> Result<(), ChooseError> {
    if let DiscoverySystem::Image(image) = system
        && !rows::exists(tx, &image.id).await?
    {
        return Err(ChooseError::UnknownImage(image.id.clone()));
    }
    if let DiscoverySystem::CoreOs(coreos) = system {
        for asset in [coreos.kernel, coreos.initramfs, coreos.rootfs] {
            if !assets::exists(tx, &asset).await? {
                return Err(ChooseError::UnknownAsset(asset));
            }
        }
    }
    Ok(())
}

/// What unknown machines boot: at most one for each processor.
///
/// # Errors
/// The database's.
pub async fn chosen(readers: &SqlitePool) -> Result<Vec<DiscoverySystem>, StoreError> {
    rows::chosen(readers).await
}

/// What the boot decision needs to know of the site.
///
/// # Errors
/// The database's.
pub async fn site(readers: &SqlitePool) -> Result<Site, StoreError> {
    Ok(Site { discovery: rows::chosen(readers).await?, known: rows::once_chosen(readers).await? })
}

/// For which processor an image is, if there is such an image.
///
/// # Errors
/// The database's.
pub async fn arch(readers: &SqlitePool, id: &ImageId) -> Result<Option<Arch>, StoreError> {
    let images = known(readers).await?;
    Ok(images.into_iter().find(|image| image.id == *id).map(|image| Arch::named(&image.manifest.arch)))
}

/// The images that the server keeps, newest first.
///
/// # Errors
/// The database's.
pub async fn known(readers: &SqlitePool) -> Result<Vec<KnownImage>, StoreError> {
    let chosen = rows::chosen(readers).await?;
    rows::known(readers, &chosen).await
}

//! What the database says of assets: their names, where they came from, which are handed out as iPXE binaries.

use std::collections::{BTreeMap, HashSet};

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::Timestamp;
use sqlx::SqlitePool;

use super::kind::{AssetKind, AssetName};
use super::lingering::Uses;
use super::referenced::{Referenced, referenced};
use crate::asset::AssetId;
use crate::image::{KnownImage, Manifest};
use crate::options::OwnDiscovery;
use crate::site::DiscoverySystem;
use crate::store::{asset as rows, control, image, profile, reference};

/// An asset that is about to be noted; its bytes are in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAsset {
    /// Its name: what it is.
    pub id: AssetId,
    /// What people call it.
    pub name: AssetName,
    /// What it is for.
    pub kind: AssetKind,
    /// How large it is.
    pub size_bytes: u64,
    /// Where it came from: a URL, or `uploaded`.
    pub source: String,
}

/// An asset that the server keeps.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Asset {
    /// Its name: what it is.
    pub id: AssetId,
    /// What people call it.
    pub name: AssetName,
    /// What it is for.
    pub kind: AssetKind,
    /// How large it is.
    pub size_bytes: u64,
    /// Where it came from: a URL, or `uploaded`.
    pub source: String,
    /// When it arrived.
    pub added_at: Timestamp,
    /// When its bytes were last hashed, and right.
    pub verified_at: Timestamp,
}

/// Notes an asset whose bytes are in the folder. One for the firmware is handed out under its name from now on.
///
/// # Errors
/// The database's.
pub async fn note(tx: &mut Tx, asset: &NewAsset, actor: &str, now: Timestamp) -> Result<(), StoreError> {
    let new = !rows::exists(tx, &asset.id).await?;
    rows::insert(tx, asset, now).await?;
    if asset.kind == AssetKind::Ipxe {
        rows::set_binary(tx, &asset.name, &asset.id, now).await?;
    }
    if new {
        let summary = format!("{} {} was added ({})", asset.kind, asset.name, asset.source);
        let event = NewEvent::new(Kind::AssetAdded, None, actor, summary).key(asset.id.to_string());
        events::append(tx, &event, now).await?;
    }
    Ok(())
}

/// An asset of this name is there.
///
/// # Errors
/// The database's.
pub async fn exists(tx: &mut Tx, id: &AssetId) -> Result<bool, StoreError> {
    rows::exists(tx, id).await
}

/// The assets that the server keeps, newest first.
///
/// # Errors
/// The database's.
pub async fn all(readers: &SqlitePool) -> Result<Vec<Asset>, StoreError> {
    rows::all(readers).await
}

/// One of them.
///
/// # Errors
/// The database's.
pub async fn get(readers: &SqlitePool, id: &AssetId) -> Result<Option<Asset>, StoreError> {
    rows::get(readers, id).await
}

/// The names of all of them.
///
/// # Errors
/// The database's.
pub async fn ids(readers: &SqlitePool) -> Result<HashSet<AssetId>, StoreError> {
    rows::ids(readers).await
}

/// Notes that an asset was read through and is right.
///
/// # Errors
/// The database's.
pub async fn verified(tx: &mut Tx, id: &AssetId, now: Timestamp) -> Result<(), StoreError> {
    rows::verified(tx, id, now).await
}

/// Writes down that an asset is not what it was.
///
/// # Errors
/// The database's.
pub async fn damaged(tx: &mut Tx, asset: &Asset, how: &str, now: Timestamp) -> Result<(), StoreError> {
    let summary = format!("{} {} is {how} on the server's disk: add it again", asset.kind, asset.name);
    let event = NewEvent::new(Kind::AssetDamaged, None, "server", summary).key(asset.id.to_string());
    events::append(tx, &event, now).await?;
    Ok(())
}

/// From now on no asset is handed out as this iPXE binary; `false` when none was.
///
/// # Errors
/// The database's.
pub async fn withdraw_binary(
    tx: &mut Tx,
    name: &AssetName,
    actor: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let was = rows::remove_binary(tx, name).await?;
    if was {
        let summary = format!("no asset is handed out as {name} any more");
        let event = NewEvent::new(Kind::AssetRemoved, None, actor, summary).key(name.as_str());
        events::append(tx, &event, now).await?;
    }
    Ok(was)
}

/// Looks up what boot profiles refer to, and notes what they no longer do.
///
/// # Errors
/// The database's.
pub async fn turn(tx: &mut Tx, now: Timestamp) -> Result<Uses, StoreError> {
    Ok(turn_with_images(tx, now).await?.0)
}

/// Takes the rows of `wanted` off, as far as nothing refers to them or did until lately; answers those that went. An image goes when its
/// `image.json` is wanted, and its files only with it.
///
/// # Errors
/// The database's.
pub async fn prune(
    tx: &mut Tx,
    wanted: &[AssetId],
    actor: &str,
    now: Timestamp,
) -> Result<Vec<AssetId>, StoreError> {
    let (uses, images) = turn_with_images(tx, now).await?;
    let needed = uses.needed();
    let mut stays: HashSet<AssetId> = HashSet::new();
    for known in images {
        let wanted = wanted.iter().any(|id| known.id.is_of(id));
        if wanted && !needed.image(&known.id) {
            image::forget(tx, &known.id).await?;
        } else {
            stays.extend(known.manifest.assets());
        }
    }
    let mut gone = Vec::new();
    for id in wanted {
        let image_stays = image_of(tx, id).await?;
        if needed.asset(id).is_some() || stays.contains(id) || image_stays || !rows::remove(tx, id).await? {
            continue;
        }
        let summary = format!("asset {id} was removed: no boot profile referred to it");
        let event = NewEvent::new(Kind::AssetRemoved, None, actor, summary).key(id.to_string());
        events::append(tx, &event, now).await?;
        gone.push(*id);
    }
    Ok(gone)
}

/// The assets that nothing needs: what [`prune`] would take, were all of them wanted.
#[must_use]
pub fn unused(all: Vec<Asset>, images: &[KnownImage], needed: &Referenced) -> Vec<Asset> {
    let mut used: HashSet<AssetId> = HashSet::new();
    for image in images.iter().filter(|image| needed.image(&image.id)) {
        used.extend(image.manifest.assets());
        used.extend(all.iter().map(|asset| asset.id).filter(|id| image.id.is_of(id)));
    }
    let is_used = |asset: &Asset| needed.asset(&asset.id).is_some() || used.contains(&asset.id);
    all.into_iter().filter(|asset| !is_used(asset)).collect()
}

async fn image_of(tx: &mut Tx, document: &AssetId) -> Result<bool, StoreError> {
    image::exists(tx, &crate::site::ImageId::of_digest(document.digest())).await
}

async fn turn_with_images(tx: &mut Tx, now: Timestamp) -> Result<(Uses, Vec<KnownImage>), StoreError> {
    let (referenced, images) = read_referenced(tx).await?;
    let before = reference::all(&mut *tx).await?;
    let uses = before.turn(&referenced, now);
    if uses != before {
        reference::replace(tx, &uses).await?;
    }
    Ok((uses, images))
}

async fn read_referenced(tx: &mut Tx) -> Result<(Referenced, Vec<KnownImage>), StoreError> {
    let mut systems = image::chosen(&mut *tx).await?;
    let images = image::known(&mut *tx, &systems).await?;
    // A host may be told to use what the site chose before, or an image of its own.
    systems.extend(image::once_chosen(&mut *tx).await?);
    let own = control::all_options(&mut *tx).await?;
    systems.extend(own.into_iter().filter_map(|(_, versioned)| match versioned.options.discovery? {
        OwnDiscovery::Image(image) => Some(DiscoverySystem::Image(image)),
        OwnDiscovery::Centos | OwnDiscovery::CoreOs => None,
    }));
    let binaries: BTreeMap<AssetName, AssetId> = rows::binaries(&mut *tx).await?;
    systems.extend(profile::all(&mut *tx).await?);
    Ok((referenced(&systems, &images, binaries), images))
}

/// What an image's files are called, and its `image.json`.
pub(crate) fn of_image(document: AssetId, document_bytes: u64, manifest: &Manifest) -> Vec<NewAsset> {
    let [kernel, initramfs] = manifest.assets();
    [
        (document, "image.json".to_owned(), AssetKind::Image, document_bytes),
        (
            kernel,
            format!("vmlinuz-{}", manifest.kernel_version),
            AssetKind::Kernel,
            manifest.vmlinuz.size_bytes,
        ),
        (initramfs, "initramfs.img".to_owned(), AssetKind::Initramfs, manifest.initramfs.size_bytes),
    ]
    .into_iter()
    .filter_map(|(id, name, kind, size_bytes)| {
        // A kernel's version is plain: the manifest was checked.
        Some(NewAsset { id, name: name.parse().ok()?, kind, size_bytes, source: "uploaded".to_owned() })
    })
    .collect()
}

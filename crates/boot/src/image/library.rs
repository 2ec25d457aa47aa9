//! Muster's own images among the assets: `image.json` is an asset like the two files that it names, and the image's name is
//! the beginning of its SHA-256.

use std::path::Path;

use tokio::fs;

use super::manifest::{ImageFile, InvalidManifest, Manifest};
use crate::asset::AssetId;
use crate::assets::rows::{self, NewAsset};
use crate::assets::{AssetError, Assets, Verdict};
use crate::site::ImageId;

/// An image whose files are all there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenIn {
    /// Its name.
    pub id: ImageId,
    /// What it is made of.
    pub manifest: Manifest,
    /// `image.json` and the files that it names, for the database.
    pub assets: Vec<NewAsset>,
}

/// Why an image was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum TakeInError {
    /// The manifest can't be used.
    #[error(transparent)]
    Manifest(#[from] InvalidManifest),
    /// A file has not arrived yet.
    #[error("image {id} is not complete: {file} (asset {asset}) has not arrived")]
    Incomplete {
        /// Which image.
        id: ImageId,
        /// Which file.
        file: ImageFile,
        /// Under which name it is looked for.
        asset: AssetId,
    },
    /// A file is there, and not as large as the manifest says.
    #[error("{file} of image {id} has not the {expected_bytes} bytes that image.json says")]
    Size {
        /// Which image.
        id: ImageId,
        /// Which file.
        file: ImageFile,
        /// What the manifest says.
        expected_bytes: u64,
    },
    /// The folder of assets.
    #[error(transparent)]
    Asset(#[from] AssetError),
}

/// Takes an image in by its `image.json`, when the files that it names are there. Twice is once.
///
/// # Errors
/// [`TakeInError`].
pub async fn take_in(assets: &Assets, document: &[u8]) -> Result<TakenIn, TakeInError> {
    let (id, manifest) = Manifest::parse(document)?;
    for file in ImageFile::ALL {
        let facts = manifest.file(file);
        match assets.kept(&facts.sha256).await? {
            None => return Err(TakeInError::Incomplete { id, file, asset: facts.sha256 }),
            Some(size_bytes) if size_bytes != facts.size_bytes => {
                return Err(TakeInError::Size { id, file, expected_bytes: facts.size_bytes });
            }
            Some(_) => {}
        }
    }
    let name = super::manifest::document_asset(document);
    let size_bytes = document.len() as u64;
    if let Some(mut arrival) = assets.receive(name, Some(size_bytes), 0).await? {
        arrival.write(document).await?;
        arrival.finish().await?;
    }
    let assets = rows::of_image(name, size_bytes, &manifest);
    Ok(TakenIn { id, manifest, assets })
}

/// Moves the images of an older data folder (`images/<id>/`) among the assets. What is not right stays where it is, and is
/// said. Broken off and begun again it goes on: to be followed by [`adopt`](super::adopt), and only then by [`remove_old`].
///
/// # Errors
/// The disk's.
pub async fn move_old(folder: &Path, assets: &Assets) -> Result<Vec<TakenIn>, AssetError> {
    let at = |path: &Path| crate::assets::at(path);
    let mut moved = Vec::new();
    if !fs::try_exists(folder).await.map_err(at(folder))? {
        return Ok(moved);
    }
    let mut entries = fs::read_dir(folder).await.map_err(at(folder))?;
    while let Some(entry) = entries.next_entry().await.map_err(at(folder))? {
        let path = entry.path();
        // An upload that broke off: begun again it arrives as assets.
        if path.extension().is_some_and(|extension| extension == "arriving") {
            fs::remove_dir_all(&path).await.map_err(at(&path))?;
            continue;
        }
        match move_one(&path, assets).await {
            Ok(taken_in) => {
                tracing::info!(image = %taken_in.id, "an image was moved among the assets");
                moved.push(taken_in);
            }
            Err(error) => {
                tracing::error!(path = %path.display(), %error, "an old image could not be moved among the assets: hand it over again with muster image use");
            }
        }
    }
    Ok(moved)
}

/// Takes off what is left of an image that was moved and adopted.
///
/// # Errors
/// The disk's.
pub async fn remove_old(folder: &Path, id: &ImageId) -> Result<(), AssetError> {
    let path = folder.join(id.as_str());
    fs::remove_dir_all(&path).await.map_err(crate::assets::at(&path))?;
    // Only when nothing else is in it.
    fs::remove_dir(folder).await.ok();
    Ok(())
}

async fn move_one(folder: &Path, assets: &Assets) -> Result<TakenIn, TakeInError> {
    let at = |path: &Path| crate::assets::at(path);
    let document_path = folder.join("image.json");
    let document = fs::read(&document_path).await.map_err(at(&document_path))?;
    let (_, manifest) = Manifest::parse(&document)?;
    for file in ImageFile::ALL {
        let (from, id) = (folder.join(file.as_str()), manifest.file(file).sha256);
        if assets.kept(&id).await?.is_none() && fs::try_exists(&from).await.map_err(at(&from))? {
            let to = assets.path(&id);
            fs::rename(&from, &to).await.map_err(at(&to))?;
            // A name among the assets is a promise.
            if assets.verify(&id).await? != Verdict::Whole {
                tracing::error!(path = %from.display(), "a file of an old image was damaged");
            }
        }
    }
    take_in(assets, &document).await
}

//! The images that the server keeps: `DATA/images/<id>/` with kernel, initramfs and manifest. What arrives is hashed on the
//! way and stays beside them, in a folder of its own, until all of it is there and right.

mod receiver;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::fs;

use super::manifest::{ImageFile, InvalidManifest, Manifest};
use crate::site::ImageId;

pub use receiver::Receiver;

const MANIFEST: &str = "image.json";
/// An upload that was not finished by then is taken off.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// Why an image was not taken, or can't be found.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The manifest can't be used.
    #[error(transparent)]
    Manifest(#[from] InvalidManifest),
    /// No upload of that name was begun.
    #[error("no upload of image {0} was begun; send its image.json first")]
    NotBegun(ImageId),
    /// More bytes than the manifest says, or less.
    #[error("{file} of image {id} has not the {expected_bytes} bytes that image.json says")]
    Size {
        /// Which image.
        id: ImageId,
        /// Which file.
        file: ImageFile,
        /// What the manifest says.
        expected_bytes: u64,
    },
    /// Other bytes than the manifest says.
    #[error("{file} of image {id} is not what image.json says: its SHA-256 is {actual}, not {expected}")]
    Hash {
        /// Which image.
        id: ImageId,
        /// Which file.
        file: ImageFile,
        /// What the manifest says.
        expected: String,
        /// What arrived.
        actual: String,
    },
    /// A file has not arrived yet.
    #[error("image {id} is not complete: {file} has not arrived")]
    Incomplete {
        /// Which image.
        id: ImageId,
        /// Which file.
        file: ImageFile,
    },
    /// The disk failed, or is full.
    #[error("can't write or read {}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The folder of images.
#[derive(Debug, Clone)]
pub struct Library {
    folder: PathBuf,
}

impl Library {
    /// The library in this folder; made where it is not there.
    ///
    /// # Errors
    /// [`LibraryError::Io`].
    pub fn open(folder: &Path) -> Result<Self, LibraryError> {
        std::fs::create_dir_all(folder).map_err(at(folder))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Begins an upload with the image's manifest. Begun again, or for an image that is there already, it is the same.
    ///
    /// # Errors
    /// The manifest can't be used, or written.
    pub async fn begin(&self, manifest: &[u8]) -> Result<(ImageId, Manifest), LibraryError> {
        let (id, parsed) = Manifest::parse(manifest)?;
        if !self.has(&id).await {
            let folder = self.arriving(&id);
            fs::create_dir_all(&folder).await.map_err(at(&folder))?;
            let path = folder.join(MANIFEST);
            fs::write(&path, manifest).await.map_err(at(&path))?;
        }
        Ok((id, parsed))
    }

    /// Takes a file of an image whose upload was begun. What is sent twice is taken twice.
    ///
    /// # Errors
    /// [`LibraryError::NotBegun`], or the disk's.
    pub async fn receive(&self, id: &ImageId, file: ImageFile) -> Result<Receiver, LibraryError> {
        let manifest = self.arriving_manifest(id).await?;
        Receiver::open(id.clone(), file, manifest.file(file).clone(), self.arriving(id)).await
    }

    /// Puts an image whose files have all arrived in its place, at once; answers its manifest, as it was sent.
    ///
    /// # Errors
    /// A file is missing, or the disk fails.
    pub async fn publish(&self, id: &ImageId) -> Result<Manifest, LibraryError> {
        if self.has(id).await {
            return self.manifest(id).await;
        }
        let manifest = self.arriving_manifest(id).await?;
        let (from, to) = (self.arriving(id), self.folder.join(id.as_str()));
        for file in ImageFile::ALL {
            // It has its name only if its hash was right.
            if !fs::try_exists(from.join(file.as_str())).await.map_err(at(&from))? {
                return Err(LibraryError::Incomplete { id: id.clone(), file });
            }
        }
        let moved = fs::rename(&from, &to).await;
        if moved.is_err() && self.has(id).await {
            return Ok(manifest); // somebody else was faster with the same image
        }
        moved.map_err(at(&to))?;
        sync_folder(&self.folder).await?;
        Ok(manifest)
    }

    /// The manifest of an image that is there.
    ///
    /// # Errors
    /// It is not there, or was damaged.
    pub async fn manifest(&self, id: &ImageId) -> Result<Manifest, LibraryError> {
        let path = self.folder.join(id.as_str()).join(MANIFEST);
        let bytes = fs::read(&path).await.map_err(at(&path))?;
        Ok(Manifest::parse(&bytes)?.1)
    }

    /// Where a file of an image lies.
    #[must_use]
    pub fn path(&self, id: &ImageId, file: ImageFile) -> PathBuf {
        self.folder.join(id.as_str()).join(file.as_str())
    }

    /// Takes off uploads that were begun and not finished within a day before `now`; answers how many.
    ///
    /// # Errors
    /// The disk's.
    pub async fn sweep(&self, now: SystemTime) -> Result<usize, LibraryError> {
        let mut removed = 0;
        let mut entries = fs::read_dir(&self.folder).await.map_err(at(&self.folder))?;
        while let Some(entry) = entries.next_entry().await.map_err(at(&self.folder))? {
            let path = entry.path();
            let arriving = path.extension().is_some_and(|extension| extension == "arriving");
            let changed = entry.metadata().await.and_then(|metadata| metadata.modified()).unwrap_or(now);
            if arriving && now.duration_since(changed).is_ok_and(|age| age > ABANDONED) {
                fs::remove_dir_all(&path).await.map_err(at(&path))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    async fn has(&self, id: &ImageId) -> bool {
        fs::try_exists(self.folder.join(id.as_str()).join(MANIFEST)).await.unwrap_or(false)
    }

    fn arriving(&self, id: &ImageId) -> PathBuf {
        self.folder.join(format!("{id}.arriving"))
    }

    async fn arriving_manifest(&self, id: &ImageId) -> Result<Manifest, LibraryError> {
        let path = self.arriving(id).join(MANIFEST);
        match fs::read(&path).await {
            Ok(bytes) => Ok(Manifest::parse(&bytes)?.1),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(LibraryError::NotBegun(id.clone())),
            Err(source) => Err(LibraryError::Io { path, source }),
        }
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> LibraryError {
    let path = path.to_owned();
    move |source| LibraryError::Io { path, source }
}

/// A name is on the disk only when its folder is.
async fn sync_folder(folder: &Path) -> Result<(), LibraryError> {
    let opened = fs::File::open(folder).await.map_err(at(folder))?;
    opened.sync_all().await.map_err(at(folder))
}

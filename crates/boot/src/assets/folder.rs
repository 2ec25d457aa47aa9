//! The folder of assets: `DATA/assets/<sha256>`, what is on its way in `arriving/`, what was found damaged in `damaged/`.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use tokio::fs;

use super::arrival::Arrival;
use super::error::{AssetError, at};
use crate::asset::AssetId;

/// What broke off and was not gone on with by then is taken off.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);
/// The database lies on the same disk: an asset must not take its last bytes.
const RESERVE_BYTES: u64 = 64 << 20;

/// The folder of assets; cheap to clone.
#[derive(Debug, Clone)]
pub struct Assets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    max_bytes: u64,
    arriving: Mutex<HashSet<AssetId>>,
}

/// How an asset was found when it was read through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Its bytes are what its name says.
    Whole,
    /// They are not: it was moved to `damaged/`, and is handed out no more.
    Damaged,
    /// It is not in the folder.
    Missing,
}

impl Assets {
    /// The assets in this folder; made where it is not there. None larger than `max_bytes` is taken.
    ///
    /// # Errors
    /// [`AssetError::Io`].
    pub fn open(folder: &Path, max_bytes: u64) -> Result<Self, AssetError> {
        for folder in [folder.to_owned(), folder.join("arriving"), folder.join("damaged")] {
            std::fs::create_dir_all(&folder).map_err(at(&folder))?;
        }
        Ok(Self(Arc::new(Inner { folder: folder.to_owned(), max_bytes, arriving: Mutex::default() })))
    }

    /// Where an asset lies, if it is there.
    #[must_use]
    pub fn path(&self, id: &AssetId) -> PathBuf {
        self.0.folder.join(id.to_string())
    }

    /// How large an asset is that is there.
    ///
    /// # Errors
    /// The disk's.
    pub async fn kept(&self, id: &AssetId) -> Result<Option<u64>, AssetError> {
        length(&self.path(id)).await
    }

    /// How much of an asset has arrived that is not there yet.
    ///
    /// # Errors
    /// The disk's.
    pub async fn received_bytes(&self, id: &AssetId) -> Result<u64, AssetError> {
        Ok(length(&self.arriving_path(id)).await?.unwrap_or(0))
    }

    /// Takes an asset in, from byte `offset` on, which must be where it stopped; 0 begins it anew. `None` where it is there
    /// already.
    ///
    /// # Errors
    /// It is arriving already, goes on elsewhere, is too large, or the disk has no room for it.
    pub async fn receive(
        &self,
        id: AssetId,
        size_bytes: Option<u64>,
        offset: u64,
    ) -> Result<Option<Arrival>, AssetError> {
        if self.kept(&id).await?.is_some() {
            // It counts as new: the sweep leaves it alone until it has its row.
            let path = self.path(&id);
            let touch =
                move || std::fs::File::options().append(true).open(&path)?.set_modified(SystemTime::now());
            tokio::task::spawn_blocking(touch)
                .await
                .map_err(io::Error::other)
                .flatten()
                .map_err(at(&self.path(&id)))?;
            return Ok(None);
        }
        let hold = self.hold(id)?;
        Arrival::open(self.clone(), hold, id, size_bytes, offset).await.map(Some)
    }

    /// Reads an asset through. One that is damaged is put aside.
    ///
    /// # Errors
    /// The disk's.
    pub async fn verify(&self, id: &AssetId) -> Result<Verdict, AssetError> {
        let path = self.path(id);
        let read = path.clone();
        let digest =
            tokio::task::spawn_blocking(move || digest_of(&read)).await.map_err(io::Error::other).flatten();
        let digest = match digest {
            Ok(hash) => AssetId::of_digest(hash.finalize().into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Verdict::Missing),
            Err(source) => return Err(AssetError::Io { path, source }),
        };
        if digest == *id {
            return Ok(Verdict::Whole);
        }
        let aside = self.damaged_path(id);
        fs::rename(&path, &aside).await.map_err(at(&aside))?;
        tracing::error!(asset = %id, actual = %digest, aside = %aside.display(), "an asset is damaged on the disk");
        Ok(Verdict::Damaged)
    }

    /// Takes an asset off the disk, and what was put aside of it. Twice is once.
    ///
    /// # Errors
    /// The disk's.
    pub async fn remove(&self, id: &AssetId) -> Result<(), AssetError> {
        let path = self.path(id);
        gone(fs::remove_file(&path).await).map_err(at(&path))?;
        self.forget_damaged(id).await
    }

    /// Takes off what was put aside of an asset.
    pub(super) async fn forget_damaged(&self, id: &AssetId) -> Result<(), AssetError> {
        let path = self.damaged_path(id);
        gone(fs::remove_file(&path).await).map_err(at(&path))
    }

    /// Takes off what broke off and was not gone on with within a day before `now`, and files of that age that are none of
    /// `known`; answers how many.
    ///
    /// # Errors
    /// The disk's.
    pub async fn sweep(&self, known: &HashSet<AssetId>, now: SystemTime) -> Result<usize, AssetError> {
        let mut removed = 0;
        for (folder, stays) in [("arriving", false), (".", true)] {
            let folder = self.0.folder.join(folder);
            let mut entries = fs::read_dir(&folder).await.map_err(at(&folder))?;
            while let Some(entry) = entries.next_entry().await.map_err(at(&folder))? {
                let (name, path) = (entry.file_name(), entry.path());
                let Some(id) = name.to_str().and_then(|name| name.parse::<AssetId>().ok()) else { continue };
                let changed = entry.metadata().await.and_then(|metadata| metadata.modified()).unwrap_or(now);
                let old = now.duration_since(changed).is_ok_and(|age| age > ABANDONED);
                if !old || (stays && known.contains(&id)) {
                    continue;
                }
                let Ok(_hold) = self.hold(id) else { continue };
                gone(fs::remove_file(&path).await).map_err(at(&path))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    pub(super) fn arriving_path(&self, id: &AssetId) -> PathBuf {
        self.0.folder.join("arriving").join(id.to_string())
    }

    fn damaged_path(&self, id: &AssetId) -> PathBuf {
        self.0.folder.join("damaged").join(id.to_string())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0.folder
    }

    pub(super) fn max_bytes(&self) -> u64 {
        self.0.max_bytes
    }

    /// Says so where `more_bytes` would not fit.
    pub(super) fn check_room(&self, id: AssetId, more_bytes: u64) -> Result<(), AssetError> {
        let stat =
            rustix::fs::statvfs(&self.0.folder).map_err(io::Error::from).map_err(at(&self.0.folder))?;
        let free_bytes = stat.f_bavail.saturating_mul(stat.f_frsize).saturating_sub(RESERVE_BYTES);
        if more_bytes <= free_bytes {
            return Ok(());
        }
        let needs = format!("needs {more_bytes} bytes more, and {free_bytes} are free for assets");
        Err(AssetError::Full { id, needs, folder: self.0.folder.clone() })
    }

    /// An asset is written by one at a time.
    pub(super) fn hold(&self, id: AssetId) -> Result<Hold, AssetError> {
        let mut arriving = self.0.arriving.lock().unwrap_or_else(PoisonError::into_inner);
        if arriving.insert(id) { Ok(Hold { assets: self.clone(), id }) } else { Err(AssetError::Busy(id)) }
    }
}

/// While it lives, nobody else writes this asset.
#[derive(Debug)]
pub(super) struct Hold {
    assets: Assets,
    id: AssetId,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.assets.0.arriving.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// The hash of a file so far.
pub(super) fn digest_of(path: &Path) -> io::Result<Sha256> {
    let mut hash = Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(hash),
            read => hash.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// A name is on the disk only when its folder is.
pub(super) async fn sync_folder(folder: &Path) -> Result<(), AssetError> {
    let opened = fs::File::open(folder).await.map_err(at(folder))?;
    opened.sync_all().await.map_err(at(folder))
}

pub(super) fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn length(path: &Path) -> Result<Option<u64>, AssetError> {
    match fs::metadata(path).await {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AssetError::Io { path: path.to_owned(), source }),
    }
}

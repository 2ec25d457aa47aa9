//! An asset on its way in: hashed as it arrives, kept where it breaks off, published at once when it is right.

use std::io;

use sha2::{Digest as _, Sha256};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt as _;

use super::error::{AssetError, at};
use super::folder::{Assets, Hold, digest_of, gone, sync_folder};
use crate::asset::AssetId;

/// Takes an asset's bytes. Dropped before [`Arrival::finish`] it leaves what has arrived, to go on from for a day.
#[derive(Debug)]
pub struct Arrival {
    assets: Assets,
    id: AssetId,
    size_bytes: Option<u64>,
    out: File,
    hash: Sha256,
    received_bytes: u64,
    unchecked_bytes: u64,
    _hold: Hold,
}

/// What was not announced, or what others write meanwhile, must leave the database its room, too.
const CHECK_EVERY_BYTES: u64 = 8 << 20;

impl Arrival {
    pub(super) async fn open(
        assets: Assets,
        hold: Hold,
        id: AssetId,
        size_bytes: Option<u64>,
        offset: u64,
    ) -> Result<Self, AssetError> {
        let path = assets.arriving_path(&id);
        let received_bytes = assets.received_bytes(&id).await?;
        if offset != 0 && offset != received_bytes {
            return Err(AssetError::Offset { id, offset, received_bytes });
        }
        let hash = if offset == 0 {
            Sha256::new()
        } else {
            // What lies on the disk is what counts, not what was once sent.
            let path = path.clone();
            tokio::task::spawn_blocking(move || digest_of(&path))
                .await
                .map_err(io::Error::other)
                .flatten()
                .map_err(at(&assets.arriving_path(&id)))?
        };
        let out = File::options().create(true).append(true).open(&path).await.map_err(at(&path))?;
        let mut arrival =
            Self { assets, id, size_bytes: None, out, hash, received_bytes, unchecked_bytes: 0, _hold: hold };
        if offset == 0 {
            arrival.restart().await?;
        }
        if let Some(size_bytes) = size_bytes {
            arrival.announce(size_bytes).await?;
        }
        Ok(arrival)
    }

    /// How much has arrived.
    #[must_use]
    pub const fn received_bytes(&self) -> u64 {
        self.received_bytes
    }

    /// How large the whole will be: refused at once where it can't be taken.
    ///
    /// # Errors
    /// It is too large, or the disk has no room: nothing is kept then.
    pub async fn announce(&mut self, size_bytes: u64) -> Result<(), AssetError> {
        if size_bytes == 0 {
            return Err(AssetError::Empty(self.id));
        }
        if size_bytes > self.assets.max_bytes() {
            return Err(AssetError::TooLarge { id: self.id, limit_bytes: self.assets.max_bytes() });
        }
        self.has_room(size_bytes.saturating_sub(self.received_bytes)).await?;
        self.size_bytes = Some(size_bytes);
        Ok(())
    }

    async fn has_room(&mut self, more_bytes: u64) -> Result<(), AssetError> {
        self.unchecked_bytes = 0;
        if let Err(error) = self.assets.check_room(self.id, more_bytes) {
            // The database lies on this disk, too: half an asset is not worth its next commit.
            self.take_off().await?;
            return Err(error);
        }
        Ok(())
    }

    /// Takes some bytes.
    ///
    /// # Errors
    /// There are too many, or the disk is full: nothing is kept then. Or the disk fails otherwise.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AssetError> {
        let received_bytes = self.received_bytes.saturating_add(bytes.len() as u64);
        if received_bytes > self.size_bytes.unwrap_or(u64::MAX).min(self.assets.max_bytes()) {
            self.take_off().await?;
            return Err(match self.size_bytes {
                Some(expected_bytes) => AssetError::Longer { id: self.id, expected_bytes },
                None => AssetError::TooLarge { id: self.id, limit_bytes: self.assets.max_bytes() },
            });
        }
        self.unchecked_bytes = self.unchecked_bytes.saturating_add(bytes.len() as u64);
        if self.unchecked_bytes > CHECK_EVERY_BYTES {
            self.has_room(bytes.len() as u64).await?;
        }
        self.hash.update(bytes);
        if let Err(error) = self.out.write_all(bytes).await {
            return Err(self.failed(error).await);
        }
        self.received_bytes = received_bytes;
        Ok(())
    }

    /// Begins anew: what came from elsewhere is not what goes on here.
    ///
    /// # Errors
    /// The disk's.
    pub async fn restart(&mut self) -> Result<(), AssetError> {
        let path = self.assets.arriving_path(&self.id);
        self.out.flush().await.map_err(at(&path))?;
        self.out.set_len(0).await.map_err(at(&path))?;
        (self.hash, self.received_bytes, self.size_bytes) = (Sha256::new(), 0, None);
        Ok(())
    }

    /// All has arrived: publishes the asset if it is the one that was promised; answers its size.
    ///
    /// # Errors
    /// It is another one: nothing is kept. It is not all of it: what arrived stays. Or the disk fails.
    pub async fn finish(mut self) -> Result<u64, AssetError> {
        let (id, received_bytes) = (self.id, self.received_bytes);
        if let Err(error) = self.out.flush().await {
            return Err(self.failed(error).await);
        }
        if let Some(expected_bytes) = self.size_bytes.filter(|expected| *expected != received_bytes) {
            return Err(AssetError::Shorter { id, received_bytes, expected_bytes });
        }
        if received_bytes == 0 {
            return Err(AssetError::Empty(id));
        }
        let actual = AssetId::of_digest(std::mem::take(&mut self.hash).finalize().into());
        if actual != id {
            self.take_off().await?;
            return Err(AssetError::Hash { expected: id, actual });
        }
        if let Err(error) = self.out.sync_all().await {
            return Err(self.failed(error).await);
        }
        let place = self.assets.path(&id);
        fs::rename(self.assets.arriving_path(&id), &place).await.map_err(at(&place))?;
        sync_folder(self.assets.folder()).await?;
        self.assets.forget_damaged(&id).await?;
        Ok(received_bytes)
    }

    /// Takes off what has arrived.
    ///
    /// # Errors
    /// The disk's.
    pub async fn take_off(&mut self) -> Result<(), AssetError> {
        let path = self.assets.arriving_path(&self.id);
        gone(fs::remove_file(&path).await).map_err(at(&path))
    }

    async fn failed(&mut self, error: io::Error) -> AssetError {
        let path = self.assets.arriving_path(&self.id);
        if !matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return AssetError::Io { path, source: error };
        }
        if let Err(error) = self.take_off().await {
            return error;
        }
        let needs = format!("broke off after {} bytes", self.received_bytes);
        AssetError::Full { id: self.id, needs, folder: self.assets.folder().to_owned() }
    }
}

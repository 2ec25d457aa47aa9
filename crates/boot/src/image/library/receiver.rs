//! A file on its way in: hashed as it arrives, never larger than was said.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

use super::{LibraryError, at, sync_folder};
use crate::image::manifest::{FileFacts, ImageFile};
use crate::site::ImageId;

/// Two uploads of one file at a time do not write into each other.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Takes a file's bytes. Dropped before [`Receiver::finish`] it leaves nothing behind.
#[derive(Debug)]
pub struct Receiver {
    id: ImageId,
    file: ImageFile,
    expected: FileFacts,
    folder: PathBuf,
    path: PathBuf,
    out: File,
    hash: Sha256,
    received_bytes: u64,
}

impl Receiver {
    pub(super) async fn open(
        id: ImageId,
        file: ImageFile,
        expected: FileFacts,
        folder: PathBuf,
    ) -> Result<Self, LibraryError> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{file}.{}-{number}.part", std::process::id()));
        let out = File::create(&path).await.map_err(at(&path))?;
        Ok(Self { id, file, expected, folder, path, out, hash: Sha256::new(), received_bytes: 0 })
    }

    /// Takes some bytes.
    ///
    /// # Errors
    /// There are more than the manifest says, or the disk fails.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), LibraryError> {
        self.received_bytes += bytes.len() as u64;
        if self.received_bytes > self.expected.size_bytes {
            return Err(self.wrong_size());
        }
        self.hash.update(bytes);
        self.out.write_all(bytes).await.map_err(at(&self.path))
    }

    /// All has arrived: puts the file in its place among those that arrived, if it is the one that was promised.
    ///
    /// # Errors
    /// It is another one, or the disk fails.
    pub async fn finish(mut self) -> Result<(), LibraryError> {
        if self.received_bytes != self.expected.size_bytes {
            return Err(self.wrong_size());
        }
        let actual = hex::encode(std::mem::take(&mut self.hash).finalize());
        if actual != self.expected.sha256.to_ascii_lowercase() {
            let (id, expected) = (self.id.clone(), self.expected.sha256.clone());
            return Err(LibraryError::Hash { id, file: self.file, expected, actual });
        }
        self.out.flush().await.map_err(at(&self.path))?;
        self.out.sync_all().await.map_err(at(&self.path))?;
        let place = self.folder.join(self.file.as_str());
        fs::rename(&self.path, &place).await.map_err(at(&place))?;
        sync_folder(&self.folder).await
    }

    fn wrong_size(&self) -> LibraryError {
        let expected_bytes = self.expected.size_bytes;
        LibraryError::Size { id: self.id.clone(), file: self.file, expected_bytes }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // After `finish` it has another name, and there is nothing to take off.
        std::fs::remove_file(&self.path).ok();
    }
}

//! Sending a file: what breaks off goes on where it stopped, also in a later run.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use boot::AssetId;
use boot::assets::{AssetKind, AssetName};
use sha2::{Digest as _, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::byte_bar;
use crate::api::v1::assets::Arrived;
use crate::cli::client::Client;

/// How often in a row a broken connection is gone on from.
const TRIES: u32 = 5;

/// A part of a file.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) path: PathBuf,
    pub(super) start: u64,
    pub(super) size_bytes: u64,
}

impl Section {
    /// All of a file.
    pub(super) async fn whole(path: &Path) -> anyhow::Result<Self> {
        let metadata =
            tokio::fs::metadata(path).await.with_context(|| format!("can't read {}", path.display()))?;
        anyhow::ensure!(metadata.is_file(), "{} is no file", path.display());
        Ok(Self { path: path.to_owned(), start: 0, size_bytes: metadata.len() })
    }

    async fn open(&self, offset: u64) -> anyhow::Result<tokio::io::Take<File>> {
        let unreadable = || format!("can't read {}", self.path.display());
        let mut file = File::open(&self.path).await.with_context(unreadable)?;
        file.seek(SeekFrom::Start(self.start + offset)).await.with_context(unreadable)?;
        Ok(file.take(self.size_bytes.saturating_sub(offset)))
    }

    /// What it is.
    pub(super) async fn id(&self) -> anyhow::Result<AssetId> {
        let mut file = self.open(0).await?;
        let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
        loop {
            match file
                .read(&mut buffer)
                .await
                .with_context(|| format!("can't read {}", self.path.display()))?
            {
                0 => return Ok(AssetId::of_digest(hash.finalize().into())),
                read => hash.update(buffer.get(..read).unwrap_or_default()),
            }
        }
    }

    /// Its bytes, of which there are few.
    pub(super) async fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.open(0).await?.read_to_end(&mut bytes).await;
        read.with_context(|| format!("can't read {}", self.path.display()))?;
        Ok(bytes)
    }
}

/// Uploads a file of this machine as this asset.
pub(in crate::cli) async fn send_file(
    path: &Path,
    id: AssetId,
    name: &AssetName,
    kind: AssetKind,
    client: &Client,
) -> anyhow::Result<()> {
    send(&Section::whole(path).await?, id, name, kind, client).await
}

/// Uploads a part of a file as this asset. What the server has already is not sent.
pub(super) async fn send(
    section: &Section,
    id: AssetId,
    name: &AssetName,
    kind: AssetKind,
    client: &Client,
) -> anyhow::Result<()> {
    let bar = byte_bar(name.as_str());
    bar.set_length(section.size_bytes);
    let (mut failures, mut before) = (0, 0);
    let ended = loop {
        let arrived: Arrived = client.get(&format!("/api/v1/assets/{id}/arrival")).await?;
        // Of what is there, or arrived of another size, nothing is gone on from.
        let offset = match arrived {
            Arrived { kept: true, .. } => section.size_bytes,
            Arrived { received_bytes, .. } if received_bytes <= section.size_bytes => received_bytes,
            Arrived { .. } => 0,
        };
        let path = format!(
            "/api/v1/assets/{id}?name={}&kind={kind}&size_bytes={}&offset={}",
            crate::links::escape(name.as_str()),
            section.size_bytes,
            if arrived.kept { 0 } else { offset },
        );
        bar.set_position(offset);
        let rest = section.open(offset).await?;
        let body = reqwest::Body::wrap_stream(ReaderStream::new(bar.wrap_async_read(rest)));
        match client.put::<()>(&path, body).await {
            Ok(()) => break Ok(()),
            Err(error) if error.downcast_ref::<reqwest::Error>().is_none() => break Err(error),
            Err(error) => {
                failures = if offset > before { 1 } else { failures + 1 };
                before = offset;
                if failures >= TRIES {
                    break Err(
                        error.context("the upload broke off; the same command goes on where it stopped")
                    );
                }
                tokio::time::sleep(Duration::from_secs(1 << failures)).await;
            }
        }
    };
    bar.finish_and_clear();
    ended
}

//! Writing a bundle.

use std::path::Path;

use anyhow::{Context as _, ensure};
use boot::AssetId;
use sha2::{Digest as _, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::{MANIFEST, Manifest, Packed};
use crate::cli::asset::byte_bar;
use crate::cli::client::Client;

const BLOCK_BYTES: u64 = 512;

pub(super) async fn write(path: &Path, manifest: &Manifest, client: &Client) -> anyhow::Result<()> {
    let unwritable = || format!("can't write {}", path.display());
    let mut out = File::create(path).await.with_context(unwritable)?;
    let text = serde_json::to_vec_pretty(manifest)?;
    out.write_all(&header(MANIFEST, text.len() as u64)?).await.with_context(unwritable)?;
    out.write_all(&text).await.with_context(unwritable)?;
    out.write_all(&padding(text.len() as u64)).await.with_context(unwritable)?;
    for asset in &manifest.assets {
        out.write_all(&header(&format!("assets/{}", asset.id), asset.size_bytes)?)
            .await
            .with_context(unwritable)?;
        copy(asset, &mut out, client).await.with_context(|| format!("{} ({})", asset.name, asset.id))?;
        out.write_all(&padding(asset.size_bytes)).await.with_context(unwritable)?;
    }
    // An archive ends with two empty blocks.
    out.write_all(&[0; 1024]).await.with_context(unwritable)?;
    out.flush().await.with_context(unwritable)?;
    out.sync_all().await.with_context(unwritable)
}

/// What is damaged on the server must not be carried elsewhere.
async fn copy(asset: &Packed, out: &mut File, client: &Client) -> anyhow::Result<()> {
    let bar = byte_bar(asset.name.as_str());
    bar.set_length(asset.size_bytes);
    let mut response = client.get_file(&format!("/api/v1/assets/{}/content", asset.id)).await?;
    let (mut hash, mut written_bytes) = (Sha256::new(), 0_u64);
    while let Some(chunk) = response.chunk().await.context("the server's answer broke off")? {
        written_bytes += chunk.len() as u64;
        ensure!(written_bytes <= asset.size_bytes, "it is longer on the server's disk than it should be");
        hash.update(&chunk);
        out.write_all(&chunk).await.context("can't write the bundle")?;
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    let actual = AssetId::of_digest(hash.finalize().into());
    ensure!(actual == asset.id, "it is damaged on the server's disk: see muster asset verify");
    Ok(())
}

fn header(name: &str, size_bytes: u64) -> anyhow::Result<[u8; 512]> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name)?;
    header.set_size(size_bytes);
    header.set_mode(0o644);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    Ok(*header.as_bytes())
}

fn padding(size_bytes: u64) -> Vec<u8> {
    let over = size_bytes % BLOCK_BYTES;
    vec![0; usize::try_from((BLOCK_BYTES - over) % BLOCK_BYTES).unwrap_or(0)]
}

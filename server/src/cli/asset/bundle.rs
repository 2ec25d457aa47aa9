//! One file with assets in it, for a place without a network: a tar archive of `manifest.json` and then, in its order,
//! `assets/<sha256>`. `tar` can look into it; every hash is checked on both ways.

mod read;
mod write;

use std::path::Path;

use anyhow::{Context as _, bail};
use boot::AssetId;
use boot::assets::{AssetKind, AssetName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{find, upload};
use crate::cli::client::Client;
use crate::cli::output::Format;
use crate::format;

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";

/// What a bundle holds.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    muster_version: String,
    assets: Vec<Packed>,
}

/// One asset of a bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Packed {
    id: AssetId,
    name: AssetName,
    kind: AssetKind,
    size_bytes: u64,
    /// The iPXE binaries that it is handed out as.
    #[serde(default)]
    binaries: Vec<AssetName>,
}

pub(super) async fn export(
    file: &Path,
    wanted: &[String],
    client: &Client,
    output: Format,
) -> anyhow::Result<()> {
    let assets = find(wanted, client).await?.into_iter().map(|listed| Packed {
        id: listed.asset.id,
        name: listed.asset.name,
        kind: listed.asset.kind,
        size_bytes: listed.asset.size_bytes,
        binaries: listed.binaries,
    });
    let assets: Vec<Packed> = assets.collect();
    if assets.is_empty() {
        bail!("the server keeps no assets");
    }
    let manifest = Manifest { format: FORMAT, muster_version: env!("CARGO_PKG_VERSION").to_owned(), assets };
    let part = file.with_added_extension("part");
    if let Err(error) = write::write(&part, &manifest, client).await {
        tokio::fs::remove_file(&part).await.ok();
        return Err(error);
    }
    tokio::fs::rename(&part, file).await.with_context(|| format!("can't write {}", file.display()))?;
    let (count, bytes) = (manifest.assets.len(), manifest.assets.iter().map(|asset| asset.size_bytes).sum());
    output.print(&manifest, |_| format!("{}: {count} assets, {}", file.display(), format::bytes(bytes)))
}

pub(super) async fn import(file: &Path, client: &Client, output: Format) -> anyhow::Result<()> {
    let (manifest, sections) = read::open(file).await?;
    let mut images = Vec::new();
    for (asset, section) in manifest.assets.iter().zip(sections) {
        let broken = || format!("{} of {} is not taken", asset.name, file.display());
        if asset.kind == AssetKind::Image {
            // Its files first.
            images.push((asset, section.bytes().await.with_context(broken)?));
            continue;
        }
        // A binary that was replaced must not take its name back.
        let spare = asset.kind == AssetKind::Ipxe && asset.binaries.is_empty();
        let kind = if spare { AssetKind::Other } else { asset.kind };
        let names = if asset.kind == AssetKind::Ipxe && !spare {
            asset.binaries.as_slice()
        } else {
            std::slice::from_ref(&asset.name)
        };
        for name in names {
            upload::send(&section, asset.id, name, kind, client).await.with_context(broken)?;
        }
    }
    for (asset, document) in images {
        let broken = || format!("image {} of {} is not taken", asset.id, file.display());
        let _: Value = client.post_bytes("/api/v1/images", document.into()).await.with_context(broken)?;
    }
    let count = manifest.assets.len();
    output.print(&json!({ "assets": manifest.assets }), |_| format!("{count} assets are on the server"))
}

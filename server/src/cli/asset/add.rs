//! `muster asset add`.

use std::path::Path;

use anyhow::{Context as _, bail};
use boot::AssetId;
use boot::assets::{AssetKind, AssetName};
use serde_json::json;

use super::upload::{Section, send};
use super::{Add, byte_bar};
use crate::api::v1::assets::Begin;
use crate::cli::client::Client;
use crate::cli::output::Format;
use crate::downloads::{Download, State};

pub(super) async fn run(args: Add, client: &Client, output: Format) -> anyhow::Result<()> {
    let sha256: Option<AssetId> = match &args.sha256 {
        Some(text) => Some(text.trim().to_ascii_lowercase().parse().context("--sha256")?),
        None => None,
    };
    let id = if args.source.contains("://") {
        let Some(asset) = sha256 else {
            bail!("what must {} be? Give its SHA-256 with --sha256", args.source);
        };
        let Add { source, name, kind, mirror, .. } = args;
        let (allow_local, authorities) = (mirror.allow_local, mirror.authorities()?);
        fetch(&Begin { url: source, asset, name, kind, allow_local, authorities }, client).await?;
        asset
    } else {
        if args.mirror.ca.is_some() {
            bail!("--ca is for a mirror: {} is a file of this machine, and is uploaded", args.source);
        }
        upload(&args, sha256, client).await?
    };
    output.print(&json!({ "asset": id }), |_| format!("asset {id} is on the server"))
}

async fn upload(args: &Add, sha256: Option<AssetId>, client: &Client) -> anyhow::Result<AssetId> {
    let path = Path::new(&args.source);
    let section = Section::whole(path).await?;
    let actual = section.id().await?;
    if let Some(expected) = sha256.filter(|expected| *expected != actual) {
        bail!("{} is not {expected}: its SHA-256 is {actual}", path.display());
    }
    let name: AssetName = match &args.name {
        Some(name) => name.clone(),
        None => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.parse().context("give it a name with --name")?
        }
    };
    let kind = args.kind.unwrap_or_else(|| AssetKind::guess(&name));
    send(&section, actual, &name, kind, client).await?;
    Ok(actual)
}

/// Lets the server fetch, and shows how far it is until it has ended.
pub(super) async fn fetch(begin: &Begin, client: &Client) -> anyhow::Result<()> {
    let mut download: Download = client.post("/api/v1/assets/downloads", begin).await?;
    let shown = begin.name.as_ref().map_or_else(|| begin.asset.to_string(), ToString::to_string);
    let bar = byte_bar(&shown);
    let ended = loop {
        let progress = download.progress;
        if let Some(total_bytes) = progress.total_bytes {
            bar.set_length(total_bytes);
        }
        bar.set_position(progress.received_bytes);
        if progress.failures > 0 {
            bar.set_message(format!("{shown}, {} attempts failed", progress.failures));
        }
        match download.state {
            State::Done => break Ok(()),
            State::Failed { error } => break Err(anyhow::anyhow!(error)),
            State::Running => {}
        }
        let path = format!("/api/v1/assets/downloads/{}?wait_secs=1", begin.asset);
        download = client.get(&path).await.context(
            "how far the download is can't be told; the same command joins it, or goes on where it stopped",
        )?;
    };
    bar.finish_and_clear();
    ended
}

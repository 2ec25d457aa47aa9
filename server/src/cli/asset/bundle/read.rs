//! Reading a bundle: what is where in it, before anything is sent. All of it may be hostile.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::{FORMAT, MANIFEST, Manifest};
use crate::cli::asset::upload::Section;

/// A manifest has some 300 bytes for each asset.
const MANIFEST_BYTES: u64 = 4 << 20;

/// The manifest, and where the assets lie that it names, in its order.
pub(super) async fn open(path: &Path) -> anyhow::Result<(Manifest, Vec<Section>)> {
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read(&owned)).await?;
    read.with_context(|| format!("{} is no bundle that can be used", path.display()))
}

fn read(path: &Path) -> anyhow::Result<(Manifest, Vec<Section>)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let (name, size_bytes) = entry(&mut file)?;
    ensure!(name == MANIFEST, "it begins with {name:?}, not with {MANIFEST}");
    ensure!(size_bytes <= MANIFEST_BYTES, "its {MANIFEST} has {size_bytes} bytes");
    let mut text = Vec::new();
    (&mut file).take(size_bytes).read_to_end(&mut text)?;
    let manifest: Manifest = serde_json::from_slice(&text).context(MANIFEST)?;
    ensure!(
        manifest.format == FORMAT,
        "its format {} is not {FORMAT}, the one that this Muster reads",
        manifest.format
    );
    let mut end = file.stream_position()?;
    let mut sections = Vec::new();
    for asset in &manifest.assets {
        file.seek(SeekFrom::Start(end.next_multiple_of(512)))?;
        let (name, size_bytes) = entry(&mut file)?;
        ensure!(
            name == format!("assets/{}", asset.id) && size_bytes == asset.size_bytes,
            "after {MANIFEST} it has {name:?} with {size_bytes} bytes where asset {} with {} bytes should be",
            asset.id,
            asset.size_bytes
        );
        let start = file.stream_position()?;
        end = start.checked_add(size_bytes).filter(|end| *end <= length).with_context(|| {
            format!("it is cut off in {name}: it has {length} bytes, and was longer when it was written")
        })?;
        sections.push(Section { path: path.to_owned(), start, size_bytes });
    }
    Ok((manifest, sections))
}

/// The name and size of the entry whose header stands here.
fn entry(file: &mut File) -> anyhow::Result<(String, u64)> {
    let mut block = [0; 512];
    file.read_exact(&mut block).context("it is cut off, or no tar archive")?;
    let header = tar::Header::from_byte_slice(&block);
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    ensure!(header.cksum().ok() == Some(sum), "it is no tar archive, or damaged");
    if header.entry_type() != tar::EntryType::Regular {
        bail!("it holds something else than files");
    }
    let name = String::from_utf8_lossy(&header.path_bytes()).chars().filter(|c| !c.is_control()).collect();
    Ok((name, header.entry_size()?))
}

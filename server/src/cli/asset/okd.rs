//! `muster asset okd`: the boot image of a release, by the release's own stream metadata.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use boot::assets::Authority;
use boot::assets::coreos::{BootImage, Pair, Release, Weight, resolve, warnings};
use serde::Serialize;

use super::{Okd, add};
use crate::api::v1::assets::Begin;
use crate::cli::client::Client;
use crate::cli::output::{Format, table};

/// A stream document has some 100 KiB.
const MAX_BYTES: usize = 8 << 20;

/// A boot image, and what is known of it together with the release.
#[derive(Debug, Serialize)]
struct Found {
    release: Option<String>,
    #[serde(flatten)]
    image: BootImage,
    known: Vec<Pair>,
}

pub(super) async fn run(args: Okd, client: &Client, output: Format) -> anyhow::Result<()> {
    let authorities = args.mirror.authorities()?;
    let (document, said) = match (&args.stream, &args.installer) {
        (_, Some(installer)) => ask_installer(installer).await?,
        (Some(stream), None) if stream.contains("://") => (fetch(stream, &authorities).await?, None),
        (Some(path), None) => {
            let read = tokio::fs::read(path).await;
            (read.with_context(|| format!("can't read {path}"))?, None)
        }
        (None, None) => bail!("name the stream metadata with --stream, or the installer with --installer"),
    };
    let release = args.release.clone().or(said);
    let mut found = Vec::new();
    for arch in &args.arch {
        let image = resolve(&document, *arch)?;
        let known = warnings(release.as_ref(), &image);
        found.push(Found { release: release.as_ref().map(ToString::to_string), image, known });
    }
    say(&found);
    let refused = found.iter().flat_map(|found| &found.known).any(|pair| pair.weight == Weight::Refuse);
    if refused && !args.force {
        bail!("this release does not work with this boot image; --force takes it all the same");
    }
    if !args.dry_run {
        for (kind, file) in found.iter().flat_map(|found| found.image.files()) {
            let (url, name) = (file.url.clone(), Some(file.name.clone()));
            let (allow_local, authorities) = (args.mirror.allow_local, authorities.clone());
            let begin = Begin { url, asset: file.sha256, name, kind: Some(kind), allow_local, authorities };
            add::fetch(&begin, client).await.with_context(|| file.url.clone())?;
        }
    }
    output.print(&found, |found| {
        let rows = found.iter().flat_map(|found| {
            found
                .image
                .files()
                .map(|(kind, file)| [found.image.to_string(), kind.to_string(), file.sha256.to_string()])
        });
        let mut text = table(["boot image", "kind", "asset"], rows);
        for BootImage { build, arch, kernel, initramfs, rootfs, .. } in found.iter().map(|found| &found.image) {
            text.push_str(&format!(
                "\nto discover machines by it: muster image use --coreos --arch {} --build {build} --kernel {} --initramfs {} --rootfs {}",
                arch.name(), kernel.sha256, initramfs.sha256, rootfs.sha256
            ));
        }
        text
    })
}

fn say(found: &[Found]) {
    for Found { release, image, known } in found {
        let release = release.as_deref().map_or_else(String::new, |release| format!("OKD {release} with "));
        for pair in known {
            let weight = match pair.weight {
                Weight::Refuse => "does not work",
                Weight::Warn => "note",
            };
            eprintln!("{weight}: {release}{image}: {} ({})", pair.reason, pair.source);
        }
    }
    if found.iter().any(|found| found.release.is_none()) {
        eprintln!("note: without --release it is not known whether the boot image fits the release");
    }
}

/// Runs the installer on this machine: it carries its release's own stream metadata.
async fn ask_installer(installer: &Path) -> anyhow::Result<(Vec<u8>, Option<Release>)> {
    let document = output(installer, &["coreos", "print-stream-json"]).await?;
    let version = output(installer, &["version"]).await?;
    // `openshift-install 4.19.0-okd-scos.9`, and lines on its commit and image.
    let version = String::from_utf8_lossy(&version);
    let release = version.lines().find_map(|line| line.split_whitespace().nth(1)?.parse().ok());
    Ok((document, release))
}

async fn output(program: &Path, args: &[&str]) -> anyhow::Result<Vec<u8>> {
    let shown = format!("{} {}", program.display(), args.join(" "));
    let mut command = std::process::Command::new(program);
    command.args(args).stdin(std::process::Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let output = output.with_context(|| format!("can't run {shown}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or("it says nothing");
        bail!("{shown} failed ({}): {last}", output.status);
    }
    Ok(output.stdout)
}

/// Fetches stream metadata to this machine: what it names is pinned by hash, and it is the operator who names it.
async fn fetch(url: &str, authorities: &[Authority]) -> anyhow::Result<Vec<u8>> {
    let authorities: Result<Vec<_>, _> = authorities.iter().map(Authority::certificate).collect();
    let http = reqwest::Client::builder()
        .tls_certs_merge(authorities?)
        .redirect(reqwest::redirect::Policy::limited(5))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(30))
        .build()
        .context("can't make an HTTP client")?;
    let unreadable = || format!("can't read {url}");
    let response = http.get(url).send().await.with_context(unreadable)?;
    let mut response = response.error_for_status().with_context(unreadable)?;
    let mut document = Vec::new();
    while let Some(chunk) = response.chunk().await.with_context(unreadable)? {
        document.extend_from_slice(&chunk);
        anyhow::ensure!(
            document.len() <= MAX_BYTES,
            "{url} has more than {MAX_BYTES} bytes: is it stream metadata?"
        );
    }
    Ok(document)
}

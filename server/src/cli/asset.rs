//! `muster asset`: the files that machines boot.

mod add;
mod bundle;
mod okd;
mod upload;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use boot::assets::rows::Asset;
use boot::assets::{AssetKind, AssetName, Authority, LINGERS, Verdict};
use boot::{Arch, AssetId};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::client::Client;
use super::output::{Format, print_text, table};
use crate::api::v1::assets::{Listed, Verified, Wanted};
use crate::format;

pub(super) use upload::send_file;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Take a file in: from a URL the server fetches it, a file of this machine is uploaded
    Add(Add),
    /// Take in the boot image of an OKD release, as the release's own stream metadata names it
    Okd(Okd),
    /// List the assets that the server keeps
    List,
    /// Read assets through: is each what its name says?
    Verify {
        /// Name, or beginning of the SHA-256 [default: all]
        assets: Vec<String>,
    },
    /// Remove what no boot profile refers to, nor did within the last half hour
    Prune {
        /// Only show what would go
        #[arg(long)]
        dry_run: bool,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Stop handing an asset out as this iPXE binary; machines that are booting now still get it
    Withdraw {
        /// Such as snponly.efi
        name: AssetName,
    },
    /// Write assets into one file, for a place without a network
    Export {
        /// The file (tar)
        file: PathBuf,
        /// Name, or beginning of the SHA-256 [default: all]
        assets: Vec<String>,
    },
    /// Take in what `export` wrote
    Import {
        /// The file
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// http://…, https://…, or a file of this machine
    #[arg(value_name = "URL|FILE")]
    source: String,
    /// What it must be: needed for a URL, computed for a file
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,
    /// What it is called [default: the last part of its URL or path]
    #[arg(long)]
    name: Option<AssetName>,
    /// ipxe, kernel, initramfs, rootfs, iso or other [default: by its name]
    #[arg(long)]
    kind: Option<AssetKind>,
    #[command(flatten)]
    mirror: Mirror,
}

/// From where the server fetches.
#[derive(Debug, Args)]
struct Mirror {
    /// The server may fetch from itself and from link-local addresses
    #[arg(long)]
    allow_local: bool,
    /// The certificate of the mirror's own authority (PEM), believed beside those that the server's machine knows
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Okd {
    /// Stream metadata: a file, or a URL
    #[arg(
        long,
        value_name = "FILE|URL",
        required_unless_present = "installer",
        conflicts_with = "installer"
    )]
    stream: Option<String>,
    /// The release's openshift-install, which is asked for its stream metadata on this machine
    #[arg(long, value_name = "PATH")]
    installer: Option<PathBuf>,
    /// The release, such as 4.19.0-okd-scos.9 [default: what the installer says]
    #[arg(long, value_name = "VERSION")]
    release: Option<boot::assets::coreos::Release>,
    /// For which processors
    #[arg(long, value_name = "ARCH", value_delimiter = ',', default_value = "x86_64", value_parser = Arch::with_system)]
    arch: Vec<Arch>,
    /// Go on although the pair of release and boot image is known not to work
    #[arg(long)]
    force: bool,
    /// Only show what would be fetched, and what is known of it
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    mirror: Mirror,
}

impl Mirror {
    fn authorities(&self) -> anyhow::Result<Vec<Authority>> {
        let Some(path) = &self.ca else { return Ok(Vec::new()) };
        let pem = std::fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
        Authority::read_pem(&pem).with_context(|| format!("--ca {}", path.display()))
    }
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::Add(args) => add::run(args, client, output).await,
        Command::Okd(args) => okd::run(args, client, output).await,
        Command::List => {
            let listed: Vec<Listed> = client.get("/api/v1/assets").await?;
            output.print(&listed, |listed| list(listed))
        }
        Command::Verify { assets } => verify(&assets, client, output).await,
        Command::Prune { dry_run, yes } => prune(dry_run, yes, client, output).await,
        Command::Withdraw { name } => {
            let () = client.delete(&format!("/api/v1/ipxe/{name}")).await?;
            output.print(&(), |()| {
                let minutes = LINGERS.as_secs() / 60;
                format!("no asset is handed out as {name} any more; boots under way may get it for {minutes} minutes yet")
            })
        }
        Command::Export { file, assets } => bundle::export(&file, &assets, client, output).await,
        Command::Import { file } => bundle::import(&file, client, output).await,
    }
}

fn list(listed: &[Listed]) -> String {
    let rows = listed.iter().map(|Listed { asset, in_use, lingers_until, binaries }| {
        let names: Vec<&str> =
            binaries.iter().map(AssetName::as_str).filter(|name| *name != asset.name.as_str()).collect();
        let also = if names.is_empty() { String::new() } else { format!(" (also {})", names.join(", ")) };
        [
            short(&asset.id),
            asset.kind.to_string(),
            format!("{}{also}", asset.name),
            format::bytes(asset.size_bytes),
            match lingers_until {
                _ if *in_use => "in use".to_owned(),
                Some(until) => format!("until {}", format::moment(*until)),
                None => String::new(),
            },
            asset.source.clone(),
        ]
    });
    table(["asset", "kind", "name", "size", "", "source"], rows)
}

async fn verify(wanted: &[String], client: &Client, output: Format) -> anyhow::Result<()> {
    let assets = find(wanted, client).await?;
    let bar = ProgressBar::new(assets.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} {bar:30} {msg}") {
        bar.set_style(style);
    }
    let mut found = Vec::new();
    for Listed { asset, .. } in &assets {
        bar.set_message(asset.name.to_string());
        let verified: Verified = client.post(&format!("/api/v1/assets/{}/verify", asset.id), &()).await?;
        found.push(verified);
        bar.inc(1);
    }
    bar.finish_and_clear();
    output.print(&found, |found| {
        let words = |verdict| match verdict {
            Verdict::Whole => "whole",
            Verdict::Damaged => "damaged: add it again",
            Verdict::Missing => "missing: add it again",
        };
        let rows = found.iter().zip(&assets).map(|(found, Listed { asset, .. })| {
            [short(&asset.id), asset.name.to_string(), words(found.verdict).to_owned()]
        });
        table(["asset", "name", ""], rows)
    })?;
    let bad = found.iter().filter(|found| found.verdict != Verdict::Whole).count();
    if bad > 0 {
        bail!("{bad} of {} assets are not what they should be", found.len());
    }
    Ok(())
}

async fn prune(dry_run: bool, yes: bool, client: &Client, output: Format) -> anyhow::Result<()> {
    let unused: Vec<Asset> = client.get("/api/v1/assets/unused").await?;
    let bytes = unused.iter().map(|asset| asset.size_bytes).sum();
    if dry_run || unused.is_empty() {
        return output.print(&unused, |unused| match unused.as_slice() {
            [] => "everything is in use".to_owned(),
            unused => format!("{}\n{} would go", shown(unused), format::bytes(bytes)),
        });
    }
    if !yes {
        print_text(&shown(&unused));
        let answer = super::ask(&format!("remove these {}, {}? [y/N] ", unused.len(), format::bytes(bytes)))?;
        if !matches!(answer.as_str(), "y" | "Y" | "yes") {
            bail!("nothing was removed");
        }
    }
    let wanted = Wanted { assets: unused.iter().map(|asset| asset.id).collect() };
    let gone: Wanted = client.post("/api/v1/assets/prune", &wanted).await?;
    output.print(&gone, |gone| match unused.len() - gone.assets.len().min(unused.len()) {
        0 => format!("{} assets are gone, {}", gone.assets.len(), format::bytes(bytes)),
        stayed => format!("{} assets are gone; {stayed} are in use by now", gone.assets.len()),
    })
}

fn shown(assets: &[Asset]) -> String {
    let rows = assets.iter().map(|asset| {
        [short(&asset.id), asset.kind.to_string(), asset.name.to_string(), format::bytes(asset.size_bytes)]
    });
    table(["asset", "kind", "name", "size"], rows)
}

/// The assets that are meant by these names or beginnings; all of them where nothing is said.
async fn find(wanted: &[String], client: &Client) -> anyhow::Result<Vec<Listed>> {
    let mut all: Vec<Listed> = client.get("/api/v1/assets").await?;
    if wanted.is_empty() {
        return Ok(all);
    }
    let is = |listed: &Listed, wanted: &str| {
        let named = listed.asset.name.as_str() == wanted
            || listed.binaries.iter().any(|name| name.as_str() == wanted);
        named || (wanted.len() >= 6 && listed.asset.id.to_string().starts_with(wanted))
    };
    for wanted in wanted {
        all.iter().find(|listed| is(listed, wanted)).with_context(|| {
            format!("there is no asset {wanted:?}: give its name, or at least 6 digits of its SHA-256")
        })?;
    }
    all.retain(|listed| wanted.iter().any(|wanted| is(listed, wanted)));
    Ok(all)
}

fn short(id: &AssetId) -> String {
    id.to_string().chars().take(12).collect()
}

/// A bar for bytes.
fn byte_bar(name: &str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}") {
        bar.set_style(style);
    }
    bar.set_message(name.to_owned());
    bar
}

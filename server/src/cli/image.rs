//! `muster image`: the discovery image, and what unknown machines boot.

use std::path::PathBuf;

use super::asset::send_file;
use super::client::Client;
use super::output::{Format, or_dash, print_text, table};
use crate::api::v1::images::{Choice, Chosen, Named};
use crate::format;
use anyhow::{Context as _, bail};
use boot::SshPublicKey;
use boot::assets::AssetKind;
use boot::image::{BuildOptions, ImageFile, Manifest, build as build_image};
use boot::site::Stream;
use clap::{Args, Subcommand};
use inventory::{Clock as _, SystemClock};
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the discovery image from a kernel, its modules, busybox and the agent
    Build(Build),
    /// Hand an image to the server, and let unknown machines boot it
    Use(Use),
    /// List the images that the server keeps
    List,
}

#[derive(Debug, Args)]
pub(super) struct Build {
    /// A bzImage, such as /boot/vmlinuz-6.1.0-42-amd64
    #[arg(long, value_name = "FILE")]
    kernel: PathBuf,
    /// That kernel's modules, such as /lib/modules/6.1.0-42-amd64
    #[arg(long, value_name = "DIR")]
    modules: PathBuf,
    /// A static busybox
    #[arg(long, value_name = "FILE", default_value = "/bin/busybox")]
    busybox: PathBuf,
    /// The static agent
    #[arg(long, value_name = "FILE")]
    agent: PathBuf,
    /// Where to write the image
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// OpenSSH public key for machines that boot it [default: the server's, when its data folder is here]
    #[arg(long, value_name = "FILE")]
    ssh_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Use {
    /// The folder that `muster image build` wrote
    #[arg(value_name = "DIR", required_unless_present = "centos", conflicts_with = "centos")]
    dir: Option<PathBuf>,
    /// Discover by the installer of CentOS Stream instead: 9 or 10
    #[arg(long, value_name = "STREAM", requires = "repo")]
    centos: Option<String>,
    /// With --centos: the folder that holds images/, e.g. http://mirror.lan/9-stream/BaseOS/x86_64/os
    #[arg(long, value_name = "URL", requires = "centos")]
    repo: Option<String>,
}

/// Builds an image: here, without a server.
pub(super) async fn build(
    args: Build,
    data_dir: &crate::data_dir::DataDir,
    output: Format,
) -> anyhow::Result<()> {
    let ssh_key_path =
        args.ssh_key.or_else(|| Some(data_dir.join("ssh_key.pub")).filter(|path| path.exists()));
    let ssh_key: Option<SshPublicKey> = match ssh_key_path {
        None => None,
        Some(path) => {
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
            Some(text.trim().parse().with_context(|| format!("in {}", path.display()))?)
        }
    };
    let out = args.out.clone();
    let options = BuildOptions {
        kernel: args.kernel,
        modules_dir: args.modules,
        busybox: args.busybox,
        agent: args.agent,
        out: args.out,
        ssh_key,
        extra: Vec::new(),
        muster_version: env!("CARGO_PKG_VERSION").to_owned(),
        built_at: SystemClock.now(),
    };
    let built = tokio::task::spawn_blocking(move || build_image(&options)).await??;
    output.print(&built.manifest, |manifest| {
        format!(
            "{}: kernel {} ({}), {} drivers, agent {}, initramfs {}\nhand it to the server: muster image use {}",
            out.display(),
            manifest.kernel_version,
            format::bytes(manifest.vmlinuz.size_bytes),
            manifest.modules,
            manifest.agent_version,
            format::bytes(manifest.initramfs.size_bytes),
            out.display()
        )
    })
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::Build(_) => bail!("an image is built without a server"),
        Command::Use(args) => {
            let choice = match (args.dir, args.centos, args.repo) {
                (Some(dir), ..) => Choice::Image { image: hand_over(&dir, client).await?.image },
                (None, Some(stream), Some(repo)) => {
                    let stream: Stream = stream.parse()?;
                    Choice::Centos { stream, repo: repo.parse()? }
                }
                _ => bail!("name the image's folder, or --centos and --repo"),
            };
            let chosen: Chosen = client.post("/api/v1/discovery", &choice).await?;
            output.print(&chosen, |chosen| {
                let mut text = format!("unknown machines boot {} from now on", chosen.discovery);
                for notice in &chosen.notices {
                    text.push_str(&format!("\nnote: {notice}"));
                }
                text
            })
        }
        Command::List => {
            let images: Vec<Value> = client.get("/api/v1/images").await?;
            output.print(&images, |images| {
                let rows = images.iter().map(|image| {
                    let text = |path: &str| or_dash(image.pointer(path).and_then(Value::as_str));
                    let chosen = image.pointer("/chosen").and_then(Value::as_bool).unwrap_or_default();
                    [
                        text("/id"),
                        if chosen { "in use".to_owned() } else { String::new() },
                        text("/manifest/kernel_version"),
                        text("/manifest/agent_version"),
                    ]
                });
                table(["image", "", "kernel", "agent"], rows)
            })
        }
    }
}

/// Sends an image's files, which the server may have already, and then its manifest.
async fn hand_over(dir: &std::path::Path, client: &Client) -> anyhow::Result<Named> {
    let manifest_path = dir.join("image.json");
    let document = tokio::fs::read(&manifest_path).await.with_context(|| {
        format!(
            "can't read {}: is {} what `muster image build` wrote?",
            manifest_path.display(),
            dir.display()
        )
    })?;
    let (_, manifest) = Manifest::parse(&document).with_context(|| manifest_path.display().to_string())?;
    for (file, kind) in [(ImageFile::Kernel, AssetKind::Kernel), (ImageFile::Initramfs, AssetKind::Initramfs)]
    {
        let name = file.as_str().parse()?;
        send_file(&dir.join(file.as_str()), manifest.file(file).sha256, &name, kind, client).await?;
    }
    let named: Named = client.post_bytes("/api/v1/images", document.into()).await?;
    print_text(&format!("image {} is on the server", named.image));
    Ok(named)
}

//! `muster image`: the discovery image, and what unknown machines boot.

mod choice;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use boot::SshPublicKey;
use boot::assets::AssetKind;
use boot::image::{BuildOptions, ImageFile, Manifest, Ssh, build as build_image};
use clap::{Args, Subcommand};
use inventory::{Clock as _, SystemClock};
use serde_json::Value;

use choice::Use;

use super::asset::send_file;
use super::client::Client;
use super::output::{Format, or_dash, print_text, table};
use crate::api::v1::images::{Choice, Chosen, Named};
use crate::format;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the discovery image from a kernel, its modules, busybox and the agent
    Build(Box<Build>),
    /// Choose what unknown machines boot: an image, which is handed to the server, or another system
    Use(Box<Use>),
    /// List the images that the server keeps
    List,
}

#[derive(Debug, Args)]
pub(super) struct Build {
    /// A kernel for x86-64 or arm64, such as /boot/vmlinuz-6.1.0-42-amd64
    #[arg(long, value_name = "FILE")]
    kernel: PathBuf,
    /// That kernel's modules (.ko, .ko.xz, .ko.zst, .ko.gz), such as /lib/modules/6.1.0-42-amd64
    #[arg(long, value_name = "DIR")]
    modules: PathBuf,
    /// Where the drivers' firmware lies [default: /lib/firmware, when it is there]
    #[arg(long, value_name = "DIR")]
    firmware: Option<PathBuf>,
    /// Leave this out: a folder of modules (drivers/scsi), a module (mlxsw_spectrum), or firmware (firmware/mellanox);
    /// may be given several times
    #[arg(long, value_name = "WHAT")]
    without: Vec<String>,
    /// What kernel and initramfs may have together
    #[arg(long, value_name = "MIB", default_value_t = BuildOptions::LIMIT_BYTES >> 20, value_parser = clap::value_parser!(u64).range(1..=4096))]
    max_mib: u64,
    /// A static busybox, for the kernel's processor
    #[arg(long, value_name = "FILE", default_value = "/bin/busybox")]
    busybox: PathBuf,
    /// The static agent, for the kernel's processor
    #[arg(long, value_name = "FILE")]
    agent: PathBuf,
    /// Where to write the image
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Let the owner of --ssh-key log in as root: a dropbear, static, or dynamic with its libraries beside it
    #[arg(long, value_name = "FILE")]
    ssh: Option<PathBuf>,
    /// With --ssh: the only key that is let in [default: the server's, when its data folder is here]
    #[arg(long, value_name = "FILE", requires = "ssh")]
    ssh_key: Option<PathBuf>,
}

/// Builds an image: here, without a server.
pub(super) async fn build(
    args: Build,
    data_dir: &crate::data_dir::DataDir,
    output: Format,
) -> anyhow::Result<()> {
    let ssh = match args.ssh {
        None => None,
        Some(dropbear) => {
            let path = args.ssh_key.unwrap_or_else(|| data_dir.join("ssh_key.pub"));
            Some(Ssh { dropbear, key: read_key(&path)? })
        }
    };
    let usual = || Some(PathBuf::from("/lib/firmware")).filter(|folder| folder.is_dir());
    let out = args.out.clone();
    let options = BuildOptions {
        kernel: args.kernel,
        modules_dir: args.modules,
        firmware_dir: args.firmware.or_else(usual),
        busybox: args.busybox,
        agent: args.agent,
        out: args.out,
        ssh,
        without: args.without,
        limit_bytes: args.max_mib << 20,
        extra: Vec::new(),
        muster_version: env!("CARGO_PKG_VERSION").to_owned(),
        built_at: SystemClock.now(),
    };
    let built = tokio::task::spawn_blocking(move || build_image(&options)).await??;
    output.print(&built.manifest, |manifest| {
        format!("{}\nhand it to the server: muster image use {}", told(&out, manifest), out.display())
    })
}

fn read_key(path: &Path) -> anyhow::Result<SshPublicKey> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("can't read {}: name the key with --ssh-key", path.display()))?;
    text.trim().parse().with_context(|| format!("in {}", path.display()))
}

/// What was built, and what somebody may miss in it.
fn told(out: &Path, manifest: &Manifest) -> String {
    const NAMED: usize = 10;
    let mut text = format!(
        "{}: kernel {} for {} ({}), {} drivers, {} files of firmware ({}), agent {}, initramfs {}",
        out.display(),
        manifest.kernel_version,
        manifest.arch,
        format::bytes(manifest.vmlinuz.size_bytes),
        manifest.modules,
        manifest.firmware.files,
        format::bytes(manifest.firmware.size_bytes),
        manifest.agent_version,
        format::bytes(manifest.initramfs.size_bytes),
    );
    if manifest.ssh {
        text.push_str("\nroot can log in by SSH with the key");
    }
    for module in &manifest.absent_modules {
        text.push_str(&format!("\nnote: this kernel has no module {module}"));
    }
    let firmware = &manifest.firmware;
    for missing in firmware.missing.iter().take(NAMED) {
        text.push_str(&format!("\nnote: no firmware {} for {}", missing.file, missing.module));
    }
    let more = firmware.missing_count.saturating_sub(NAMED);
    if more > 0 {
        text.push_str(&format!("\nnote: and {more} more files of firmware; image.json names them"));
    }
    text
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::Build(_) => bail!("an image is built without a server"),
        Command::Use(args) => {
            let choice = match &args.dir {
                Some(dir) => Choice::Image { image: hand_over(dir, client).await?.image },
                None => args.choice()?,
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
                        text("/manifest/arch"),
                        text("/manifest/kernel_version"),
                        text("/manifest/agent_version"),
                    ]
                });
                table(["image", "", "processor", "kernel", "agent"], rows)
            })
        }
    }
}

/// Sends an image's files, which the server may have already, and then its manifest.
async fn hand_over(dir: &Path, client: &Client) -> anyhow::Result<Named> {
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

//! What may be said of a cluster on the command line.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use anyhow::Context as _;
use boot::Arch;
use boot::assets::coreos::resolve;
use clap::Args;
use gateway::GatewayName;
use gateway::wish::InterfaceKey;
use okd::cluster::{Files, Front};

#[derive(Debug, Args)]
pub(in crate::cli) struct CreateArgs {
    /// Its name, as install-config.yaml has it
    pub(super) name: String,
    /// The domain that its name is in: the baseDomain of install-config.yaml
    #[arg(long, value_name = "DOMAIN")]
    pub(super) domain: String,
    /// The folder in which openshift-install create ignition-configs ran
    #[arg(long, value_name = "DIR")]
    pub(super) ignition: PathBuf,
    #[command(flatten)]
    pub(super) image: ImageArgs,
    #[command(flatten)]
    pub(super) front: FrontArgs,
    /// Give these configs to a cluster that is there; what is not said stays as it is
    #[arg(long)]
    pub(super) replace: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SetArgs {
    /// Its name
    pub(super) name: String,
    #[command(flatten)]
    pub(super) image: ImageArgs,
    #[command(flatten)]
    pub(super) front: FrontArgs,
    /// No gateway is told of it
    #[arg(long, conflicts_with = "gateway")]
    pub(super) no_gateway: bool,
}

/// What its nodes boot to be installed.
#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct ImageArgs {
    /// Nodes boot the image that this stream metadata names (openshift-install coreos print-stream-json); its files are taken
    /// in before, by muster asset okd
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kernel", "initramfs", "rootfs", "build"])]
    stream: Option<PathBuf>,
    /// Nodes boot this kernel: an asset's name, or the beginning of its SHA-256
    #[arg(long, value_name = "ASSET", requires_all = ["initramfs", "rootfs"])]
    kernel: Option<String>,
    /// With --kernel: its initramfs
    #[arg(long, value_name = "ASSET", requires = "kernel")]
    initramfs: Option<String>,
    /// With --kernel: its root file system
    #[arg(long, value_name = "ASSET", requires = "kernel")]
    rootfs: Option<String>,
    /// With --kernel: their build, where their names do not tell
    #[arg(long, value_name = "BUILD", requires = "kernel")]
    build: Option<String>,
    /// For which processor [default: x86_64, or as the assets' names tell]
    #[arg(long, value_name = "ARCH", value_parser = Arch::with_system)]
    arch: Option<Arch>,
}

/// Where it is reached, and by which gateway.
#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct FrontArgs {
    /// The gateway that is to do its names, addresses and load balancing
    #[arg(long, value_name = "GATEWAY", requires_all = ["api", "inside"])]
    gateway: Option<GatewayName>,
    /// With --gateway: where its API is balanced, an address that the gateway owns
    #[arg(long, value_name = "ADDRESS", requires = "gateway")]
    api: Option<Ipv4Addr>,
    /// With --gateway: where its ingress is balanced [default: at the API's address]
    #[arg(long, value_name = "ADDRESS", requires = "gateway")]
    ingress: Option<Ipv4Addr>,
    /// With --gateway: the interfaces whose machines may reach it
    #[arg(long, value_name = "INTERFACE", value_delimiter = ',', requires = "gateway")]
    inside: Vec<InterfaceKey>,
    /// With --gateway: API and ingress may be reached by everybody; machine configs never are
    #[arg(long, requires = "gateway")]
    everybody: bool,
}

impl ImageArgs {
    /// The files that were named, by the server's assets or by a stream.
    pub(super) fn files(self) -> anyhow::Result<Option<Files>> {
        if let Some(path) = self.stream {
            let shown = path.display();
            let document = std::fs::read(&path).with_context(|| format!("can't read {shown}"))?;
            let image =
                resolve(&document, self.arch.unwrap_or(Arch::X86_64)).with_context(|| shown.to_string())?;
            return Ok(Some(Files {
                build: Some(image.build),
                arch: Some(image.arch),
                kernel: image.kernel.sha256.to_string(),
                initramfs: image.initramfs.sha256.to_string(),
                rootfs: image.rootfs.sha256.to_string(),
            }));
        }
        let (Some(kernel), Some(initramfs), Some(rootfs)) = (self.kernel, self.initramfs, self.rootfs) else {
            return Ok(None);
        };
        Ok(Some(Files { build: self.build, arch: self.arch, kernel, initramfs, rootfs }))
    }
}

impl FrontArgs {
    /// What was said of it.
    pub(super) fn front(self) -> anyhow::Result<Option<Front>> {
        let Some(gateway) = self.gateway else { return Ok(None) };
        let api = self.api.context("say with --api where its API is balanced")?;
        let Self { ingress, inside, everybody, .. } = self;
        Ok(Some(Front { gateway, api, ingress, inside, everybody }))
    }
}

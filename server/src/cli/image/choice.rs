//! `muster image use`: which system unknown machines are discovered by.

use std::path::PathBuf;

use anyhow::bail;
use boot::site::{CoreOs, Stream};
use boot::{Arch, AssetId};
use clap::Args;

use crate::api::v1::images::Choice;

/// One of three: an image's folder, the installer of CentOS Stream, a live CoreOS.
#[derive(Debug, Args)]
#[group(skip)]
pub(in crate::cli) struct Use {
    /// The folder that `muster image build` wrote
    #[arg(value_name = "DIR", required_unless_present_any = ["centos", "coreos"], conflicts_with_all = ["centos", "coreos"])]
    pub(super) dir: Option<PathBuf>,
    /// Discover by the installer of CentOS Stream instead: 9 or 10
    #[arg(long, value_name = "STREAM", requires = "repo", conflicts_with = "coreos")]
    centos: Option<Stream>,
    /// With --centos: the folder that holds images/, e.g. http://mirror.lan/9-stream/BaseOS/x86_64/os
    #[arg(long, value_name = "URL", requires = "centos")]
    repo: Option<String>,
    /// Discover by a live CoreOS instead, of three assets of one build
    #[arg(long, requires_all = ["build", "kernel", "initramfs", "rootfs"])]
    coreos: bool,
    /// With --coreos: the build, as its stream names it, e.g. 9.0.20250510-0
    #[arg(long, value_name = "NAME", requires = "coreos")]
    build: Option<String>,
    /// With --coreos: its kernel
    #[arg(long, value_name = "ASSET", requires = "coreos")]
    kernel: Option<AssetId>,
    /// With --coreos: its initramfs
    #[arg(long, value_name = "ASSET", requires = "coreos")]
    initramfs: Option<AssetId>,
    /// With --coreos: its root file system
    #[arg(long, value_name = "ASSET", requires = "coreos")]
    rootfs: Option<AssetId>,
    /// With --centos and --coreos: for which machines; each kind can have a system of its own
    #[arg(long, value_name = "ARCH", value_parser = Arch::with_system, conflicts_with = "dir")]
    arch: Option<Arch>,
}

impl Use {
    /// What was chosen, where it is not an image's folder.
    pub(super) fn choice(self) -> anyhow::Result<Choice> {
        let arch = self.arch.unwrap_or(Arch::X86_64);
        if let (Some(stream), Some(repo)) = (self.centos, self.repo) {
            return Ok(Choice::Centos { arch, stream, repo: repo.parse()? });
        }
        let assets = (self.build, self.kernel, self.initramfs, self.rootfs);
        let (Some(build), Some(kernel), Some(initramfs), Some(rootfs)) = assets else {
            bail!("name the image's folder, --centos and --repo, or --coreos and its assets");
        };
        Ok(Choice::Coreos(CoreOs { arch, build, kernel, initramfs, rootfs }))
    }
}

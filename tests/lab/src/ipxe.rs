//! iPXE 2, from Debian testing: Debian 12's is of 2019, has no binary for ARM and does not look for `autoexec.ipxe`.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::{apt, cache};

const LEAST_VERSION: &str = "2.0";

/// The folder of its binaries, fetched once into `target/lab/ipxe`.
///
/// # Errors
/// When it can't be fetched.
pub fn newer_ipxe() -> anyhow::Result<PathBuf> {
    let dir = cache::fetch_once("ipxe", |dir| {
        let deb = apt::Apt::of_suite("testing", &dir.join("apt"))?.download("ipxe")?;
        apt::require_version("iPXE", &apt::version(&deb)?, LEAST_VERSION)?;
        apt::unpack(&deb, &dir.join("root"))?;
        std::fs::remove_dir_all(dir.join("apt")).context("can't remove the package lists")
    });
    let dir = dir.context("can't get iPXE 2, which Debian 12 itself does not have")?;
    Ok(dir.join("root/usr/lib/ipxe"))
}

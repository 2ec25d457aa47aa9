//! The ntfy program, from Debian testing: Debian 12 has none, and this one runs on it.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::{apt, cache};

/// The first that knows `sequence_id`: a later message takes an earlier one's place.
const LEAST_VERSION: &str = "2.16";

/// Fetched once into `target/lab/ntfy`.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    let dir = cache::fetch_once("ntfy", |dir| {
        let deb = apt::Apt::of_suite("testing", &dir.join("apt"))?.download("ntfy")?;
        apt::require_version("ntfy", &apt::version(&deb)?, LEAST_VERSION)?;
        apt::unpack(&deb, &dir.join("root"))?;
        std::fs::remove_dir_all(dir.join("apt")).context("can't remove the package lists")
    });
    let dir = dir.context("can't get the ntfy server, which Debian 12 itself does not have")?;
    Ok(dir.join("root/usr/bin/ntfy"))
}

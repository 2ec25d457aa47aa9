//! `cargo xtask build`: what an operator installs.

use std::path::PathBuf;

use lab::packages;

use crate::{agent, cargo};

/// The two programs.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) muster: PathBuf,
    pub(crate) agent: PathBuf,
}

/// Builds both in release mode.
pub(crate) fn run() -> anyhow::Result<Built> {
    packages::require(packages::BUILD)?;
    cargo::run(&mut cargo::cargo(&["build", "--release", "--package", "muster", "--bin", "muster"]))?;
    let built =
        Built { muster: cargo::target().join("release/muster"), agent: agent::build(agent::Kind::Release)? };
    eprintln!("built {} and {}", built.muster.display(), built.agent.display());
    Ok(built)
}

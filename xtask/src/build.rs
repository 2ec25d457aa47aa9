//! `cargo xtask build`: what an operator installs.

use lab::{Programs, packages};

use crate::{agent, cargo};

/// Builds both in release mode.
pub(crate) fn run() -> anyhow::Result<Programs> {
    packages::require(packages::BUILD)?;
    cargo::run(&mut cargo::cargo(&["build", "--release", "--package", "muster", "--bin", "muster"]))?;
    let built = Programs {
        muster: cargo::target().join("release/muster"),
        agent: agent::build(agent::Kind::Release)?,
    };
    eprintln!("built {} and {}", built.muster.display(), built.agent.display());
    Ok(built)
}

//! The static agent: it must run in an initramfs, and on installed systems of any age.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::{cargo, elf};

/// Which of the two kinds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// For machines: small. Goes to `target/release`.
    Release,
    /// For tests: built with what is built already. Goes to `target/debug/static`.
    Test,
}

/// Builds it and gives back where it is.
pub(crate) fn build(kind: Kind) -> anyhow::Result<PathBuf> {
    let (profile, built, place) = match kind {
        Kind::Release => ("release-agent", "release-agent", "release"),
        Kind::Test => ("dev", "debug", "debug/static"),
    };
    // Only the program itself is linked statically: for all crates the flag would reach the procedural macros too, which
    // the compiler loads, and which can't be static.
    cargo::run(&mut cargo::cargo(&[
        "rustc",
        "--package",
        "muster-agent",
        "--bin",
        "muster-agent",
        "--profile",
        profile,
        "--",
        "-C",
        "target-feature=+crt-static",
        // Its thousands of pointers to itself in a few bytes each: a thirtieth of the file, and an eighth of its start.
        "-C",
        "link-arg=-Wl,-z,pack-relative-relocs",
    ]))?;
    let target = cargo::target();
    let program = target.join(built).join("muster-agent");
    let file = std::fs::read(&program).with_context(|| format!("can't read {}", program.display()))?;
    let is_static = elf::is_static(&file).with_context(|| format!("can't examine {}", program.display()))?;
    ensure!(
        is_static,
        "{} needs a dynamic loader, and would not start in the discovery system",
        program.display()
    );
    let place = target.join(place);
    std::fs::create_dir_all(&place).with_context(|| format!("can't make {}", place.display()))?;
    let place = place.join("muster-agent");
    replace(&program, &place).with_context(|| format!("can't copy the agent to {}", place.display()))?;
    Ok(place)
}

/// In one step, since the old one may be running.
fn replace(from: &Path, to: &Path) -> std::io::Result<()> {
    let beside = to.with_extension("new");
    std::fs::copy(from, &beside)?;
    std::fs::rename(&beside, to)
}

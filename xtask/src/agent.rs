//! The static agent: it must run in an initramfs, and on installed systems of any age.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::{cargo, elf, order};

/// Here rustc links with lld, which can do more than others.
const LLD: bool = cfg!(target_arch = "x86_64");

/// Which of the two kinds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// For machines: small. Goes to `target/release`.
    Release,
    /// For tests: built with what is built already. Goes to `target/debug/static`.
    Test,
}

/// Without a dynamic loader, and at a fixed address: one that chooses its own has first to write that address into all its tables,
/// and each page of these is a page fault, together a thirtieth of what a report costs. What is given up is that nobody knows
/// where its code lies. Stack, heap and mappings still lie where nobody knows, and of the agent's own code nothing but the system
/// calls (`kernel.rs`) is unsafe; what it stands on (the C library, ring, tokio) has more of that.
const STATIC: [&str; 4] = ["-C", "target-feature=+crt-static", "-C", "relocation-model=static"];
/// Names that tell the instances of a generic function apart, as the list of what comes first ([`order`]) needs.
const NAMES: [&str; 2] = ["--config", "build.rustflags=['-Csymbol-mangling-version=v0']"];
const RELEASE: &str = "release-agent";

/// Builds it and gives back where it is.
pub(crate) fn build(kind: Kind) -> anyhow::Result<PathBuf> {
    let (built, place) = match kind {
        Kind::Release => (RELEASE, "release"),
        Kind::Test => ("debug", "debug/static"),
    };
    link(kind, &[])?;
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

/// Builds the one for machines with its symbols, and gives back where it is, and where the linker's map of it.
pub(crate) fn build_with_map() -> anyhow::Result<(PathBuf, PathBuf)> {
    ensure!(LLD, "the order of functions is for rustc's own linker, which it uses on x86-64");
    let folder = cargo::target().join(RELEASE);
    let map = folder.join("muster-agent.map");
    link(Kind::Release, &["-C", "strip=none", "-C", &format!("link-arg=-Wl,-Map={}", map.display())])?;
    Ok((folder.join("muster-agent"), map))
}

/// Compiles and links it. Only the program itself is linked statically: for all crates the flag would reach the procedural
/// macros too, which the compiler loads, and which can't be static.
fn link(kind: Kind, more: &[&str]) -> anyhow::Result<()> {
    let profile = match kind {
        Kind::Release => RELEASE,
        Kind::Test => "dev",
    };
    let list = format!("link-arg=-Wl,--script={}", cargo::root().join(order::LIST).display());
    let mut arguments =
        vec!["rustc", "--package", "muster-agent", "--bin", "muster-agent", "--profile", profile];
    let for_machines = matches!(kind, Kind::Release) && LLD;
    if for_machines {
        arguments.extend(NAMES);
    }
    arguments.push("--");
    arguments.extend(STATIC);
    if for_machines {
        // It folds functions that came out alike, and has those that a report runs through side by side.
        arguments.extend(["-C", "link-arg=-Wl,--icf=all", "-C", &list]);
    }
    arguments.extend(more);
    cargo::run(&mut cargo::cargo(&arguments))
}

/// In one step, since the old one may be running.
fn replace(from: &Path, to: &Path) -> std::io::Result<()> {
    let beside = to.with_extension("new");
    std::fs::copy(from, &beside)?;
    std::fs::rename(&beside, to)
}

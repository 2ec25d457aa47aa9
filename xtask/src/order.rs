//! `cargo xtask order`: which functions a report runs through, so that they lie side by side in the agent.
//!
//! The kernel maps a program's file in pieces of 64 KiB, where it is touched. What a report needs is a fifth of the agent, and
//! strewn all over it: it would be mapped nearly whole, and that would be a fifth of what a report costs. So the agent is run
//! here under callgrind, on this machine and on captured ones, and the functions that it came through are written down for the
//! linker ([`LIST`]). A function that is not in the list is found all the same, only later; one that is no more does no harm.

mod callgrind;
mod map;
mod script;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use lab::{Scratch, packages};

use crate::{agent, cargo};
use script::Section;

/// Where the linker finds them, from the workspace's folder.
pub(crate) const LIST: &str = "agent/order.ld";
/// What machines with more in them than this one look like.
const CAPTURES: &str = "agent/tests/lab";

pub(crate) fn run() -> anyhow::Result<()> {
    packages::require(&[packages::BUILD, &["valgrind", "binutils", "tar"]].concat())?;
    let (program, map) = agent::build_with_map()?;
    let scratch = Scratch::new()?;
    let mut known = BTreeSet::new();
    let mut parts: Vec<BTreeSet<Section>> = Vec::new();
    let text = std::fs::read_to_string(&map).with_context(|| format!("can't read {}", map.display()))?;
    for arguments in runs(scratch.path())? {
        let functions = callgrind::functions(&program, &arguments, scratch.path())?;
        let sections = map::sections(&text, &namesakes(&program, &functions)?);
        ensure!(!sections.is_empty(), "no function that ran is in {}", map.display());
        // What comes with a machine that has more in it lies behind what each has.
        parts.push(sections.difference(&known).cloned().collect());
        known.extend(sections);
    }
    let list = cargo::root().join(LIST);
    std::fs::write(&list, script::of(&parts)).with_context(|| format!("can't write {}", list.display()))?;
    eprintln!("{} sections are in {LIST}; `cargo xtask build` links with it", known.len());
    Ok(())
}

/// How the agent is run: what is looked at most, on this machine and on those that were captured.
fn runs(scratch: &Path) -> anyhow::Result<Vec<Vec<String>>> {
    let folder = cargo::root().join(CAPTURES);
    let mut captures: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))? {
        captures.push(entry?.path());
    }
    captures.sort();
    let mut runs = vec![vec!["report".to_owned()], vec!["sample".to_owned()]];
    for (number, capture) in captures.iter().enumerate() {
        let root = scratch.join(number.to_string());
        std::fs::create_dir(&root)?;
        let mut tar = Command::new("tar");
        let status =
            tar.arg("--extract").arg("--file").arg(capture).arg("--directory").arg(&root).status()?;
        ensure!(status.success(), "tar can't unpack {}", capture.display());
        let root = root.to_str().context("the scratch folder's name is no UTF-8")?;
        runs.push(["report", "--root", root].map(str::to_owned).to_vec());
    }
    Ok(runs)
}

/// The linker folds functions that came out alike into one. It has many names then, and callgrind knows one of them.
fn namesakes(program: &Path, functions: &BTreeSet<String>) -> anyhow::Result<BTreeSet<String>> {
    let output = Command::new("nm").args(["--format", "posix"]).arg(program).output();
    let output = output.context("can't start nm")?;
    ensure!(output.status.success(), "nm: {}", String::from_utf8_lossy(&output.stderr));
    Ok(map::namesakes(&String::from_utf8_lossy(&output.stdout), functions))
}

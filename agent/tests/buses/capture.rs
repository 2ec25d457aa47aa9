//! Captured machines.

use std::path::{Path, PathBuf};

use muster_agent::root::Root;
use tempfile::TempDir;

use crate::{fixture, ttar};

/// The machine in a tar archive, and its folder.
pub(crate) fn unpacked(name: &str) -> Option<(PathBuf, Root)> {
    let top = fixture::unpacked(name)?;
    Some((top.clone(), Root::at(root_in(&top))))
}

/// The folder that has the machine's `proc`, which may lie one below.
fn root_in(top: &Path) -> PathBuf {
    let inner =
        || top.read_dir().unwrap().map(|entry| entry.unwrap().path()).find(|it| it.join("proc").exists());
    if top.join("proc").exists() { top.to_owned() } else { inner().unwrap() }
}

/// The machine in a ttar archive.
pub(crate) fn with_ttar(name: &str) -> Option<(TempDir, Root)> {
    let text = std::fs::read_to_string(fixture::file(name)?).unwrap();
    let folder = tempfile::tempdir().unwrap();
    ttar::unpack(&text, folder.path());
    let root = Root::at(folder.path().to_owned());
    Some((folder, root))
}

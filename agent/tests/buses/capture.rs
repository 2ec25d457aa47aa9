//! Captured machines, unpacked for one test.

use std::path::{Path, PathBuf};
use std::process::Command;

use muster_agent::root::Root;
use tempfile::TempDir;

use crate::ttar;

/// A capture's archive, if captures are there.
fn archive(name: &str) -> Option<PathBuf> {
    let promised = std::env::var_os("MUSTER_FIXTURES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    let archive = promised.clone().unwrap_or(beside).join(name);
    if archive.exists() {
        return Some(archive);
    }
    assert!(promised.is_none(), "MUSTER_FIXTURES is set, and there is no {}", archive.display());
    eprintln!("not tested: {} is not there; set MUSTER_FIXTURES", archive.display());
    None
}

/// The machine in a tar archive: the folder that has its `proc`, which may lie one below.
pub(crate) fn unpacked(name: &str) -> Option<(TempDir, Root)> {
    let archive = archive(name)?;
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(status.success(), "tar can't unpack {}", archive.display());
    let top = folder.path().to_owned();
    let inner =
        || top.read_dir().unwrap().map(|entry| entry.unwrap().path()).find(|it| it.join("proc").exists());
    let root = if top.join("proc").exists() { top.clone() } else { inner().unwrap() };
    Some((folder, Root::at(root)))
}

/// The machine in a ttar archive.
pub(crate) fn with_ttar(name: &str) -> Option<(TempDir, Root)> {
    let text = std::fs::read_to_string(archive(name)?).unwrap();
    let folder = tempfile::tempdir().unwrap();
    ttar::unpack(&text, folder.path());
    let root = Root::at(folder.path().to_owned());
    Some((folder, root))
}

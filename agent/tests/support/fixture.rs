//! Captured machines, which lie outside the repository. Where they are not there a test says so and passes, unless
//! `MUSTER_FIXTURES` promises that they are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

/// A fixture; `None` where the fixtures are not there.
pub(crate) fn file(name: &str) -> Option<PathBuf> {
    let promised = std::env::var_os("MUSTER_FIXTURES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    let file = promised.clone().unwrap_or(beside).join(name);
    if !file.exists() {
        assert!(promised.is_none(), "MUSTER_FIXTURES is set, and there is no {}", file.display());
        eprintln!("not tested: {} is not there; set MUSTER_FIXTURES", file.display());
        return None;
    }
    Some(file)
}

/// The folder with an archive's files, for reading only: thousands of small files are unpacked once, and not by each test.
/// Another archive of the same name, by its size or age, is unpacked anew.
pub(crate) fn unpacked(name: &str) -> Option<PathBuf> {
    let archive = file(name)?;
    let about = archive.metadata().unwrap();
    let age = about.modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures");
    let folder = all.join(format!("{}-{}-{age}", name.replace('/', "-"), about.len()));
    if !folder.exists() {
        std::fs::create_dir_all(&all).unwrap();
        let fresh = tempfile::tempdir_in(&all).unwrap();
        let output =
            Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(fresh.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // Another test may have been faster; its folder is as good.
        if std::fs::rename(fresh.path(), &folder).is_err() {
            assert!(folder.exists(), "{} can't be made", folder.display());
        }
    }
    Some(folder)
}

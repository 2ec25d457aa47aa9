//! Copies of a gateway's whole configuration, taken before it is changed. They hold secrets: 0600 in a folder of 0700.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use inventory::Id;
use zeroize::Zeroizing;

use crate::error::GatewayError;
use crate::name::GatewayName;

/// Backups that are kept of each gateway.
const KEPT: usize = 20;

/// The folder that they lie in.
#[derive(Clone)]
pub(crate) struct Backups(PathBuf);

impl Backups {
    /// Makes the folder, and takes it from all others.
    pub(crate) fn open(folder: PathBuf) -> Result<Self, GatewayError> {
        private(&folder).map_err(|error| wrong(&folder, &error))?;
        Ok(Self(folder))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// Keeps a backup, and removes those that are too many.
    pub(crate) async fn keep(
        &self,
        gateway: &GatewayName,
        apply: &Id,
        content: Vec<u8>,
    ) -> Result<PathBuf, GatewayError> {
        let content = Zeroizing::new(content);
        let folder = self.0.join(gateway.as_str());
        let file = folder.join(format!("{apply}.backup"));
        let path = file.clone();
        let kept = tokio::task::spawn_blocking(move || {
            private(&folder)?;
            write(&file, &content)?;
            prune(&folder, &file)
        });
        match kept.await {
            Ok(Ok(())) => Ok(path),
            Ok(Err(error)) => Err(wrong(&path, &error)),
            Err(_) => Err(wrong(&path, &io::Error::other("writing it was broken off"))),
        }
    }
}

fn wrong(path: &Path, error: &io::Error) -> GatewayError {
    let reason = format!("the gateway's backup can't be kept there ({error}), so nothing was changed");
    GatewayError::File { path: path.display().to_string(), reason }
}

fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// Under another name first, so that half a backup never looks like one.
fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = file.with_extension("unfinished");
    let mut new = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    let written =
        new.write_all(content).and_then(|()| new.sync_all()).and_then(|()| fs::rename(&unfinished, file));
    if written.is_err() {
        fs::remove_file(&unfinished).ok();
    }
    written
}

/// Their names begin with the second of the apply: the first in order are the oldest.
fn prune(folder: &Path, newest: &Path) -> io::Result<()> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|it| it == "backup") && path != newest)
        .collect();
    all.sort();
    let many = (all.len() + 1).saturating_sub(KEPT);
    for old in all.iter().take(many) {
        fs::remove_file(old)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::Timestamp;

    #[tokio::test]
    async fn backups_are_private_and_few() {
        let dir = tempfile::tempdir().unwrap();
        let backups = Backups::open(dir.path().join("backups")).unwrap();
        let name: GatewayName = "fw1".parse().unwrap();
        for second in 0..25 {
            let id = Id::generate(Timestamp(1_795_257_600_000 + second * 1000));
            let path = backups.keep(&name, &id, b"<opnsense>secret</opnsense>".to_vec()).await.unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let folder = dir.path().join("backups/fw1");
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(backups.folder()).unwrap().permissions().mode() & 0o777, 0o700);
        let mut left: Vec<_> =
            fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left.len(), KEPT);
        assert!(left[0].starts_with("1795257605_"), "the oldest went: {left:?}");
    }
}

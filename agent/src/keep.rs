//! Writes a file so that whoever reads it, also after a power cut, finds all of it or what was there before.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// What an unfinished file is called until it is whole.
pub(crate) const UNFINISHED: &str = ".new";

/// How sure a file has to be on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sync {
    /// Before the call returns: it outlives a power cut.
    Now,
    /// Whenever the kernel writes it: it spares the disk.
    Later,
}

/// Puts a file of this mode in its place, whole; folders that are missing are made for their owner alone.
pub(crate) fn write_whole(path: &Path, content: &[u8], mode: u32, sync: Sync) -> io::Result<()> {
    let folder = folder_of(path);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let new = unfinished(path);
    // One that a crash left behind may have any mode.
    remove(&new)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
    file.write_all(content)?;
    if sync == Sync::Now {
        file.sync_all()?;
    }
    fs::rename(&new, path)?;
    if sync == Sync::Now { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
        .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// Reads a file of `limit_bytes` at most.
pub(crate) fn read(path: &Path, limit_bytes: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(limit_bytes.saturating_add(1)).read_to_end(&mut content)?;
    if content.len() as u64 > limit_bytes {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("longer than {limit_bytes} bytes")));
    }
    Ok(content)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn unfinished(path: &Path) -> PathBuf {
    let mut new = path.to_owned().into_os_string();
    new.push(UNFINISHED);
    new.into()
}

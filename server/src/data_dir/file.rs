//! Files that hold secrets: made whole or not at all, readable by their owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// What can go wrong with the server's folder.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// The folder can't be made.
    #[error("can't make the data folder {}: choose another with --data-dir", path.display())]
    Create {
        /// Which folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file can't be read.
    #[error("can't read {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file can't be written.
    #[error("can't write {}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} is not what it should be: {reason}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Another server runs on this folder.
    #[error("another muster (process {holder}) already serves from {}: stop it first, or choose another --data-dir", path.display())]
    Held {
        /// The lock.
        path: PathBuf,
        /// The other's process id.
        holder: String,
    },
    /// The kernel gives no random numbers.
    #[error("the kernel gives no random numbers")]
    Random(#[source] getrandom::Error),
}

/// Reads `path`, or makes it with what `content` answers. `true` when it was made just now.
pub(super) fn load_or_create(
    path: &Path,
    content: impl FnOnce() -> Result<String, DataDirError>,
) -> Result<(String, bool), DataDirError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok((text, false)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = content()?;
            write_new(path, &text, 0o600)?;
            Ok((text, true))
        }
        Err(source) => Err(DataDirError::Read { path: path.to_owned(), source }),
    }
}

/// Makes `path`, which must not be there. Half a file is never seen under its name.
pub(super) fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), DataDirError> {
    let failed = |source| DataDirError::Write { path: path.to_owned(), source };
    let unfinished = unfinished(path);
    write_synced(&unfinished, text, mode).map_err(failed)?;
    fs::hard_link(&unfinished, path).map_err(failed)?;
    fs::remove_file(&unfinished).map_err(failed)
}

/// Makes `path`, or replaces it.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), DataDirError> {
    let unfinished = unfinished(path);
    write_synced(&unfinished, text, 0o600)
        .and_then(|()| fs::rename(&unfinished, path))
        .map_err(|source| DataDirError::Write { path: path.to_owned(), source })
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.unfinished", std::process::id()));
    PathBuf::from(name)
}

fn write_synced(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

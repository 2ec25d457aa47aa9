//! The key file: made whole or not at all, read only when it is its owner's alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::KeyError;

/// A key has 74 characters; the rest is room for comments.
const MAX_BYTES: u64 = 4096;
/// What nobody but the owner may: others anything, the group a change. (The group may read: systemd gives a service its
/// credential by an access list, which shows as the group's right.)
const EXPOSED: u32 = 0o027;

/// The file's text; nothing when there is no file.
pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    let failed = |source| KeyError::Read { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(KeyError::Content { path: path.to_owned(), reason: "it is not a file" });
    }
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & EXPOSED != 0 {
        return Err(KeyError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|source| match source.kind() {
        ErrorKind::InvalidData => KeyError::Content { path: path.to_owned(), reason: "it is not text" },
        _ => failed(source),
    })?;
    if text.len() as u64 > MAX_BYTES {
        return Err(KeyError::Content { path: path.to_owned(), reason: "it is too long" });
    }
    Ok(Some(text))
}

/// Makes the file with `key` in it, unless another made it in between; answers what it holds.
pub(crate) fn create(path: &Path, key: &str) -> Result<Zeroizing<String>, KeyError> {
    let failed = |source| KeyError::Create { path: path.to_owned(), source };
    let unfinished = unfinished(path).map_err(failed)?;
    let text = Zeroizing::new(format!(
        "# The key that opens Muster's secrets. Keep a copy of it apart from the database.\n{key}\n"
    ));
    let made = write(&unfinished, &text).and_then(|()| match fs::hard_link(&unfinished, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(path),
    });
    let removed = fs::remove_file(&unfinished);
    made.and(removed).map_err(failed)?;
    read(path)?.ok_or_else(|| failed(ErrorKind::NotFound.into()))
}

/// A name beside the file that nobody else uses.
fn unfinished(path: &Path) -> io::Result<PathBuf> {
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.unfinished", hex::encode(random)));
    Ok(PathBuf::from(name))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// So that the name lasts over a power cut: what is sealed for a lost key is lost.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

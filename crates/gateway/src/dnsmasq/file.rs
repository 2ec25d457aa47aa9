//! The file itself: what is in force, what is saved beside it, and exchanging one for the other.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::text::SIGNATURE;
use crate::error::GatewayError;

/// Ten thousand reservations have a quarter of it.
const MAX_BYTES: u64 = 16 << 20;

/// Muster's file of dnsmasq's configuration.
#[derive(Debug)]
pub(super) struct ConfigFile {
    path: PathBuf,
    saved: PathBuf,
}

/// What is in it at one moment.
#[derive(Debug)]
pub(super) struct State {
    live: Vec<u8>,
    saved: Option<Vec<u8>>,
    at_secs: i64,
}

impl State {
    /// What is saved last: what an apply goes on from.
    pub(super) fn effective(&self) -> &[u8] {
        self.saved.as_deref().unwrap_or(&self.live)
    }

    /// What is saved and not in force.
    pub(super) fn saved(&self) -> Option<&[u8]> {
        self.saved.as_deref()
    }

    pub(super) fn at_secs(&self) -> i64 {
        self.at_secs
    }

    /// Tells it from all other states.
    pub(super) fn id(&self) -> String {
        let mut hash = Sha256::new();
        hash.update((self.live.len() as u64).to_be_bytes());
        hash.update(&self.live);
        hash.update(self.effective());
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl ConfigFile {
    /// The file at this path.
    pub(super) fn new(path: PathBuf) -> Result<Self, GatewayError> {
        let no = |reason: &str| wrong(&path, reason);
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| no("it is no path of a file"))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !path.is_absolute() || path.components().any(|part| part == std::path::Component::ParentDir) {
            return Err(no("give the whole path, as in /etc/dnsmasq.d/muster.conf"));
        }
        // dnsmasq skips files that begin with a dot; and what does not end so is a configuration of others.
        if !name.ends_with(".conf") || name.starts_with('.') || !name.chars().all(plain) {
            return Err(no("name it so that it ends in .conf, of letters, digits, '.', '_' and '-'"));
        }
        let saved = path.with_file_name(format!(".{name}.saved"));
        Ok(Self { path, saved })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn saved_path(&self) -> &Path {
        &self.saved
    }

    /// What is there. A file that is not Muster's is an error.
    pub(super) fn state(&self) -> Result<State, GatewayError> {
        let (live, at_secs) = read(&self.path)?.unwrap_or_default();
        let saved = read(&self.saved)?.map(|(content, _)| content).filter(|content| *content != live);
        Ok(State { live, saved, at_secs })
    }

    /// Whether it can be exchanged: its folder must be Muster's to write.
    pub(super) fn writable(&self) -> Result<(), GatewayError> {
        let probe = self.path.with_extension("conf.muster-probe~");
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&probe);
        fs::remove_file(&probe).ok();
        made.map(drop).map_err(|error| {
            wrong(
                &self.path,
                &format!(
                    "its folder can't be written by this user ({error}): files are exchanged there whole"
                ),
            )
        })
    }

    /// Saves beside the file in force. Answers the state that it makes.
    pub(super) fn save(&self, before: &State, content: &[u8]) -> Result<String, GatewayError> {
        let after = if content == before.live {
            remove(&self.saved)?;
            None
        } else {
            write(&self.saved, content)?;
            Some(content.to_vec())
        };
        Ok(State { live: before.live.clone(), saved: after, at_secs: 0 }.id())
    }

    /// Puts what is saved in force. Answers the state that it makes.
    pub(super) fn exchange(&self) -> Result<String, GatewayError> {
        let Some((content, _)) = read(&self.saved)? else { return Ok(self.state()?.id()) };
        fs::rename(&self.saved, &self.path)
            .and_then(|()| sync_folder(&self.path))
            .map_err(|error| wrong(&self.path, &format!("it can't be exchanged: {error}")))?;
        Ok(State { live: content, saved: None, at_secs: 0 }.id())
    }
}

fn wrong(path: &Path, reason: &str) -> GatewayError {
    GatewayError::File { path: path.display().to_string(), reason: reason.to_owned() }
}

/// A file of Muster's with the second of its last change; nothing where there is none.
fn read(path: &Path) -> Result<Option<(Vec<u8>, i64)>, GatewayError> {
    let failed = |error: io::Error| wrong(path, &format!("it can't be read: {error}"));
    // Not through a link: whoever may put one there would choose what is written over.
    let opened =
        OpenOptions::new().read(true).custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK).open(path);
    let file = match opened {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.raw_os_error() == Some(nix::libc::ELOOP) => {
            return Err(wrong(path, "it is a link, and Muster writes through none"));
        }
        opened => opened.map_err(failed)?,
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(wrong(path, "it is no file"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(wrong(path, "it is too large to be Muster's"));
    }
    let mut content = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut content).map_err(failed)?;
    if !content.is_empty() && !content.starts_with(SIGNATURE.as_bytes()) {
        return Err(wrong(
            path,
            "it is there and is not Muster's: move it away, or name another file for Muster in the same folder",
        ));
    }
    Ok(Some((content, metadata.mtime())))
}

/// Whole, under another name first. dnsmasq may run as another user, and there are no secrets in it.
fn write(path: &Path, content: &[u8]) -> Result<(), GatewayError> {
    let failed = |error: io::Error| wrong(path, &format!("it can't be written: {error}"));
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push("~");
    let unfinished = PathBuf::from(unfinished);
    remove(&unfinished)?;
    let mut new =
        OpenOptions::new().write(true).create_new(true).mode(0o644).open(&unfinished).map_err(failed)?;
    let written =
        new.write_all(content).and_then(|()| new.sync_all()).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        fs::remove_file(&unfinished).ok();
    }
    written.and_then(|()| sync_folder(path)).map_err(failed)
}

fn remove(path: &Path) -> Result<(), GatewayError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(wrong(path, &format!("it can't be removed: {error}")))
        }
        _ => Ok(()),
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all()
}

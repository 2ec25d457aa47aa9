//! The key that opens the secrets: an age identity in a file of its own.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use zeroize::Zeroizing;

use crate::value::SecretValue;

/// An age identity, and where it came from. Its `Debug` hides it.
pub struct SecretKey {
    identity: Identity,
    path: PathBuf,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can't be read.
    #[error("can't read the key file {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file can't be made.
    #[error("can't write the key file {}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others than its owner can read it.
    #[error("the key file {} can be read by others (mode {mode:o}): chmod 600 it, and think of its secrets as known", path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file holds no age identity.
    #[error("the key file {} holds no age identity (AGE-SECRET-KEY-1…): {reason}", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// What age says.
        reason: &'static str,
    },
}

impl SecretKey {
    /// Reads the key at `path`, or makes one there.
    ///
    /// # Errors
    /// [`KeyError`], which names the file. A file that is there is never replaced.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        match Self::load(path) {
            Err(KeyError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Self::create(path)?;
                Self::load(path)
            }
            loaded => loaded,
        }
    }

    fn load(path: &Path) -> Result<Self, KeyError> {
        let read = |source| KeyError::Read { path: path.to_owned(), source };
        let mode = fs::metadata(path).map_err(read)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed { path: path.to_owned(), mode });
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(read)?);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        let identity = line.unwrap_or_default().parse();
        let identity = identity.map_err(|reason| KeyError::Invalid { path: path.to_owned(), reason })?;
        Ok(Self { identity, path: path.to_owned() })
    }

    fn create(path: &Path) -> Result<(), KeyError> {
        let write = |source| KeyError::Write { path: path.to_owned(), source };
        let text = Identity::generate().to_string();
        let unfinished = path.with_extension("unfinished");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&unfinished)
            .map_err(write)?;
        writeln!(file, "{}", text.expose_secret()).and_then(|()| file.sync_all()).map_err(write)?;
        // A link fails where a file is already: a key that another start made meanwhile is not lost.
        fs::hard_link(&unfinished, path).map_err(write)?;
        fs::remove_file(&unfinished).map_err(write)
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn seal(&self, value: &SecretValue) -> Result<Vec<u8>, age::EncryptError> {
        age::encrypt(&self.identity.to_public(), value.reveal().as_bytes())
    }

    /// `None` when this key does not open it.
    pub(crate) fn open(&self, sealed: &[u8]) -> Option<SecretValue> {
        let decryptor = age::Decryptor::new(sealed).ok()?;
        let mut reader = decryptor.decrypt(std::iter::once(&self.identity as &dyn age::Identity)).ok()?;
        let mut value = String::new();
        reader.read_to_string(&mut value).ok()?;
        SecretValue::new(value).ok()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.path.display())
    }
}

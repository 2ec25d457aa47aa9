//! The key pair for the machines that Muster boots: its public half goes into kickstart and image.

use std::path::{Path, PathBuf};

use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, LineEnding, PrivateKey};

use super::DataDirError;
use super::file::{load_or_create, write_new};

/// Where the private half lies, and the public half.
#[derive(Debug, Clone)]
pub struct SshKey {
    path: PathBuf,
    public: String,
}

impl SshKey {
    pub(super) fn load_or_create(path: &Path) -> Result<Self, DataDirError> {
        let content = |error: ssh_key::Error| DataDirError::Content {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let (_, new) = load_or_create(path, || {
            let mut key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519).map_err(content)?;
            key.set_comment("muster");
            Ok(key.to_openssh(LineEnding::LF).map_err(content)?.to_string())
        })?;
        let key = Self::load(path)?;
        let public_path = path.with_extension("pub");
        if new && !public_path.exists() {
            write_new(&public_path, &format!("{}\n", key.public), 0o644)?;
        }
        Ok(key)
    }

    pub(super) fn load(path: &Path) -> Result<Self, DataDirError> {
        let text =
            std::fs::read(path).map_err(|source| DataDirError::Read { path: path.to_owned(), source })?;
        let content = |error: ssh_key::Error| DataDirError::Content {
            path: path.to_owned(),
            reason: format!("expected an OpenSSH private key: {error}"),
        };
        let key = PrivateKey::from_openssh(text).map_err(content)?;
        let public = key.public_key().to_openssh().map_err(content)?;
        Ok(Self { path: path.to_owned(), public })
    }

    /// The line for `authorized_keys`.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }

    /// Where the private half lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

//! The server's folder: database, admin token, keys, certificate. All that a first start makes, it makes here.
//!
//! Everything secret has mode 0600 in a folder of mode 0700. A file that is there is used as it is, never replaced.

mod certificate;
mod file;
mod lock;
mod ssh;

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use certificate::Certificate;
pub use file::DataDirError;
pub use lock::Lock;
pub use ssh::SshKey;

use file::load_or_create;

/// The folder, by its path.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

/// Where a running server can be reached from this machine: written by `serve`, read by every other command.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Endpoint {
    /// The TLS address, `https://127.0.0.1:8443`.
    pub url: String,
    /// SHA-256 of its certificate, in hex.
    pub pin: String,
}

impl DataDir {
    /// The folder at `path`, whether it is there or not.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Makes the folder if it is not there.
    ///
    /// # Errors
    /// It can't be made.
    pub fn create(&self) -> Result<(), DataDirError> {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0)
            .map_err(|source| DataDirError::Create { path: self.0.clone(), source })
    }

    /// A file or folder in it.
    #[must_use]
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }

    /// Takes the folder for this process, so that no second server writes to it.
    ///
    /// # Errors
    /// Another process holds it.
    pub fn lock(&self) -> Result<Lock, DataDirError> {
        Lock::take(&self.join("lock"))
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.join("muster.db")
    }

    /// Where the operator's token lies.
    #[must_use]
    pub fn admin_token_path(&self) -> PathBuf {
        self.join("admin-token")
    }

    /// The operator's token, made at the first start. `true` when it was made just now.
    ///
    /// # Errors
    /// The file can't be read or written, or holds no token.
    pub fn admin_token(&self) -> Result<(String, bool), DataDirError> {
        let path = self.admin_token_path();
        let (text, new) = load_or_create(&path, || Ok(URL_SAFE_NO_PAD.encode(random_bytes()?) + "\n"))?;
        let token = text.trim().to_owned();
        if token.len() < 32 {
            return Err(DataDirError::Content {
                path,
                reason: "an admin token has at least 32 characters".to_owned(),
            });
        }
        Ok((token, new))
    }

    /// 256 bits from which tickets and sessions are signed.
    ///
    /// # Errors
    /// The file can't be read or written, or does not hold 256 bits.
    pub fn signing_key(&self) -> Result<[u8; 32], DataDirError> {
        let path = self.join("signing.key");
        let (text, _) = load_or_create(&path, || Ok(hex::encode(random_bytes()?) + "\n"))?;
        hex::decode(text.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| DataDirError::Content { path, reason: "expected 64 hex digits".to_owned() })
    }

    /// The server's own certificate.
    ///
    /// # Errors
    /// The files can't be read or written, or hold no certificate and key.
    pub fn certificate(&self, names: Vec<String>) -> Result<Certificate, DataDirError> {
        Certificate::load_or_create(&self.join("tls.crt"), &self.join("tls.key"), names)
    }

    /// The key pair for the machines that Muster boots.
    ///
    /// # Errors
    /// The files can't be read or written, or hold no key.
    pub fn ssh_key(&self, brought: Option<&Path>) -> Result<SshKey, DataDirError> {
        match brought {
            Some(path) => SshKey::load(path),
            None => SshKey::load_or_create(&self.join("ssh_key")),
        }
    }

    /// Notes where this server can be reached.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write_endpoint(&self, endpoint: &Endpoint) -> Result<(), DataDirError> {
        let path = self.join("endpoint.json");
        let text = serde_json::to_string_pretty(endpoint)
            .map_err(|error| DataDirError::Content { path: path.clone(), reason: error.to_string() })?;
        file::replace(&path, &text)
    }

    /// Where the server of this folder can be reached, if one has ever run.
    ///
    /// # Errors
    /// The file is there and can't be read.
    pub fn endpoint(&self) -> Result<Option<Endpoint>, DataDirError> {
        let path = self.join("endpoint.json");
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| DataDirError::Content { path, reason: error.to_string() }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(DataDirError::Read { path, source }),
        }
    }
}

fn random_bytes() -> Result<[u8; 32], DataDirError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(DataDirError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_first_start_makes_everything_and_a_second_uses_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::new(dir.path().join("muster-data"));
        data.create().unwrap();
        let (token, new) = data.admin_token().unwrap();
        assert!(new);
        assert_eq!(data.admin_token().unwrap(), (token, false));
        assert_eq!(data.signing_key().unwrap(), data.signing_key().unwrap());
        let names = vec!["127.0.0.1".to_owned()];
        let certificate = data.certificate(names.clone()).unwrap();
        assert_eq!(data.certificate(names).unwrap().fingerprint(), certificate.fingerprint());
        let key = data.ssh_key(None).unwrap();
        assert!(key.public().starts_with("ssh-ed25519 "));
        assert_eq!(data.ssh_key(None).unwrap().public(), key.public());
        for secret in ["admin-token", "signing.key", "tls.key", "ssh_key"] {
            let mode = std::fs::metadata(data.join(secret)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{secret}");
        }
    }

    #[test]
    fn a_second_server_is_told_who_holds_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::new(dir.path());
        let held = data.lock().unwrap();
        let error = data.lock().unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
        drop(held);
        data.lock().unwrap();
    }

    #[test]
    fn a_broken_file_is_named_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::new(dir.path());
        std::fs::write(data.join("admin-token"), "short").unwrap();
        assert!(data.admin_token().unwrap_err().to_string().contains("admin-token"));
        std::fs::write(data.join("ssh_key"), "no key").unwrap();
        assert!(data.ssh_key(None).unwrap_err().to_string().contains("ssh_key"));
        assert_eq!(std::fs::read_to_string(data.join("ssh_key")).unwrap(), "no key");
    }
}

//! The key that seals and opens.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use zeroize::Zeroizing;

use crate::error::{KeyError, OpenFault, SecretsError};
use crate::key_file;

/// The key file's content, and where it lies. Its `Debug` shows the public half only.
pub struct SecretKey {
    identity: Identity,
    recipient: String,
    path: PathBuf,
}

impl SecretKey {
    /// Reads the key file at `path`, or makes it (mode 0600, whole or not at all).
    ///
    /// # Errors
    /// [`KeyError`], which names the file: it can't be read or made, others may read it, or it is no key file.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        let text = match key_file::read(path)? {
            Some(text) => text,
            None => {
                let identity = Identity::generate();
                key_file::create(path, identity.to_string().expose_secret())?
            }
        };
        let identity = parse(&text).map_err(|reason| KeyError::Content { path: path.to_owned(), reason })?;
        Ok(Self { recipient: identity.to_public().to_string(), identity, path: path.to_owned() })
    }

    /// The public half: tells which key it is, opens nothing.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// Where the key file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Seals `content` together with what it is: opened as anything else, it does not open.
    pub(crate) fn seal(&self, what: &str, content: &[u8]) -> Result<Vec<u8>, SecretsError> {
        let mut text = Zeroizing::new(Vec::with_capacity(what.len() + 1 + content.len()));
        text.extend_from_slice(what.as_bytes());
        text.push(b'\n');
        text.extend_from_slice(content);
        age::encrypt(&self.identity.to_public(), &text).map_err(|error| SecretsError::Seal(error.to_string()))
    }

    pub(crate) fn open(
        &self,
        what: &str,
        sealed: &[u8],
        sealed_for: &str,
    ) -> Result<Zeroizing<Vec<u8>>, OpenFault> {
        if sealed_for != self.recipient {
            return Err(OpenFault::WrongKey {
                sealed_for: sealed_for.to_owned(),
                key_file: self.path.clone(),
                holds: self.recipient.clone(),
            });
        }
        let text = age::decrypt(&self.identity, sealed).map(Zeroizing::new);
        let mut text = text.map_err(|error| OpenFault::Damaged(error.to_string()))?;
        let own = [what.as_bytes(), b"\n"].concat();
        if !text.starts_with(&own) {
            return Err(OpenFault::Damaged("it was sealed under another name".to_owned()));
        }
        text.drain(..own.len());
        Ok(text)
    }
}

/// The one key in a file that may have comments.
fn parse(text: &str) -> Result<Identity, &'static str> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = lines.next().ok_or("it holds no key")?;
    if lines.next().is_some() {
        return Err("it holds more than one line");
    }
    Identity::from_str(line)
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").field("recipient", &self.recipient).field("path", &self.path).finish()
    }
}

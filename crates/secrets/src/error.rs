//! What can go wrong with secrets. No message holds a value.

use std::io;
use std::path::PathBuf;

use store::StoreError;

use crate::document::MAX_DOCUMENT_BYTES;
use crate::name::{InvalidName, Name};
use crate::value::InvalidValue;

/// Why the key file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It can't be read.
    #[error("can't read the key file {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It can't be made.
    #[error("can't make the key file {}: does its folder exist, and may this user write there?", path.display())]
    Create {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others may read or change it.
    #[error(
        "the key file {path} has mode {mode:04o}: others than its owner may read or change it. Take that from them: chmod 600 {path}",
        path = path.display()
    )]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is no key file.
    #[error(
        "{} is no key file: {reason}. Expected one line that begins with AGE-SECRET-KEY-1, as age-keygen makes it",
        path.display()
    )]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
}

/// Why what is sealed does not open, as a sentence goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenFault {
    /// It was sealed for another key.
    #[error(
        "was sealed for the key {sealed_for}, and {path} holds another one ({holds}): bring the right key file",
        path = key_file.display()
    )]
    WrongKey {
        /// The public half of the key that it was sealed for.
        sealed_for: String,
        /// The key file.
        key_file: PathBuf,
        /// The public half of the key in it.
        holds: String,
    },
    /// The row is damaged, or was moved to another name.
    #[error("can't be opened: {0}. Bring back the database as it was")]
    Damaged(String),
}

/// Why something could not be done with a secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// No name.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// No value.
    #[error(transparent)]
    Value(#[from] InvalidValue),
    /// There is none of that name.
    #[error("there is no secret called {0}: set it with `muster secret set {0}`")]
    NoSecret(Name),
    /// Something uses it.
    #[error("the secret {name} is in use by {}: remove that first", users.join(", "))]
    InUse {
        /// Which secret.
        name: Name,
        /// What uses it.
        users: Vec<String>,
    },
    /// It can't be opened.
    #[error("the secret {name} {fault}, or set the secret anew")]
    Closed {
        /// Which secret.
        name: Name,
        /// Why.
        fault: OpenFault,
    },
    /// No document.
    #[error("{what} has {bytes} bytes; 1 to {MAX_DOCUMENT_BYTES} are kept")]
    DocumentSize {
        /// What it is.
        what: String,
        /// How many it has.
        bytes: usize,
    },
    /// A sealed document can't be opened.
    #[error("{what} {fault}, or give it to the server anew")]
    ClosedDocument {
        /// What it is.
        what: String,
        /// Why.
        fault: OpenFault,
    },
    /// The value could not be sealed.
    #[error("the secret could not be sealed: {0}")]
    Seal(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

//! What can go wrong with secrets. No message holds a value.

use std::io;
use std::path::PathBuf;

use store::StoreError;

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
    /// It was sealed for another key.
    #[error(
        "the secret {name} was sealed for the key {sealed_for}, and {path} holds another one ({holds}): bring the right key file, or set the secret anew",
        path = key_file.display()
    )]
    WrongKey {
        /// Which secret.
        name: Name,
        /// The public half of the key that it was sealed for.
        sealed_for: String,
        /// The key file.
        key_file: PathBuf,
        /// The public half of the key in it.
        holds: String,
    },
    /// The row is damaged, or was moved to another name.
    #[error("the secret {name} can't be opened: {reason}. Set it anew")]
    Damaged {
        /// Which secret.
        name: Name,
        /// What is wrong.
        reason: String,
    },
    /// The value could not be sealed.
    #[error("the secret could not be sealed: {0}")]
    Seal(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

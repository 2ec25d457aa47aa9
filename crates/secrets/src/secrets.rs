//! The handle through which secrets are set and read.

use std::sync::Arc;

use ::store::Store;
use inventory::Timestamp;
use zeroize::Zeroizing;

use crate::document::{MAX_DOCUMENT_BYTES, Sealed, document_name};
use crate::error::{OpenFault, SecretsError};
use crate::key::SecretKey;
use crate::name::Name;
use crate::store::{self, Listed};
use crate::value::SecretValue;

/// The secrets of one server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Secrets {
    store: Store,
    key: Arc<SecretKey>,
}

impl Secrets {
    /// Secrets in `store`, sealed for `key`.
    #[must_use]
    pub fn new(store: Store, key: SecretKey) -> Self {
        Self { store, key: Arc::new(key) }
    }

    /// Sets a secret, or replaces its value.
    ///
    /// # Errors
    /// The database's.
    pub async fn set(
        &self,
        name: &Name,
        value: &SecretValue,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), SecretsError> {
        let sealed = self.key.seal(name.as_str(), value.reveal())?;
        let (name, actor, recipient) = (name.clone(), actor.to_owned(), self.key.recipient().to_owned());
        self.store
            .write(move |tx| {
                Box::pin(async move { store::set(tx, &name, &sealed, &recipient, &actor, now).await })
            })
            .await
    }

    /// A secret's value.
    ///
    /// # Errors
    /// [`SecretsError::NoSecret`]; [`SecretsError::Closed`], which names the key file where that is wrong.
    pub async fn get(&self, name: &Name) -> Result<SecretValue, SecretsError> {
        let row = store::sealed(self.store.readers(), name).await?;
        let (sealed, recipient) = row.ok_or_else(|| SecretsError::NoSecret(name.clone()))?;
        let closed = |fault| SecretsError::Closed { name: name.clone(), fault };
        let mut value = self.key.open(name.as_str(), &sealed, &recipient).map_err(closed)?;
        SecretValue::new(std::mem::take(&mut *value))
            .map_err(|error| closed(OpenFault::Damaged(error.to_string())))
    }

    /// Seals a document that whoever calls keeps in a row of its own. `what` it is, in words, is sealed in with it.
    ///
    /// # Errors
    /// [`SecretsError::DocumentSize`] for none, or one of more than [`MAX_DOCUMENT_BYTES`].
    pub fn seal_document(&self, what: &str, document: &[u8]) -> Result<Sealed, SecretsError> {
        if document.is_empty() || document.len() > MAX_DOCUMENT_BYTES {
            return Err(SecretsError::DocumentSize { what: what.to_owned(), bytes: document.len() });
        }
        let bytes = self.key.seal(&document_name(what), document)?;
        Ok(Sealed { bytes, recipient: self.key.recipient().to_owned() })
    }

    /// Opens what [`seal_document`](Self::seal_document) sealed as the same thing.
    ///
    /// # Errors
    /// [`SecretsError::ClosedDocument`], which names the key file where that is wrong.
    pub fn open_document(&self, what: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SecretsError> {
        let opened = self.key.open(&document_name(what), &sealed.bytes, &sealed.recipient);
        opened.map_err(|fault| SecretsError::ClosedDocument { what: what.to_owned(), fault })
    }

    /// All of them, by name; never a value.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Listed>, SecretsError> {
        Ok(store::list(self.store.readers()).await?)
    }

    /// Whether the key file fits: looks for a secret that was sealed for another key. For the server's start, so that a key
    /// file that was mistaken shows then, and not when a phone should ring.
    ///
    /// # Errors
    /// [`SecretsError::Closed`].
    pub async fn check(&self) -> Result<(), SecretsError> {
        match store::sealed_for_another(self.store.readers(), self.key.recipient()).await? {
            Some((name, sealed_for)) => {
                let (key_file, holds) = (self.key.path().to_owned(), self.key.recipient().to_owned());
                Err(SecretsError::Closed { name, fault: OpenFault::WrongKey { sealed_for, key_file, holds } })
            }
            None => Ok(()),
        }
    }
}

//! The handle through which secrets are set and read.

use std::sync::Arc;

use ::store::Store;
use inventory::Timestamp;

use crate::error::SecretsError;
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
        let sealed = self.key.seal(name, value)?;
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
    /// [`SecretsError::NoSecret`]; [`SecretsError::WrongKey`], which names the key file; [`SecretsError::Damaged`].
    pub async fn get(&self, name: &Name) -> Result<SecretValue, SecretsError> {
        let row = store::sealed(self.store.readers(), name).await?;
        let (sealed, recipient) = row.ok_or_else(|| SecretsError::NoSecret(name.clone()))?;
        self.key.open(name, &sealed, &recipient)
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
    /// [`SecretsError::WrongKey`].
    pub async fn check(&self) -> Result<(), SecretsError> {
        match store::sealed_for_another(self.store.readers(), self.key.recipient()).await? {
            Some((name, sealed_for)) => Err(SecretsError::WrongKey {
                name,
                sealed_for,
                key_file: self.key.path().to_owned(),
                holds: self.key.recipient().to_owned(),
            }),
            None => Ok(()),
        }
    }
}

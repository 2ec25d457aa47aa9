//! Named secrets: passwords and tokens that Muster needs to speak to others.
//!
//! A value is encrypted with [age](https://age-encryption.org) before it reaches the database, and the key that opens it
//! lies in a file outside of it: a copy of the database alone opens nothing. A value goes in by [`Secrets::set`] and
//! comes out by [`Secrets::get`], for the code that speaks to the other side; no list, log or error ever holds it.

mod key;
mod name;
mod store;
mod value;

use std::sync::Arc;

use ::store::{Store, StoreError};
use events::{Kind, NewEvent};
use inventory::Timestamp;

pub use key::{KeyError, SecretKey};
pub use name::{InvalidName, Name};
pub use store::Listed;
pub use value::{SecretValue, TooLarge};

use crate::store as rows;

/// The secrets of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Secrets {
    store: Store,
    key: Arc<SecretKey>,
}

/// Why a secret could not be kept or handed out.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// There is none of this name.
    #[error("there is no secret {0}: set it with `muster secret set {0}`")]
    NotFound(Name),
    /// Something needs it.
    #[error("the secret {name} is used by {user}: remove that first")]
    InUse {
        /// Which secret.
        name: Name,
        /// By what.
        user: String,
    },
    /// It was encrypted with another key.
    #[error("the secret {name} can't be opened with the key in {}: was it set under another key?", key_file.display())]
    WrongKey {
        /// Which secret.
        name: Name,
        /// The key that was tried.
        key_file: std::path::PathBuf,
    },
    /// It could not be encrypted.
    #[error("the secret {name} can't be encrypted")]
    Seal {
        /// Which secret.
        name: Name,
        /// Why.
        #[source]
        source: age::EncryptError,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Secrets {
    /// The secrets in `store`, under `key`.
    #[must_use]
    pub fn new(store: Store, key: SecretKey) -> Self {
        Self { store, key: Arc::new(key) }
    }

    /// Sets a secret, in the place of an older one of this name.
    ///
    /// # Errors
    /// The database's; or the value can't be encrypted.
    pub async fn set(
        &self,
        name: Name,
        value: &SecretValue,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), SecretsError> {
        let sealed =
            self.key.seal(value).map_err(|source| SecretsError::Seal { name: name.clone(), source })?;
        let event =
            NewEvent::new(Kind::SecretSet, None, actor, format!("secret {name} was set")).key(name.as_str());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    rows::set(tx, &name, &sealed, now).await?;
                    events::append(tx, &event, now).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Opens a secret.
    ///
    /// # Errors
    /// There is none, or this key does not open it.
    pub async fn get(&self, name: &Name) -> Result<SecretValue, SecretsError> {
        let sealed = rows::get(self.store.readers(), name).await?;
        let sealed = sealed.ok_or_else(|| SecretsError::NotFound(name.clone()))?;
        self.key.open(&sealed).ok_or_else(|| SecretsError::WrongKey {
            name: name.clone(),
            key_file: self.key.path().to_owned(),
        })
    }

    /// The names, sorted, without values.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Listed>, SecretsError> {
        Ok(rows::list(self.store.readers()).await?)
    }

    /// Removes a secret. `user` is what needs it, if anything does: then it stays.
    ///
    /// # Errors
    /// There is none, or it is in use.
    pub async fn remove(
        &self,
        name: Name,
        user: Option<String>,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), SecretsError> {
        if let Some(user) = user {
            return Err(SecretsError::InUse { name, user });
        }
        let event = NewEvent::new(Kind::SecretRemoved, None, actor, format!("secret {name} was removed"))
            .key(name.as_str());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if !rows::remove(tx, &name).await? {
                        return Err(SecretsError::NotFound(name));
                    }
                    events::append(tx, &event, now).await?;
                    Ok(())
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests;

//! Secrets in the database: sealed values, names, times.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;

use crate::error::SecretsError;
use crate::name::{InvalidName, Name};

/// A secret, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name.
    pub name: Name,
    /// When it was first set.
    pub created_at: Timestamp,
    /// When it was last set.
    pub updated_at: Timestamp,
}

pub(crate) async fn set(
    tx: &mut Tx,
    name: &Name,
    sealed: &[u8],
    recipient: &str,
    actor: &str,
    now: Timestamp,
) -> Result<(), SecretsError> {
    sqlx::query(
        "INSERT INTO secret (name, sealed, recipient, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (name) DO UPDATE SET
             sealed = excluded.sealed, recipient = excluded.recipient, updated_at = excluded.updated_at",
    )
    .bind(name.as_str())
    .bind(sealed)
    .bind(recipient)
    .bind(now.millis())
    .execute(&mut *tx)
    .await
    .map_err(StoreError::from)?;
    tell(tx, Kind::SecretSet, name, actor, "set", now).await
}

/// Removes a secret that nothing uses. The caller has looked in the same transaction: `users` names what does.
///
/// # Errors
/// [`SecretsError::InUse`], [`SecretsError::NoSecret`], or the database's.
pub async fn remove(
    tx: &mut Tx,
    name: &Name,
    users: &[String],
    actor: &str,
    now: Timestamp,
) -> Result<(), SecretsError> {
    if !users.is_empty() {
        return Err(SecretsError::InUse { name: name.clone(), users: users.to_vec() });
    }
    let done = sqlx::query("DELETE FROM secret WHERE name = $1")
        .bind(name.as_str())
        .execute(&mut *tx)
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected() == 0 {
        return Err(SecretsError::NoSecret(name.clone()));
    }
    tell(tx, Kind::SecretRemoved, name, actor, "removed", now).await
}

/// Whether there is a secret of this name. For those who are about to name it in a row of their own.
///
/// # Errors
/// The database's.
pub async fn exists(tx: &mut Tx, name: &Name) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM secret WHERE name = $1")
        .bind(name.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn sealed(
    readers: &SqlitePool,
    name: &Name,
) -> Result<Option<(Vec<u8>, String)>, StoreError> {
    Ok(sqlx::query_as("SELECT sealed, recipient FROM secret WHERE name = $1")
        .bind(name.as_str())
        .fetch_optional(readers)
        .await?)
}

pub(crate) async fn sealed_for_another(
    readers: &SqlitePool,
    recipient: &str,
) -> Result<Option<(Name, String)>, StoreError> {
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT name, recipient FROM secret WHERE recipient <> $1 ORDER BY name LIMIT 1")
            .bind(recipient)
            .fetch_optional(readers)
            .await?;
    row.map(|(name, recipient)| Ok((parse(name)?, recipient))).transpose()
}

pub(crate) async fn list(readers: &SqlitePool) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT name, created_at, updated_at FROM secret ORDER BY name")
            .fetch_all(readers)
            .await?;
    rows.into_iter()
        .map(|(name, created, updated)| {
            Ok(Listed { name: parse(name)?, created_at: Timestamp(created), updated_at: Timestamp(updated) })
        })
        .collect()
}

fn parse(name: String) -> Result<Name, StoreError> {
    name.parse().map_err(|error: InvalidName| StoreError::Corrupt {
        table: "secret",
        row: name,
        reason: error.to_string(),
    })
}

async fn tell(
    tx: &mut Tx,
    kind: Kind,
    name: &Name,
    actor: &str,
    what: &str,
    now: Timestamp,
) -> Result<(), SecretsError> {
    let event = NewEvent::new(kind, None, actor, format!("the secret {name} was {what}")).key(name.as_str());
    events::append(tx, &event, now).await?;
    Ok(())
}

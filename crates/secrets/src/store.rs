//! Sealed secrets in the database.

use ::store::{StoreError, Tx};
use inventory::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, SqlitePool};

use crate::name::Name;

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

pub(crate) async fn set(tx: &mut Tx, name: &Name, sealed: &[u8], now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO secret (name, sealed, created_at, updated_at) VALUES ($1, $2, $3, $3)
         ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
    )
    .bind(name.as_str())
    .bind(sealed)
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn get(readers: &SqlitePool, name: &Name) -> Result<Option<Vec<u8>>, StoreError> {
    let sealed = sqlx::query_scalar("SELECT sealed FROM secret WHERE name = $1");
    Ok(sealed.bind(name.as_str()).fetch_optional(readers).await?)
}

pub(crate) async fn list(readers: &SqlitePool) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as("SELECT name, created_at, updated_at FROM secret ORDER BY name")
        .fetch_all(readers)
        .await?;
    rows.into_iter().map(Listed::try_from).collect()
}

pub(crate) async fn remove(tx: &mut Tx, name: &Name) -> Result<bool, StoreError> {
    let removed = sqlx::query("DELETE FROM secret WHERE name = $1").bind(name.as_str()).execute(tx).await?;
    Ok(removed.rows_affected() == 1)
}

#[derive(FromRow)]
struct Row {
    name: String,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Row> for Listed {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let name = row.name.parse().map_err(|error: crate::name::InvalidName| StoreError::Corrupt {
            table: "secret",
            row: row.name.clone(),
            reason: error.to_string(),
        })?;
        Ok(Self { name, created_at: Timestamp(row.created_at), updated_at: Timestamp(row.updated_at) })
    }
}

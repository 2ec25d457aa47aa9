//! What others let machines boot.

use ::store::{StoreError, Tx};
use sqlx::SqliteExecutor;

use super::corrupt;
use crate::site::DiscoverySystem;

pub(crate) async fn put(tx: &mut Tx, name: &str, system: &DiscoverySystem) -> Result<(), StoreError> {
    let text =
        serde_json::to_string(system).map_err(|error| corrupt("boot_profile", name, error.to_string()))?;
    sqlx::query(
        "INSERT INTO boot_profile (name, system) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET system = excluded.system",
    )
    .bind(name)
    .bind(text)
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn remove(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM boot_profile WHERE name = $1").bind(name).execute(tx).await?;
    Ok(())
}

pub(crate) async fn all(executor: impl SqliteExecutor<'_>) -> Result<Vec<DiscoverySystem>, StoreError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT name, system FROM boot_profile ORDER BY name").fetch_all(executor).await?;
    let read = |(name, system): (String, String)| {
        serde_json::from_str(&system).map_err(|error| corrupt("boot_profile", &name, error.to_string()))
    };
    rows.into_iter().map(read).collect()
}

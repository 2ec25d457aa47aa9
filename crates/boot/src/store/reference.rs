//! What boot profiles refer to, and what they referred to until lately.

use ::store::{StoreError, Tx};
use inventory::Timestamp;
use sqlx::SqliteExecutor;

use super::corrupt;
use crate::assets::{Reference, Uses};

pub(crate) async fn all(executor: impl SqliteExecutor<'_>) -> Result<Uses, StoreError> {
    let rows: Vec<(String, Option<i64>)> =
        sqlx::query_as("SELECT reference, left_at FROM boot_reference").fetch_all(executor).await?;
    let read = |(text, left_at): (String, Option<i64>)| {
        let reference: Reference = serde_json::from_str(&text)
            .map_err(|error| corrupt("boot_reference", &text, error.to_string()))?;
        Ok((reference, left_at.map(Timestamp)))
    };
    rows.into_iter().map(read).collect()
}

/// There are few of them, and they seldom change: all at once.
pub(crate) async fn replace(tx: &mut Tx, uses: &Uses) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM boot_reference").execute(&mut *tx).await?;
    for (reference, left_at) in uses.iter() {
        let text = serde_json::to_string(reference)
            .map_err(|error| corrupt("boot_reference", &format!("{reference:?}"), error.to_string()))?;
        sqlx::query("INSERT INTO boot_reference (reference, left_at) VALUES ($1, $2)")
            .bind(text)
            .bind(left_at.map(Timestamp::millis))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

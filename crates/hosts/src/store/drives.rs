//! What drives last said of their health, in the database.

use ::store::{StoreError, Tx};
use inventory::{DriveHealth, Id, Sample, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;

/// The last word of one drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriveWord {
    /// When it came.
    pub at: Timestamp,
    /// How the drive does.
    #[serde(flatten)]
    pub health: DriveHealth,
}

/// Keeps what a sample says of drives, if it says anything. A drive that it does not name is gone.
pub(crate) async fn put(tx: &mut Tx, host: &Id, sample: &Sample, now: Timestamp) -> Result<(), StoreError> {
    if sample.drives.is_empty() {
        return Ok(());
    }
    for drive in &sample.drives {
        let document = serde_json::to_string(drive).map_err(|error| corrupt(host, &error))?;
        sqlx::query(
            "INSERT INTO host_drive (host_id, device, boot_id, taken_at, document) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (host_id, device) DO UPDATE SET
                 boot_id = excluded.boot_id, taken_at = excluded.taken_at, document = excluded.document",
        )
        .bind(host.as_str())
        .bind(&drive.device)
        .bind(&sample.agent.boot_id)
        .bind(now.millis())
        .bind(document)
        .execute(&mut *tx)
        .await?;
    }
    // All that this sample named were written just now.
    sqlx::query("DELETE FROM host_drive WHERE host_id = $1 AND taken_at <> $2")
        .bind(host.as_str())
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}

/// The last word of each of a host's drives in its present boot, by device.
///
/// # Errors
/// The database's.
pub async fn drives(readers: &SqlitePool, host: &Id) -> Result<Vec<DriveWord>, StoreError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT host_drive.taken_at, host_drive.document
         FROM host_drive JOIN host ON host.id = host_drive.host_id
         WHERE host_drive.host_id = $1 AND COALESCE(host_drive.boot_id, '') = COALESCE(host.boot_id, '')
         ORDER BY host_drive.device",
    )
    .bind(host.as_str())
    .fetch_all(readers)
    .await?;
    let word = |(at, text): (i64, String)| {
        let health = serde_json::from_str(&text).map_err(|error| corrupt(host, &error))?;
        Ok(DriveWord { at: Timestamp(at), health })
    };
    rows.into_iter().map(word).collect()
}

fn corrupt(host: &Id, error: &serde_json::Error) -> StoreError {
    StoreError::Corrupt { table: "host_drive", row: host.to_string(), reason: error.to_string() }
}

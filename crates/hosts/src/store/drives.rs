//! What drives last said of their health, in the database.

use ::store::{StoreError, Tx};
use inventory::{DriveHealth, Id, Sample, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;

/// The last word of one drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriveWord {
    /// When its numbers came. Those of a drive that sleeps are from before it fell asleep.
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
    for said in &sample.drives {
        let drive = key(said);
        let last = if said.asleep { word(tx, host, drive).await? } else { None };
        let word = match last {
            Some(DriveWord { at, health }) => {
                DriveWord { at, health: DriveHealth { asleep: true, device: said.device.clone(), ..health } }
            }
            None => DriveWord { at: now, health: said.clone() },
        };
        let document = serde_json::to_string(&word.health).map_err(|error| corrupt(host, &error))?;
        sqlx::query(
            "INSERT INTO host_drive (host_id, drive, told_at, taken_at, document) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (host_id, drive) DO UPDATE SET
                 told_at = excluded.told_at, taken_at = excluded.taken_at, document = excluded.document",
        )
        .bind(host.as_str())
        .bind(drive)
        .bind(now.millis())
        .bind(word.at.millis())
        .bind(document)
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query("DELETE FROM host_drive WHERE host_id = $1 AND told_at <> $2")
        .bind(host.as_str())
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}

fn key(drive: &DriveHealth) -> &str {
    let said = [&drive.wwn, &drive.serial].into_iter().flatten().find(|text| !text.is_empty());
    said.unwrap_or(&drive.device)
}

type Row = (i64, String);

async fn word(tx: &mut Tx, host: &Id, drive: &str) -> Result<Option<DriveWord>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as("SELECT taken_at, document FROM host_drive WHERE host_id = $1 AND drive = $2")
            .bind(host.as_str())
            .bind(drive)
            .fetch_optional(tx)
            .await?;
    row.map(|row| read(host, row)).transpose()
}

/// The last word of each of a host's drives.
///
/// # Errors
/// The database's.
pub async fn drives(readers: &SqlitePool, host: &Id) -> Result<Vec<DriveWord>, StoreError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT taken_at, document FROM host_drive WHERE host_id = $1 ORDER BY drive")
            .bind(host.as_str())
            .fetch_all(readers)
            .await?;
    let words: Result<Vec<DriveWord>, StoreError> = rows.into_iter().map(|row| read(host, row)).collect();
    let mut words = words?;
    words.sort_by(|a, b| a.health.device.cmp(&b.health.device));
    Ok(words)
}

fn read(host: &Id, (at, document): Row) -> Result<DriveWord, StoreError> {
    let health = serde_json::from_str(&document).map_err(|error| corrupt(host, &error))?;
    Ok(DriveWord { at: Timestamp(at), health })
}

fn corrupt(host: &Id, error: &serde_json::Error) -> StoreError {
    StoreError::Corrupt { table: "host_drive", row: host.to_string(), reason: error.to_string() }
}

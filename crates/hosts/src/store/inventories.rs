//! Inventories and their revisions, in the database.

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;

use crate::document::Inventory;
use crate::error::HostError;
use crate::overview::Overview;

/// Revisions that are kept of one host, the newest.
const REVISIONS: i64 = 500;

/// A revision without its document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Its number, from 1.
    pub number: i64,
    /// When it was stored.
    pub at: Timestamp,
    /// What had changed.
    pub summary: String,
}

/// A stored inventory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredInventory {
    /// Of which revision; for the latest one, of the newest revision.
    pub revision: i64,
    /// When it was taken.
    pub at: Timestamp,
    /// What the host was made of.
    pub inventory: Inventory,
}

/// What is stored of a host's inventory before a report is taken.
#[derive(Debug, Default)]
pub(crate) struct Last {
    pub(crate) inventory: Inventory,
    pub(crate) revision: i64,
    pub(crate) hash: Option<String>,
    pub(crate) agent_version: Option<String>,
}

type LastRow = (i64, Option<String>, Option<Vec<u8>>, Option<String>);

pub(crate) async fn last(tx: &mut Tx, host: &Id) -> Result<Last, HostError> {
    let row: Option<LastRow> = sqlx::query_as(
        "SELECT host.revision, host.inventory_hash, kept.document, kept.agent_version
         FROM host LEFT JOIN host_inventory kept ON kept.host_id = host.id
         WHERE host.id = $1",
    )
    .bind(host.as_str())
    .fetch_optional(tx)
    .await?;
    let (revision, hash, document, agent_version) = row.ok_or_else(|| HostError::NoHost(host.clone()))?;
    let inventory = document.as_deref().map(|packed| unpack(host, packed)).transpose()?.unwrap_or_default();
    Ok(Last { inventory, revision, hash, agent_version })
}

/// The latest inventory.
pub(crate) struct Latest<'a> {
    pub(crate) packed: &'a [u8],
    pub(crate) overview: &'a Overview,
    pub(crate) hash: &'a str,
    pub(crate) agent_version: &'a str,
}

/// Writes the latest inventory and the columns that lists show of it.
pub(crate) async fn put(
    tx: &mut Tx,
    host: &Id,
    latest: &Latest<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Latest { packed, overview, hash, agent_version } = *latest;
    sqlx::query(
        "INSERT INTO host_inventory (host_id, taken_at, document, agent_version) VALUES ($1, $2, $3, $4)
         ON CONFLICT (host_id) DO UPDATE SET
             taken_at = excluded.taken_at, document = excluded.document, agent_version = excluded.agent_version",
    )
    .bind(host.as_str())
    .bind(now.millis())
    .bind(packed)
    .bind(agent_version)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE host SET
             report_at = $2, inventory_hash = $3, vendor = $4, product = $5, serial = $6, cpu = $7,
             cpu_threads = $8, memory_bytes = $9, disk_count = $10, disk_bytes = $11, nic_count = $12,
             primary_address = $13
         WHERE id = $1",
    )
    .bind(host.as_str())
    .bind(now.millis())
    .bind(hash)
    .bind(&overview.vendor)
    .bind(&overview.product)
    .bind(&overview.serial)
    .bind(&overview.cpu)
    .bind(overview.cpu_threads)
    .bind(overview.memory_bytes)
    .bind(overview.disk_count)
    .bind(overview.disk_bytes)
    .bind(overview.nic_count)
    .bind(&overview.primary_address)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO host_boot_order (host_id, verdict) VALUES ($1, $2)
         ON CONFLICT (host_id) DO UPDATE SET verdict = excluded.verdict",
    )
    .bind(host.as_str())
    .bind(overview.boot_order.unwrap_or("unknown"))
    .execute(tx)
    .await?;
    Ok(())
}

/// A revision that is to be stored.
pub(crate) struct NewRevision<'a> {
    pub(crate) number: i64,
    pub(crate) hash: &'a str,
    pub(crate) summary: &'a str,
    pub(crate) packed: &'a [u8],
}

pub(crate) async fn put_revision(
    tx: &mut Tx,
    host: &Id,
    new: &NewRevision<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO host_revision (host_id, number, at, hash, summary, document)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(host.as_str())
    .bind(new.number)
    .bind(now.millis())
    .bind(new.hash)
    .bind(new.summary)
    .bind(new.packed)
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE host SET revision = $2, changed_at = $3 WHERE id = $1")
        .bind(host.as_str())
        .bind(new.number)
        .bind(now.millis())
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM host_revision WHERE host_id = $1 AND number <= $2")
        .bind(host.as_str())
        .bind(new.number - REVISIONS)
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes what was told for the first time into a revision that is there.
pub(crate) async fn amend_revision(
    tx: &mut Tx,
    host: &Id,
    number: i64,
    hash: &str,
    packed: &[u8],
) -> Result<(), StoreError> {
    sqlx::query("UPDATE host_revision SET hash = $3, document = $4 WHERE host_id = $1 AND number = $2")
        .bind(host.as_str())
        .bind(number)
        .bind(hash)
        .bind(packed)
        .execute(tx)
        .await?;
    Ok(())
}

/// A host's inventory: the latest, or as it was at a revision.
///
/// # Errors
/// The database's, or a document that can't be read.
pub async fn inventory(
    readers: &SqlitePool,
    host: &Id,
    revision: Option<i64>,
) -> Result<Option<StoredInventory>, HostError> {
    let latest = "SELECT host.revision, kept.taken_at, kept.document
                  FROM host_inventory kept JOIN host ON host.id = kept.host_id
                  WHERE kept.host_id = $1";
    let one = "SELECT number, at, document FROM host_revision WHERE host_id = $1 AND number = $2";
    let query = sqlx::query_as(if revision.is_some() { one } else { latest }).bind(host.as_str());
    let query = match revision {
        Some(number) => query.bind(number),
        None => query,
    };
    let row: Option<(i64, i64, Vec<u8>)> = query.fetch_optional(readers).await?;
    let stored = row.map(|(revision, at, document)| {
        Ok(StoredInventory { revision, at: Timestamp(at), inventory: unpack(host, &document)? })
    });
    stored.transpose()
}

/// The revisions before `before` (or all), newest first.
///
/// # Errors
/// The database's.
pub async fn revisions(
    readers: &SqlitePool,
    host: &Id,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Revision>, StoreError> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(
        "SELECT number, at, summary FROM host_revision
         WHERE host_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
    )
    .bind(host.as_str())
    .bind(before.unwrap_or(i64::MAX))
    .bind(i64::from(limit))
    .fetch_all(readers)
    .await?;
    let revision = |(number, at, summary)| Revision { number, at: Timestamp(at), summary };
    Ok(rows.into_iter().map(revision).collect())
}

fn unpack(host: &Id, packed: &[u8]) -> Result<Inventory, HostError> {
    Inventory::unpack(packed).map_err(|source| HostError::Document {
        host: host.clone(),
        what: "read",
        source,
    })
}

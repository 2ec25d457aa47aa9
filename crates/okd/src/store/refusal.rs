//! Who asked for a node's document that was not for them, until they have not for a while.

use std::net::IpAddr;

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};
use sqlx::SqlitePool;

use super::parsed;

/// Notes that this was told now.
pub(crate) async fn refused(
    tx: &mut Tx,
    address: IpAddr,
    host: Option<&Id>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO install_refusal (address, host_id, at) VALUES ($1, $2, $3)
         ON CONFLICT (address, host_id) DO UPDATE SET at = excluded.at",
    )
    .bind(address.to_string())
    .bind(host.map_or("", Id::as_str))
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Of whom nothing was told since `since`: the address, and whose document it asked for.
pub(crate) async fn quiet(
    readers: &SqlitePool,
    since: Timestamp,
) -> Result<Vec<(String, Option<Id>)>, StoreError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT address, host_id FROM install_refusal WHERE at < $1 ORDER BY at")
            .bind(since.millis())
            .fetch_all(readers)
            .await?;
    let rows = rows.into_iter().map(|(address, host)| {
        let host = Some(host).filter(|host| !host.is_empty());
        let host = host.map(|host| parsed("install_refusal", &address, &host)).transpose()?;
        Ok((address, host))
    });
    rows.collect()
}

/// Forgets one, unless it was told of again since `since`: `false` then.
pub(crate) async fn forget(
    tx: &mut Tx,
    address: &str,
    host: Option<&Id>,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let gone = sqlx::query("DELETE FROM install_refusal WHERE address = $1 AND host_id = $2 AND at < $3")
        .bind(address)
        .bind(host.map_or("", Id::as_str))
        .bind(since.millis())
        .execute(tx)
        .await?;
    Ok(gone.rows_affected() == 1)
}

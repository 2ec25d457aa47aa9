//! Where hosts stand.

use ::store::{StoreError, Tx};
use inventory::Id;

pub(crate) async fn get(tx: &mut Tx, id: &Id) -> Result<Option<String>, StoreError> {
    let place = sqlx::query_scalar("SELECT place FROM host_place WHERE host_id = $1")
        .bind(id.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(place)
}

/// The name of the host that stands there.
pub(crate) async fn at(tx: &mut Tx, place: &str) -> Result<Option<String>, StoreError> {
    let name = sqlx::query_scalar(
        "SELECT host.name FROM host_place JOIN host ON host.id = host_place.host_id WHERE place = $1",
    )
    .bind(place)
    .fetch_optional(tx)
    .await?;
    Ok(name)
}

pub(crate) async fn set(tx: &mut Tx, id: &Id, place: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO host_place (host_id, place) VALUES ($1, $2)
         ON CONFLICT (host_id) DO UPDATE SET place = excluded.place",
    )
    .bind(id.as_str())
    .bind(place)
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn clear(tx: &mut Tx, id: &Id) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM host_place WHERE host_id = $1").bind(id.as_str()).execute(tx).await?;
    Ok(())
}

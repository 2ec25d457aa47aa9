//! What is this server's own on a gateway.

use ::store::{StoreError, Tx};
use sqlx::SqlitePool;
use uuid::Uuid;

use super::corrupt;
use crate::name::GatewayName;
use crate::object::Kind;
use crate::ownership::Known;

/// What this server made on a gateway and has not removed.
pub(crate) async fn known(readers: &SqlitePool, name: &GatewayName) -> Result<Known, StoreError> {
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT kind, id, name FROM gateway_object WHERE gateway = $1")
            .bind(name.as_str())
            .fetch_all(readers)
            .await?;
    rows.into_iter()
        .map(|(kind, id, object)| {
            let found = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
            match (found, id.parse::<Uuid>()) {
                (Some(kind), Ok(id)) => Ok(((kind, id), object)),
                _ => Err(corrupt("gateway_object", format!("{name}/{kind}/{id}"), "unknown kind or id")),
            }
        })
        .collect()
}

/// Our objects on a gateway, as they were read.
pub(crate) async fn own(
    tx: &mut Tx,
    name: &GatewayName,
    owned: &[(Kind, Uuid, String)],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM gateway_object WHERE gateway = $1")
        .bind(name.as_str())
        .execute(&mut *tx)
        .await?;
    for (kind, id, object) in owned {
        sqlx::query(
            "INSERT INTO gateway_object (gateway, kind, id, name) SELECT name, $2, $3, $4 FROM gateway WHERE name = $1",
        )
        .bind(name.as_str())
        .bind(kind.as_str())
        .bind(id.to_string())
        .bind(object)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

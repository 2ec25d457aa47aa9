//! The ways of hosts that have their own.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};
use secrets::Name;
use sqlx::SqlitePool;

use super::corrupt;
use crate::error::PowerError;
use crate::way::{InvalidWay, Ways};

/// The ways of a host, with the version that counts their changes; nothing where they are as everywhere.
pub(crate) async fn get(readers: &SqlitePool, host: &Id) -> Result<Option<(i64, Ways)>, StoreError> {
    let row: Option<(i64, String)> =
        sqlx::query_as("SELECT version, ways FROM power_switch WHERE host_id = $1")
            .bind(host.as_str())
            .fetch_optional(readers)
            .await?;
    let read = |(version, ways): (i64, String)| {
        let ways =
            serde_json::from_str(&ways).map_err(|error| corrupt("power_switch", host.as_str(), &error))?;
        Ok((version, ways))
    };
    row.map(read).transpose()
}

/// Sets them, or takes them away; `version` is the one that the change was made of.
pub(crate) async fn set(
    tx: &mut Tx,
    host: &Id,
    name: &str,
    version: i64,
    ways: Option<&Ways>,
    actor: &str,
    now: Timestamp,
) -> Result<(), PowerError> {
    for way in ways.iter().flat_map(|ways| ways.iter()) {
        for secret in way.kind.secrets() {
            if !secrets::exists(tx, secret).await? {
                let why = format!("there is no secret {secret}: see muster secret set");
                return Err(InvalidWay::Setting { name: way.name.clone(), why }.into());
            }
        }
    }
    let json = ways.map(serde_json::to_string).transpose();
    let json = json.map_err(|error| corrupt("power_switch", host.as_str(), &error))?;
    let done = match &json {
        None => {
            sqlx::query("DELETE FROM power_switch WHERE host_id = $1 AND version = $2")
                .bind(host.as_str())
                .bind(version)
                .execute(&mut *tx)
                .await?
        }
        Some(json) if version == 0 => {
            sqlx::query(
                "INSERT INTO power_switch (host_id, version, ways, changed_at) VALUES ($1, 1, $2, $3)
                 ON CONFLICT (host_id) DO NOTHING",
            )
            .bind(host.as_str())
            .bind(json)
            .bind(now.millis())
            .execute(&mut *tx)
            .await?
        }
        Some(json) => {
            sqlx::query(
                "UPDATE power_switch SET version = version + 1, ways = $3, changed_at = $4
                 WHERE host_id = $1 AND version = $2",
            )
            .bind(host.as_str())
            .bind(version)
            .bind(json)
            .bind(now.millis())
            .execute(&mut *tx)
            .await?
        }
    };
    if done.rows_affected() != 1 {
        return Err(PowerError::Changed(name.to_owned()));
    }
    let summary = match ways {
        Some(ways) => format!("{actor} set how {name} is switched: {}", ways.names()),
        None => format!("{actor} let {name} be switched as every host is"),
    };
    events::append(tx, &NewEvent::new(Kind::PowerSet, Some(host.clone()), actor, summary), now).await?;
    Ok(())
}

/// What needs this secret.
///
/// # Errors
/// The database's.
pub async fn uses_secret(tx: &mut Tx, secret: &Name) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT host.name, power_switch.ways FROM power_switch JOIN host ON host.id = power_switch.host_id
         ORDER BY host.name",
    )
    .fetch_all(tx)
    .await?;
    let mut users = Vec::new();
    for (host, ways) in rows {
        let ways: Ways =
            serde_json::from_str(&ways).map_err(|error| corrupt("power_switch", &host, &error))?;
        let using = ways.iter().filter(|way| way.kind.secrets().any(|name| name == secret));
        users.extend(using.map(|way| format!("the power switch {} of {host}", way.name)));
    }
    Ok(users)
}

//! Which gateways there are, and what is wanted of them.

use std::collections::BTreeMap;

use ::store::{StoreError, Tx};
use events::{Kind as EventKind, NewEvent};
use inventory::Timestamp;
use sqlx::{SqliteExecutor, SqlitePool};
use uuid::Uuid;

use super::{corrupt, json};
use crate::error::GatewayError;
use crate::name::GatewayName;
use crate::registration::{AdapterKind, Registration};
use crate::site::SiteId;
use crate::wish::Wish;

/// A gateway's row.
#[derive(Debug, Clone)]
pub(crate) struct Gateway {
    pub(crate) name: GatewayName,
    pub(crate) adapter: AdapterKind,
    pub(crate) added_at: Timestamp,
    pub(crate) applied: Option<Wish>,
    pub(crate) checked_at: Option<Timestamp>,
    pub(crate) drift_since: Option<Timestamp>,
    pub(crate) unreachable_since: Option<Timestamp>,
    pub(crate) unreachable_why: Option<String>,
}

/// The server's own id; `new` becomes it where there is none yet.
pub(crate) async fn site_id(tx: &mut Tx, new: Uuid, now: Timestamp) -> Result<SiteId, StoreError> {
    sqlx::query(
        "INSERT INTO gateway_site (one, id, made_at) VALUES (1, $1, $2) ON CONFLICT (one) DO NOTHING",
    )
    .bind(new.to_string())
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    let id: String = sqlx::query_scalar("SELECT id FROM gateway_site WHERE one = 1").fetch_one(tx).await?;
    id.parse().map(SiteId).map_err(|error| corrupt("gateway_site", id, error))
}

pub(crate) async fn add(
    tx: &mut Tx,
    registration: &Registration,
    place: &str,
    actor: &str,
    now: Timestamp,
) -> Result<(), GatewayError> {
    let name = &registration.name;
    let done = sqlx::query(
        "INSERT INTO gateway (name, adapter, added_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
    )
    .bind(name.as_str())
    .bind(json(&registration.adapter)?)
    .bind(now.millis())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(GatewayError::Exists(name.clone()));
    }
    let event =
        NewEvent::new(EventKind::GatewayAdded, None, actor, format!("the gateway {name} was added: {place}"))
            .key(name.as_str());
    events::append(tx, &event, now).await?;
    Ok(())
}

/// Describes a gateway anew. To whom its key is sent from now on is told, for that is what a thief would change.
pub(crate) async fn set_adapter(
    tx: &mut Tx,
    name: &GatewayName,
    adapter: &AdapterKind,
    actor: &str,
    now: Timestamp,
) -> Result<(), GatewayError> {
    let before = get(&mut *tx, name).await?.adapter;
    if before == *adapter {
        return Ok(());
    }
    sqlx::query("UPDATE gateway SET adapter = $2 WHERE name = $1")
        .bind(name.as_str())
        .bind(json(adapter)?)
        .execute(&mut *tx)
        .await?;
    let words = format!("the gateway {name} is spoken to otherwise: {adapter}, before: {before}");
    let event = NewEvent::new(EventKind::GatewayDescribed, None, actor, words).key(name.as_str());
    events::append(tx, &event, now).await?;
    Ok(())
}

/// Takes a gateway out. What stands on it is not touched; `leave` says that this is meant.
pub(crate) async fn remove(
    tx: &mut Tx,
    name: &GatewayName,
    leave: bool,
    actor: &str,
    now: Timestamp,
) -> Result<(), GatewayError> {
    let objects: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM gateway_object WHERE gateway = $1")
        .bind(name.as_str())
        .fetch_one(&mut *tx)
        .await?;
    if objects > 0 && !leave {
        let objects = usize::try_from(objects).unwrap_or(usize::MAX);
        return Err(GatewayError::StandsOn { gateway: name.clone(), objects });
    }
    let done =
        sqlx::query("DELETE FROM gateway WHERE name = $1").bind(name.as_str()).execute(&mut *tx).await?;
    if done.rows_affected() == 0 {
        return Err(GatewayError::NoGateway(name.clone()));
    }
    let left =
        if objects > 0 { format!("; {objects} objects of Muster's stand on it") } else { String::new() };
    let event = NewEvent::new(
        EventKind::GatewayRemoved,
        None,
        actor,
        format!("the gateway {name} was removed{left}"),
    )
    .key(name.as_str());
    events::append(tx, &event, now).await?;
    Ok(())
}

type GatewayRow =
    (String, String, i64, Option<String>, Option<i64>, Option<i64>, Option<i64>, Option<String>);

const COLUMNS: &str =
    "name, adapter, added_at, applied, checked_at, drift_since, unreachable_since, unreachable_why";

pub(crate) async fn list(readers: &SqlitePool) -> Result<Vec<Gateway>, StoreError> {
    let rows: Vec<GatewayRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM gateway ORDER BY name")))
            .fetch_all(readers)
            .await?;
    rows.into_iter().map(parse).collect()
}

pub(crate) async fn get<'e>(
    executor: impl SqliteExecutor<'e>,
    name: &GatewayName,
) -> Result<Gateway, GatewayError> {
    let row: Option<GatewayRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM gateway WHERE name = $1")))
            .bind(name.as_str())
            .fetch_optional(executor)
            .await?;
    Ok(parse(row.ok_or_else(|| GatewayError::NoGateway(name.clone()))?)?)
}

fn parse(row: GatewayRow) -> Result<Gateway, StoreError> {
    let (name, adapter, added_at, applied, checked_at, drift_since, unreachable_since, unreachable_why) = row;
    let wrong = |error: serde_json::Error| corrupt("gateway", name.clone(), error);
    Ok(Gateway {
        adapter: serde_json::from_str(&adapter).map_err(wrong)?,
        applied: applied.map(|wish| serde_json::from_str(&wish)).transpose().map_err(wrong)?,
        added_at: Timestamp(added_at),
        checked_at: checked_at.map(Timestamp),
        drift_since: drift_since.map(Timestamp),
        unreachable_since: unreachable_since.map(Timestamp),
        unreachable_why,
        name: name.parse().map_err(|error| corrupt("gateway", name.clone(), error))?,
    })
}

pub(crate) async fn set_wish(
    tx: &mut Tx,
    name: &GatewayName,
    part: &str,
    wish: Option<&Wish>,
    actor: &str,
    now: Timestamp,
) -> Result<(), GatewayError> {
    let there: Option<i64> = sqlx::query_scalar("SELECT 1 FROM gateway WHERE name = $1")
        .bind(name.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    if there.is_none() {
        return Err(GatewayError::NoGateway(name.clone()));
    }
    // Read in the transaction: two parts that contradict each other can't both come in at once.
    let mut parts = read_parts(&mut *tx, name).await?;
    let before = parts.remove(part);
    if before.as_ref() == wish {
        return Ok(());
    }
    if let Some(wish) = wish {
        parts.insert(part.to_owned(), wish.clone());
        Wish::union(parts.iter().map(|(part, wish)| (part.as_str(), wish)))?;
        sqlx::query(
            "INSERT INTO gateway_wish (gateway, part, wish, set_at, set_by) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (gateway, part) DO UPDATE SET
                 wish = excluded.wish, set_at = excluded.set_at, set_by = excluded.set_by",
        )
        .bind(name.as_str())
        .bind(part)
        .bind(json(wish)?)
        .bind(now.millis())
        .bind(actor)
        .execute(&mut *tx)
        .await?;
    } else {
        sqlx::query("DELETE FROM gateway_wish WHERE gateway = $1 AND part = $2")
            .bind(name.as_str())
            .bind(part)
            .execute(&mut *tx)
            .await?;
    }
    let done = if wish.is_some() { "was set" } else { "was cleared" };
    let event = NewEvent::new(
        EventKind::GatewayWished,
        None,
        actor,
        format!("what {part} wants of the gateway {name} {done}"),
    )
    .key(name.as_str());
    events::append(tx, &event, now).await?;
    Ok(())
}

/// The wishes of all parts.
pub(crate) async fn parts(
    readers: &SqlitePool,
    name: &GatewayName,
) -> Result<BTreeMap<String, Wish>, StoreError> {
    read_parts(readers, name).await
}

async fn read_parts<'e>(
    executor: impl SqliteExecutor<'e>,
    name: &GatewayName,
) -> Result<BTreeMap<String, Wish>, StoreError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT part, wish FROM gateway_wish WHERE gateway = $1 ORDER BY part")
            .bind(name.as_str())
            .fetch_all(executor)
            .await?;
    rows.into_iter()
        .map(|(part, wish)| match serde_json::from_str(&wish) {
            Ok(wish) => Ok((part, wish)),
            Err(error) => Err(corrupt("gateway_wish", format!("{name}/{part}"), error)),
        })
        .collect()
}

/// The gateways whose credential this secret is.
pub(crate) async fn secret_users(tx: &mut Tx, secret: &secrets::Name) -> Result<Vec<String>, StoreError> {
    let rows: Vec<GatewayRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM gateway ORDER BY name")))
            .fetch_all(tx)
            .await?;
    let mut users = Vec::new();
    for row in rows {
        let gateway = parse(row)?;
        if matches!(&gateway.adapter, AdapterKind::OpnSense { credential, .. } if credential == secret) {
            users.push(gateway.name.to_string());
        }
    }
    Ok(users)
}

//! How a gateway stands: what was applied, what it has not taken up, whether it drifts, whether it can be read.

use std::collections::BTreeSet;

use ::store::{StoreError, Tx};
use events::{Kind as EventKind, NewEvent};
use inventory::Timestamp;
use serde_json::json;
use sqlx::SqlitePool;

use super::{corrupt, json as text};
use crate::name::GatewayName;
use crate::object::Service;
use crate::record::Drift;
use crate::wish::Wish;

/// What the sweep saw of a gateway that it could read.
pub(crate) struct Reached<'a> {
    pub(crate) name: &'a GatewayName,
    pub(crate) drift: &'a Drift,
}

/// Services that have not taken up what was saved for them.
pub(crate) async fn pending(
    readers: &SqlitePool,
    name: &GatewayName,
) -> Result<BTreeSet<Service>, StoreError> {
    let rows: Vec<String> = sqlx::query_scalar("SELECT service FROM gateway_pending WHERE gateway = $1")
        .bind(name.as_str())
        .fetch_all(readers)
        .await?;
    rows.into_iter()
        .map(|row| {
            Service::ALL
                .into_iter()
                .find(|service| service.as_str() == row)
                .ok_or_else(|| corrupt("gateway_pending", format!("{name}/{row}"), "unknown service"))
        })
        .collect()
}

/// The service has taken up all that is saved for it.
pub(crate) async fn settle_service(
    tx: &mut Tx,
    name: &GatewayName,
    service: Service,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM gateway_pending WHERE gateway = $1 AND service = $2")
        .bind(name.as_str())
        .bind(service.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

/// That wish is what the gateway is held to from now on.
pub(crate) async fn applied(tx: &mut Tx, name: &GatewayName, wish: Option<&Wish>) -> Result<(), StoreError> {
    sqlx::query("UPDATE gateway SET applied = $2 WHERE name = $1")
        .bind(name.as_str())
        .bind(wish.map(text).transpose()?)
        .execute(tx)
        .await?;
    Ok(())
}

/// It was read. Tells when a drift begins and ends, and when it was lost before.
pub(crate) async fn reached(tx: &mut Tx, seen: &Reached<'_>, now: Timestamp) -> Result<(), StoreError> {
    let Reached { name, drift } = seen;
    let row: Option<(Option<i64>, i64)> =
        sqlx::query_as("SELECT drift_since, lost FROM gateway WHERE name = $1")
            .bind(name.as_str())
            .fetch_optional(&mut *tx)
            .await?;
    let Some((since, lost)) = row else { return Ok(()) };
    if lost != 0 {
        let event = NewEvent::new(
            EventKind::GatewayFound,
            None,
            "server",
            format!("the gateway {name} can be read again"),
        );
        events::append(tx, &event.key(name.as_str()), now).await?;
    }
    let drifts = !drift.is_empty();
    if drifts && since.is_none() {
        let event = NewEvent::new(EventKind::GatewayDrifted, None, "server", drift_words(name, drift)).data(
            json!({ "changes": drift.changes.len(), "conflicts": drift.conflicts.len(), "services": drift.services }),
        );
        events::append(tx, &event.key(name.as_str()), now).await?;
    }
    if !drifts && since.is_some() {
        let event = NewEvent::new(
            EventKind::GatewaySettled,
            None,
            "server",
            format!("the gateway {name} is again as it was set up"),
        );
        events::append(tx, &event.key(name.as_str()), now).await?;
    }
    let since = if drifts { since.or(Some(now.millis())) } else { None };
    sqlx::query(
        "UPDATE gateway SET checked_at = $2, drift_since = $3, unreachable_since = NULL, unreachable_why = NULL, lost = 0
         WHERE name = $1",
    )
    .bind(name.as_str())
    .bind(now.millis())
    .bind(since)
    .execute(tx)
    .await?;
    Ok(())
}

/// The first few things that differ, by name.
const NAMED: usize = 3;

fn drift_words(name: &GatewayName, drift: &Drift) -> String {
    let mut what: Vec<String> = drift.changes.iter().map(|change| change.name.clone()).collect();
    what.extend(drift.conflicts.iter().map(|conflict| conflict.because.clone()));
    what.extend(drift.services.iter().map(|service| format!("{service} is not as it should be")));
    what.dedup();
    let more = what.len().saturating_sub(NAMED);
    what.truncate(NAMED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("the gateway {name} differs from what was set up: {}{more}", what.join(", "))
}

/// It could not be read. Tells once, when that has lasted.
pub(crate) async fn unreachable(
    tx: &mut Tx,
    name: &GatewayName,
    why: &str,
    lost_after: std::time::Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row: Option<(Option<i64>, i64)> =
        sqlx::query_as("SELECT unreachable_since, lost FROM gateway WHERE name = $1")
            .bind(name.as_str())
            .fetch_optional(&mut *tx)
            .await?;
    let Some((since, lost)) = row else { return Ok(()) };
    let since = since.map_or(now, Timestamp);
    let mut lost = lost != 0;
    if !lost && now.since(since) >= lost_after {
        lost = true;
        let minutes = now.since(since).as_secs() / 60;
        let words = format!("the gateway {name} could not be read for {minutes} minutes: {why}");
        let event = NewEvent::new(EventKind::GatewayLost, None, "server", words).key(name.as_str());
        events::append(tx, &event, now).await?;
    }
    sqlx::query("UPDATE gateway SET unreachable_since = $2, unreachable_why = $3, lost = $4 WHERE name = $1")
        .bind(name.as_str())
        .bind(since.millis())
        .bind(why)
        .bind(i64::from(lost))
        .execute(tx)
        .await?;
    Ok(())
}

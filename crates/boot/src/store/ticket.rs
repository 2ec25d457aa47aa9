//! Uses and refusals of tickets.

use std::net::IpAddr;

use ::store::{StoreError, Tx};
use inventory::Timestamp;
use sqlx::SqlitePool;

use crate::tickets::Ticket;

/// Who used a ticket first, and when.
pub(crate) struct FirstUse {
    pub(crate) holder: String,
    pub(crate) at: Timestamp,
}

/// Notes the use of a ticket, unless it was used before; answers the first use, which may be this one.
pub(crate) async fn first_use(
    tx: &mut Tx,
    nonce: &str,
    ticket: &Ticket,
    holder: &str,
    now: Timestamp,
) -> Result<FirstUse, StoreError> {
    sqlx::query(
        "INSERT INTO ticket_use (nonce, purpose, mac, holder, used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (nonce) DO NOTHING",
    )
    .bind(nonce)
    .bind(ticket.purpose.as_str())
    .bind(ticket.mac.to_string())
    .bind(holder)
    .bind(now.millis())
    .bind(ticket.expires_at.millis())
    .execute(&mut *tx)
    .await?;
    let (holder, used_at) = sqlx::query_as("SELECT holder, used_at FROM ticket_use WHERE nonce = $1")
        .bind(nonce)
        .fetch_one(tx)
        .await?;
    Ok(FirstUse { holder, at: Timestamp(used_at) })
}

/// The first use of a ticket, where there was one.
pub(crate) async fn known_use(readers: &SqlitePool, nonce: &str) -> Result<Option<FirstUse>, StoreError> {
    let known: Option<(String, i64)> =
        sqlx::query_as("SELECT holder, used_at FROM ticket_use WHERE nonce = $1")
            .bind(nonce)
            .fetch_optional(readers)
            .await?;
    Ok(known.map(|(holder, used_at)| FirstUse { holder, at: Timestamp(used_at) }))
}

/// Whether a refusal may be told as an event, and then how many were not; else it is counted.
pub(crate) async fn may_tell(
    tx: &mut Tx,
    source: IpAddr,
    now: Timestamp,
    quiet_since: Timestamp,
    events: i64,
) -> Result<Option<i64>, StoreError> {
    let address = source.to_string();
    let known: Option<(i64, i64)> =
        sqlx::query_as("SELECT told_at, silent FROM ticket_refusal WHERE address = $1")
            .bind(&address)
            .fetch_optional(&mut *tx)
            .await?;
    // A time to come was written before the clock was set back.
    let lately = |told_at: i64| told_at > quiet_since.millis() && told_at <= now.millis();
    let told: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM ticket_refusal WHERE told_at > $1 AND told_at <= $2")
            .bind(quiet_since.millis())
            .bind(now.millis())
            .fetch_one(&mut *tx)
            .await?;
    if told >= events || known.is_some_and(|(told_at, _)| lately(told_at)) {
        sqlx::query("UPDATE ticket_refusal SET silent = silent + 1 WHERE address = $1")
            .bind(&address)
            .execute(tx)
            .await?;
        return Ok(None);
    }
    sqlx::query(
        "INSERT INTO ticket_refusal (address, told_at, silent) VALUES ($1, $2, 0)
         ON CONFLICT (address) DO UPDATE SET told_at = excluded.told_at, silent = 0",
    )
    .bind(&address)
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(Some(known.map_or(0, |(_, silent)| silent)))
}

/// Deletes what lies before `before`.
pub(crate) async fn forget(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    for statement in
        ["DELETE FROM ticket_use WHERE expires_at < $1", "DELETE FROM ticket_refusal WHERE told_at < $1"]
    {
        sqlx::query(statement).bind(before.millis()).execute(&mut *tx).await?;
    }
    Ok(())
}

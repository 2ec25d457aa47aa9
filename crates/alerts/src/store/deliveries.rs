//! Deliveries: whose turn it is, and what became of it.

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};
use sqlx::{FromRow, SqlitePool};

use super::parsed;
use crate::delivery::{Delivery, DeliveryStatus};

/// What was sent of an incident, and to whom.
///
/// # Errors
/// The database's.
pub async fn deliveries(readers: &SqlitePool, incident: &Id) -> Result<Vec<Delivery>, StoreError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT * FROM delivery WHERE incident_id = $1 ORDER BY subscription")
            .bind(incident.as_str())
            .fetch_all(readers)
            .await?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// The delivery through `provider` whose turn it is.
pub(crate) async fn next_due(
    readers: &SqlitePool,
    provider: &Id,
    now: Timestamp,
) -> Result<Option<Delivery>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT d.* FROM delivery d JOIN subscription s ON s.name = d.subscription
         WHERE d.status = 'waiting' AND d.due_at <= $2
           AND s.provider = $1 AND (s.probe_at IS NULL OR s.probe_at <= $2)
         ORDER BY d.due_at, d.incident_id, d.subscription
         LIMIT 1",
    )
    .bind(provider.as_str())
    .bind(now.millis())
    .fetch_optional(readers)
    .await?;
    row.map(Delivery::try_from).transpose()
}

/// Notes, before it is tried, that it is: after a crash nobody knows whether it arrived.
pub(crate) async fn begin(tx: &mut Tx, delivery: &Delivery, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE delivery SET
             maybe_told = 1, attempts = attempts + 1, last_attempt_at = $3,
             first_attempt_at = COALESCE(first_attempt_at, $3)
         WHERE incident_id = $1 AND subscription = $2",
    )
    .bind(delivery.incident.as_str())
    .bind(delivery.subscription.as_str())
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that `told` has arrived. What has happened since still waits.
pub(crate) async fn sent(
    tx: &mut Tx,
    delivery: &Delivery,
    told: i64,
    message_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE delivery SET
             told = $3, maybe_told = 0, delivered_at = $4, message_id = $5, last_error = NULL,
             status = CASE WHEN wanted <= $3 THEN 'sent' ELSE status END
         WHERE incident_id = $1 AND subscription = $2",
    )
    .bind(delivery.incident.as_str())
    .bind(delivery.subscription.as_str())
    .bind(told)
    .bind(now.millis())
    .bind(message_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that it did not arrive, or that nobody knows, and when it is tried again.
pub(crate) async fn failed(
    tx: &mut Tx,
    delivery: &Delivery,
    maybe_told: bool,
    reason: &str,
    due: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE delivery SET maybe_told = $3, last_error = $4, due_at = $5
         WHERE incident_id = $1 AND subscription = $2",
    )
    .bind(delivery.incident.as_str())
    .bind(delivery.subscription.as_str())
    .bind(i64::from(maybe_told))
    .bind(reason)
    .bind(due.millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Holds it back, unless something newer has come. The time for which it is held back does not make it old.
pub(crate) async fn hold(
    tx: &mut Tx,
    delivery: &Delivery,
    now: Timestamp,
    due: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE delivery SET queued_at = $4, due_at = $5
         WHERE incident_id = $1 AND subscription = $2 AND wanted = $3",
    )
    .bind(delivery.incident.as_str())
    .bind(delivery.subscription.as_str())
    .bind(delivery.wanted)
    .bind(now.millis())
    .bind(due.millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Ends it unsent, unless something newer has come.
pub(crate) async fn end(tx: &mut Tx, delivery: &Delivery, status: DeliveryStatus) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE delivery SET status = $4 WHERE incident_id = $1 AND subscription = $2 AND wanted = $3",
    )
    .bind(delivery.incident.as_str())
    .bind(delivery.subscription.as_str())
    .bind(delivery.wanted)
    .bind(status.as_str())
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    incident_id: String,
    subscription: String,
    wanted: i64,
    told: Option<i64>,
    maybe_told: i64,
    status: String,
    queued_at: i64,
    due_at: i64,
    attempts: i64,
    first_attempt_at: Option<i64>,
    last_attempt_at: Option<i64>,
    last_error: Option<String>,
    delivered_at: Option<i64>,
    message_id: Option<String>,
}

impl TryFrom<Row> for Delivery {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            incident: parsed("delivery", &row.incident_id, &row.incident_id)?,
            subscription: parsed("delivery", &row.incident_id, &row.subscription)?,
            status: parsed("delivery", &row.incident_id, &row.status)?,
            wanted: row.wanted,
            told: row.told,
            maybe_told: row.maybe_told != 0,
            queued_at: Timestamp(row.queued_at),
            due_at: Timestamp(row.due_at),
            attempts: row.attempts,
            first_attempt_at: row.first_attempt_at.map(Timestamp),
            last_attempt_at: row.last_attempt_at.map(Timestamp),
            last_error: row.last_error,
            delivered_at: row.delivered_at.map(Timestamp),
            message_id: row.message_id,
        })
    }
}

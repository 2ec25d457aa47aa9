//! Subscriptions.

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};
use sqlx::{FromRow, SqlitePool};

use super::providers::tell;
use super::{parsed, trouble};
use crate::error::AlertsError;
use crate::provider::Trouble;
use crate::subscription::{NewSubscription, Subscription};

/// Adds a subscription. It hears of what happens from now on.
///
/// # Errors
/// [`AlertsError::SubscriptionExists`], [`AlertsError::NoProvider`], [`AlertsError::UselessPrefix`], or the database's.
pub async fn add_subscription(
    tx: &mut Tx,
    new: &NewSubscription,
    actor: &str,
    now: Timestamp,
) -> Result<(), AlertsError> {
    if let Some(prefix) = new.useless_prefix() {
        return Err(AlertsError::UselessPrefix(prefix.chars().take(64).collect()));
    }
    let provider: Option<i64> = sqlx::query_scalar("SELECT 1 FROM provider WHERE name = $1")
        .bind(new.provider.as_str())
        .fetch_optional(&mut *tx)
        .await
        .map_err(StoreError::from)?;
    if provider.is_none() {
        return Err(AlertsError::NoProvider(new.provider.clone()));
    }
    let done = sqlx::query(
        "INSERT INTO subscription (name, provider, topic, min_severity, rule_prefix, host_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(new.name.as_str())
    .bind(new.provider.as_str())
    .bind(new.topic.as_str())
    .bind(new.min_severity.as_str())
    .bind(new.rule_prefix.as_deref().unwrap_or_default())
    .bind(new.host.as_ref().map(Id::as_str))
    .bind(now.millis())
    .execute(&mut *tx)
    .await
    .map_err(StoreError::from)?;
    if done.rows_affected() == 0 {
        return Err(AlertsError::SubscriptionExists(new.name.clone()));
    }
    let summary = format!("the subscription {} was added: {} through {}", new.name, new.topic, new.provider);
    tell(tx, format!("subscription/{}", new.name), actor, summary, now).await
}

/// Removes a subscription, and what waits for it.
///
/// # Errors
/// [`AlertsError::NoSubscription`], or the database's.
pub async fn remove_subscription(
    tx: &mut Tx,
    name: &Id,
    actor: &str,
    now: Timestamp,
) -> Result<(), AlertsError> {
    let done = sqlx::query("DELETE FROM subscription WHERE name = $1")
        .bind(name.as_str())
        .execute(&mut *tx)
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected() == 0 {
        return Err(AlertsError::NoSubscription(name.clone()));
    }
    tell(tx, format!("subscription/{name}"), actor, format!("the subscription {name} was removed"), now).await
}

/// All subscriptions, by name, and how each does.
///
/// # Errors
/// The database's.
pub async fn subscriptions(readers: &SqlitePool) -> Result<Vec<Subscription>, StoreError> {
    all(readers).await
}

/// A subscription, if there is one of this name.
///
/// # Errors
/// The database's.
pub async fn subscription(readers: &SqlitePool, name: &Id) -> Result<Option<Subscription>, StoreError> {
    Ok(all(readers).await?.into_iter().find(|subscription| subscription.name == *name))
}

/// All of them without their counts: what queueing asks, in the transaction of every transition.
pub(crate) async fn uncounted(tx: &mut Tx) -> Result<Vec<Subscription>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT *, 0 AS waiting, CAST(NULL AS BIGINT) AS oldest_waiting_at, 0 AS dead FROM subscription ORDER BY name",
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(Subscription::try_from).collect()
}

/// There are few of them: a team has some, a site some dozens.
async fn all(readers: &SqlitePool) -> Result<Vec<Subscription>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT s.*,
                (SELECT COUNT(*) FROM delivery d WHERE d.subscription = s.name AND d.status = 'waiting')
                    AS waiting,
                (SELECT MIN(d.queued_at) FROM delivery d
                 WHERE d.subscription = s.name AND d.status = 'waiting') AS oldest_waiting_at,
                (SELECT COUNT(*) FROM delivery d WHERE d.subscription = s.name AND d.status = 'dead') AS dead
         FROM subscription s
         ORDER BY s.name",
    )
    .fetch_all(readers)
    .await?;
    rows.into_iter().map(Subscription::try_from).collect()
}

/// Notes that a message arrived: whatever was wrong is not any more.
pub(crate) async fn set_ok(tx: &mut Tx, name: &Id, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE subscription SET last_ok_at = $2, trouble = NULL, trouble_at = NULL, probe_at = NULL
         WHERE name = $1",
    )
    .bind(name.as_str())
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that a message did not arrive.
pub(crate) async fn set_error(
    tx: &mut Tx,
    name: &Id,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE subscription SET last_error = $2, last_error_at = $3 WHERE name = $1")
        .bind(name.as_str())
        .bind(reason)
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}

/// Notes that nothing can be sent to it as it is set up.
pub(crate) async fn set_trouble(tx: &mut Tx, name: &Id, trouble: &Trouble) -> Result<(), StoreError> {
    sqlx::query("UPDATE subscription SET trouble = $2, trouble_at = $3, probe_at = $4 WHERE name = $1")
        .bind(name.as_str())
        .bind(&trouble.reason)
        .bind(trouble.since_at.millis())
        .bind(trouble.probe_at.millis())
        .execute(tx)
        .await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    name: String,
    provider: String,
    topic: String,
    min_severity: String,
    rule_prefix: String,
    host_id: Option<String>,
    created_at: i64,
    last_ok_at: Option<i64>,
    last_error: Option<String>,
    last_error_at: Option<i64>,
    trouble: Option<String>,
    trouble_at: Option<i64>,
    probe_at: Option<i64>,
    waiting: i64,
    oldest_waiting_at: Option<i64>,
    dead: i64,
}

impl TryFrom<Row> for Subscription {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let host = row.host_id.as_deref();
        Ok(Self {
            provider: parsed("subscription", &row.name, &row.provider)?,
            topic: parsed("subscription", &row.name, &row.topic)?,
            min_severity: parsed("subscription", &row.name, &row.min_severity)?,
            host: host.map(|host| parsed("subscription", &row.name, host)).transpose()?,
            name: parsed("subscription", &row.name, &row.name)?,
            rule_prefix: Some(row.rule_prefix).filter(|prefix| !prefix.is_empty()),
            created_at: Timestamp(row.created_at),
            last_ok_at: row.last_ok_at.map(Timestamp),
            last_error: row.last_error,
            last_error_at: row.last_error_at.map(Timestamp),
            trouble: trouble(row.trouble, row.trouble_at, row.probe_at),
            waiting: row.waiting,
            oldest_waiting_at: row.oldest_waiting_at.map(Timestamp),
            dead: row.dead,
        })
    }
}

//! Providers.

use ::store::{StoreError, Tx};
use events::{Kind, NewEvent};
use inventory::{Id, Timestamp};
use sqlx::{FromRow, SqlitePool};

use super::{parsed, trouble};
use crate::error::AlertsError;
use crate::provider::{NewProvider, Provider, Trouble};

/// Adds a provider.
///
/// # Errors
/// [`AlertsError::ProviderExists`], [`AlertsError::NoSecret`], or the database's.
pub async fn add_provider(
    tx: &mut Tx,
    new: &NewProvider,
    actor: &str,
    now: Timestamp,
) -> Result<(), AlertsError> {
    if let Some(secret) = &new.token_secret
        && !secrets::exists(tx, secret).await?
    {
        return Err(AlertsError::NoSecret(secret.clone()));
    }
    let done = sqlx::query(
        "INSERT INTO provider (name, kind, url, token_secret, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(new.name.as_str())
    .bind(new.kind.as_str())
    .bind(new.url.as_url().as_str())
    .bind(new.token_secret.as_ref().map(secrets::Name::as_str))
    .bind(now.millis())
    .execute(&mut *tx)
    .await
    .map_err(StoreError::from)?;
    if done.rows_affected() == 0 {
        return Err(AlertsError::ProviderExists(new.name.clone()));
    }
    let summary = format!("the provider {} was added: {} at {}", new.name, new.kind, new.url);
    tell(tx, format!("provider/{}", new.name), actor, summary, now).await
}

/// Removes a provider that no subscription uses.
///
/// # Errors
/// [`AlertsError::NoProvider`]; [`AlertsError::ProviderInUse`], which names the subscriptions; or the database's.
pub async fn remove_provider(tx: &mut Tx, name: &Id, actor: &str, now: Timestamp) -> Result<(), AlertsError> {
    let users: Vec<String> =
        sqlx::query_scalar("SELECT name FROM subscription WHERE provider = $1 ORDER BY name")
            .bind(name.as_str())
            .fetch_all(&mut *tx)
            .await
            .map_err(StoreError::from)?;
    if !users.is_empty() {
        return Err(AlertsError::ProviderInUse { name: name.clone(), subscriptions: users });
    }
    let done = sqlx::query("DELETE FROM provider WHERE name = $1")
        .bind(name.as_str())
        .execute(&mut *tx)
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected() == 0 {
        return Err(AlertsError::NoProvider(name.clone()));
    }
    tell(tx, format!("provider/{name}"), actor, format!("the provider {name} was removed"), now).await
}

/// What uses a secret, in words: `the provider phone`. For [`secrets::remove`].
///
/// # Errors
/// The database's.
pub async fn uses_secret(tx: &mut Tx, secret: &secrets::Name) -> Result<Vec<String>, StoreError> {
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM provider WHERE token_secret = $1 ORDER BY name")
            .bind(secret.as_str())
            .fetch_all(tx)
            .await?;
    Ok(names.into_iter().map(|name| format!("the provider {name}")).collect())
}

/// All providers, by name.
///
/// # Errors
/// The database's.
pub async fn providers(readers: &SqlitePool) -> Result<Vec<Provider>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as("SELECT * FROM provider ORDER BY name").fetch_all(readers).await?;
    rows.into_iter().map(Provider::try_from).collect()
}

/// A provider, if there is one of this name.
///
/// # Errors
/// The database's.
pub async fn provider(readers: &SqlitePool, name: &Id) -> Result<Option<Provider>, StoreError> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM provider WHERE name = $1")
        .bind(name.as_str())
        .fetch_optional(readers)
        .await?;
    row.map(Provider::try_from).transpose()
}

/// Notes that nothing goes through it as it is set up, or that it goes again.
pub(crate) async fn set_trouble(tx: &mut Tx, name: &Id, trouble: Option<&Trouble>) -> Result<(), StoreError> {
    sqlx::query("UPDATE provider SET trouble = $2, trouble_at = $3, probe_at = $4 WHERE name = $1")
        .bind(name.as_str())
        .bind(trouble.map(|trouble| trouble.reason.as_str()))
        .bind(trouble.map(|trouble| trouble.since_at.millis()))
        .bind(trouble.map(|trouble| trouble.probe_at.millis()))
        .execute(tx)
        .await?;
    Ok(())
}

/// One event for every change of providers and subscriptions.
pub(super) async fn tell(
    tx: &mut Tx,
    key: String,
    actor: &str,
    summary: String,
    now: Timestamp,
) -> Result<(), AlertsError> {
    events::append(tx, &NewEvent::new(Kind::AlertingChanged, None, actor, summary).key(key), now).await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    name: String,
    kind: String,
    url: String,
    token_secret: Option<String>,
    created_at: i64,
    trouble: Option<String>,
    trouble_at: Option<i64>,
    probe_at: Option<i64>,
}

impl TryFrom<Row> for Provider {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let secret = row.token_secret.as_deref();
        Ok(Self {
            kind: parsed("provider", &row.name, &row.kind)?,
            url: parsed("provider", &row.name, &row.url)?,
            token_secret: secret.map(|secret| parsed("provider", &row.name, secret)).transpose()?,
            name: parsed("provider", &row.name, &row.name)?,
            created_at: Timestamp(row.created_at),
            trouble: trouble(row.trouble, row.trouble_at, row.probe_at),
        })
    }
}

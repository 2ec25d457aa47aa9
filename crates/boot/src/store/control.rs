//! What operators and the loop guard say of each machine's boot.

use ::store::{StoreError, Tx};
use inventory::{Id, MacAddr, Timestamp};
use sqlx::{FromRow, SqliteExecutor, SqlitePool};

use crate::guard::Guard;
use crate::next::{Next, Subject};
use crate::options::HostOptions;

/// A host's options, and how often they were changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Versioned {
    pub(crate) version: i64,
    pub(crate) options: HostOptions,
}

#[derive(FromRow)]
struct OptionsRow {
    host_id: String,
    version: i64,
    options: String,
}

#[derive(FromRow)]
struct NextRow {
    subject: String,
    action: String,
    reason: String,
    actor: String,
    made_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

#[derive(FromRow)]
struct GuardRow {
    mac: String,
    host_id: Option<String>,
    guard: String,
}

pub(crate) async fn all_options(
    executor: impl SqliteExecutor<'_>,
) -> Result<Vec<(Id, Versioned)>, StoreError> {
    let rows: Vec<OptionsRow> =
        sqlx::query_as("SELECT host_id, version, options FROM host_boot").fetch_all(executor).await?;
    rows.into_iter().map(OptionsRow::read).collect()
}

pub(crate) async fn options(tx: &mut Tx, host: &Id) -> Result<Versioned, StoreError> {
    let row: Option<OptionsRow> =
        sqlx::query_as("SELECT host_id, version, options FROM host_boot WHERE host_id = $1")
            .bind(host.as_str())
            .fetch_optional(tx)
            .await?;
    Ok(row.map(OptionsRow::read).transpose()?.map(|(_, versioned)| versioned).unwrap_or_default())
}

pub(crate) async fn set_options(
    tx: &mut Tx,
    host: &Id,
    versioned: &Versioned,
    now: Timestamp,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(&versioned.options)
        .map_err(|error| corrupt("host_boot", host.as_str(), &error))?;
    sqlx::query(
        "INSERT INTO host_boot (host_id, version, options, changed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (host_id) DO UPDATE
         SET version = excluded.version, options = excluded.options, changed_at = excluded.changed_at",
    )
    .bind(host.as_str())
    .bind(versioned.version)
    .bind(text)
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn all_next(readers: &SqlitePool) -> Result<Vec<(Subject, Next)>, StoreError> {
    let rows: Vec<NextRow> =
        sqlx::query_as("SELECT subject, action, reason, actor, made_at, expires_at, used_at FROM boot_next")
            .fetch_all(readers)
            .await?;
    rows.into_iter().map(NextRow::read).collect()
}

pub(crate) async fn set_next(tx: &mut Tx, subject: &Subject, next: &Next) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO boot_next (subject, action, reason, actor, made_at, expires_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (subject) DO UPDATE
         SET action = excluded.action, reason = excluded.reason, actor = excluded.actor,
             made_at = excluded.made_at, expires_at = excluded.expires_at, used_at = excluded.used_at",
    )
    .bind(subject.to_string())
    .bind(next.action.as_str())
    .bind(&next.reason)
    .bind(&next.actor)
    .bind(next.made_at.millis())
    .bind(next.expires_at.millis())
    .bind(next.used_at.map(Timestamp::millis))
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes that the word that was said at `made_at` was used; a later one is left as it is.
pub(crate) async fn use_next(
    tx: &mut Tx,
    subject: &Subject,
    made_at: Timestamp,
    used_at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE boot_next SET used_at = $3 WHERE subject = $1 AND made_at = $2")
        .bind(subject.to_string())
        .bind(made_at.millis())
        .bind(used_at.millis())
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn remove_next(tx: &mut Tx, subject: &Subject) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM boot_next WHERE subject = $1").bind(subject.to_string()).execute(tx).await?;
    Ok(())
}

/// Takes the word away that was said at `made_at`; a later one is left.
pub(crate) async fn end_next(tx: &mut Tx, subject: &Subject, made_at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM boot_next WHERE subject = $1 AND made_at = $2")
        .bind(subject.to_string())
        .bind(made_at.millis())
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn all_guards(
    readers: &SqlitePool,
) -> Result<Vec<(MacAddr, Option<Id>, Guard)>, StoreError> {
    let rows: Vec<GuardRow> =
        sqlx::query_as("SELECT mac, host_id, guard FROM boot_guard").fetch_all(readers).await?;
    rows.into_iter().map(GuardRow::read).collect()
}

pub(crate) async fn set_guard(
    tx: &mut Tx,
    mac: MacAddr,
    host: Option<&Id>,
    guard: &Guard,
) -> Result<(), StoreError> {
    let text =
        serde_json::to_string(guard).map_err(|error| corrupt("boot_guard", &mac.to_string(), &error))?;
    sqlx::query(
        "INSERT INTO boot_guard (mac, host_id, guard, last_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (mac) DO UPDATE
         SET host_id = excluded.host_id, guard = excluded.guard, last_at = excluded.last_at",
    )
    .bind(mac.to_string())
    .bind(host.map(Id::as_str))
    .bind(text)
    .bind(guard.last_at().millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn remove_guard(tx: &mut Tx, mac: MacAddr) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM boot_guard WHERE mac = $1").bind(mac.to_string()).execute(tx).await?;
    Ok(())
}

impl OptionsRow {
    fn read(self) -> Result<(Id, Versioned), StoreError> {
        let wrong = |reason: &dyn std::fmt::Display| corrupt("host_boot", &self.host_id, reason);
        let options = serde_json::from_str(&self.options).map_err(|error| wrong(&error))?;
        let host = self.host_id.parse().map_err(|error: inventory::InvalidId| wrong(&error))?;
        Ok((host, Versioned { version: self.version, options }))
    }
}

impl NextRow {
    fn read(self) -> Result<(Subject, Next), StoreError> {
        let wrong = |reason: &dyn std::fmt::Display| corrupt("boot_next", &self.subject, reason);
        let subject =
            Subject::read(&self.subject).ok_or_else(|| wrong(&"it is neither a host's nor a MAC"))?;
        let action = self.action.parse().map_err(|error: crate::next::UnknownAction| wrong(&error))?;
        let next = Next {
            action,
            reason: self.reason,
            actor: self.actor,
            made_at: Timestamp(self.made_at),
            expires_at: Timestamp(self.expires_at),
            used_at: self.used_at.map(Timestamp),
        };
        Ok((subject, next))
    }
}

impl GuardRow {
    fn read(self) -> Result<(MacAddr, Option<Id>, Guard), StoreError> {
        let wrong = |reason: &dyn std::fmt::Display| corrupt("boot_guard", &self.mac, reason);
        let mac = self.mac.parse().map_err(|error: inventory::InvalidMac| wrong(&error))?;
        let host = self.host_id.as_deref().map(str::parse).transpose();
        let host = host.map_err(|error: inventory::InvalidId| wrong(&error))?;
        let guard = serde_json::from_str(&self.guard).map_err(|error| wrong(&error))?;
        Ok((mac, host, guard))
    }
}

fn corrupt(table: &'static str, row: &str, reason: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt { table, row: row.to_owned(), reason: reason.to_string() }
}

//! A host's own row: made, renamed, keyed, moved through its life, deleted.

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};

use super::parsed;
use crate::error::HostError;
use crate::host::Source;
use crate::name::HostName;
use crate::state::State;

/// Hosts of one name that are told apart by a number.
const NUMBERED: usize = 20;

/// A host that is to be made.
pub(crate) struct NewHost<'a> {
    pub(crate) id: &'a Id,
    pub(crate) name: &'a HostName,
    pub(crate) source: Source,
    pub(crate) address: &'a str,
    pub(crate) agent_version: &'a str,
}

pub(crate) async fn insert(tx: &mut Tx, new: &NewHost<'_>, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO host (id, name, state, approved, version, source, created_at, address, agent_version)
         VALUES ($1, $2, $3, 0, 1, $4, $5, $6, $7)",
    )
    .bind(new.id.as_str())
    .bind(new.name.as_str())
    .bind(State::Discovered.as_str())
    .bind(new.source.as_str())
    .bind(now.millis())
    .bind(new.address)
    .bind(new.agent_version)
    .execute(tx)
    .await?;
    Ok(())
}

/// The first of `name`, `name-2`, `name-3` … that is free.
pub(crate) async fn free_name(tx: &mut Tx, name: &HostName, id: &Id) -> Result<HostName, StoreError> {
    for nth in 1..=NUMBERED {
        let candidate = name.with_suffix(&if nth > 1 { nth.to_string() } else { String::new() });
        if !is_taken(tx, candidate.as_str()).await? {
            return Ok(candidate);
        }
    }
    // Where that many machines say the same name, a number helps nobody; the end of its id is its own.
    let tail = id.as_str().rsplit('_').next().unwrap_or_default();
    Ok(name.with_suffix(tail))
}

/// Ids and names live in one space, so that a word on the command line means one host.
async fn is_taken(tx: &mut Tx, name: &str) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM host WHERE name = $1 OR id = $1 LIMIT 1")
        .bind(name)
        .fetch_optional(tx)
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn rename(tx: &mut Tx, id: &Id, name: &HostName) -> Result<(), HostError> {
    if is_taken(tx, name.as_str()).await? {
        return Err(HostError::NameTaken(name.to_string()));
    }
    sqlx::query("UPDATE host SET name = $2, version = version + 1 WHERE id = $1")
        .bind(id.as_str())
        .bind(name.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

/// What a host is called, for the sentences of events; its id when it is gone.
pub(crate) async fn name(tx: &mut Tx, id: &Id) -> Result<String, StoreError> {
    let name: Option<String> = sqlx::query_scalar("SELECT name FROM host WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(tx)
        .await?;
    Ok(name.unwrap_or_else(|| id.to_string()))
}

/// How many hosts wait for approval.
pub(crate) async fn count_discovered(tx: &mut Tx) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM host WHERE state = $1")
        .bind(State::Discovered.as_str())
        .fetch_one(tx)
        .await?;
    Ok(count)
}

pub(crate) async fn key_hash(tx: &mut Tx, id: &Id) -> Result<Option<String>, StoreError> {
    let key =
        sqlx::query_scalar("SELECT key_hash FROM host WHERE id = $1").bind(id.as_str()).fetch_one(tx).await?;
    Ok(key)
}

/// Gives the host's agent this key; the one before is worth nothing from now on.
pub(crate) async fn set_key(tx: &mut Tx, id: &Id, key_hash: &str, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE host SET key_hash = $2, keyed_at = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(key_hash)
        .bind(now.millis())
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn set_agent(tx: &mut Tx, id: &Id, address: &str, version: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE host SET address = $2, agent_version = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(address)
        .bind(version)
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn set_version(tx: &mut Tx, id: &Id, agent_version: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE host SET agent_version = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(agent_version)
        .execute(tx)
        .await?;
    Ok(())
}

/// Notes that a scrape met the host.
pub(crate) async fn set_found(
    tx: &mut Tx,
    id: &Id,
    by: Source,
    address: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE host SET found_at = $2, found_by = $3, found_address = $4 WHERE id = $1")
        .bind(id.as_str())
        .bind(now.millis())
        .bind(by.as_str())
        .bind(address)
        .execute(tx)
        .await?;
    Ok(())
}

/// A host's place in its life.
pub(crate) struct Standing {
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) version: i64,
}

pub(crate) async fn standing(tx: &mut Tx, id: &Id) -> Result<Standing, HostError> {
    let row: Option<(String, String, i64)> =
        sqlx::query_as("SELECT name, state, version FROM host WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(tx)
            .await?;
    let (name, state, version) = row.ok_or_else(|| HostError::NoHost(id.clone()))?;
    Ok(Standing { name, state: parsed("host", id.as_str(), &state)?, version })
}

/// Writes the next state; `false` when the row was changed since its version was read.
pub(crate) async fn set_state(
    tx: &mut Tx,
    id: &Id,
    version: i64,
    state: State,
    approved: bool,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE host SET state = $3, approved = $4, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id.as_str())
    .bind(version)
    .bind(state.as_str())
    .bind(i64::from(approved))
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn delete(tx: &mut Tx, id: &Id) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM host WHERE id = $1").bind(id.as_str()).execute(tx).await?;
    Ok(())
}

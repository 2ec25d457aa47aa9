//! By what hosts are recognised, in the database.

use std::collections::BTreeSet;

use ::store::{StoreError, Tx};
use inventory::{Id, MacAddr, Timestamp};
use sqlx::{FromRow, SqlitePool};

use super::{parsed, parsed_id};
use crate::collide::{Collision, Side, collide, is_alive};
use crate::host::HostIdentifier;
use crate::identity::{Identifier, IdentifierKind};
use crate::recognise::{Candidate, KnownIdentifier};

/// Hosts that one identity is compared with. More share an identifier only where it is junk.
const MAX_CANDIDATES: usize = 32;
/// Identifiers that are kept of one host.
const MAX_KEPT: i64 = 512;

/// The hosts that share an identifier with `said`, with all that they ever showed.
pub(crate) async fn candidates(tx: &mut Tx, said: &[Identifier]) -> Result<Vec<Candidate>, StoreError> {
    let mut hosts: Vec<Id> = Vec::new();
    for one in said {
        let sharing: Vec<String> = sqlx::query_scalar(
            "SELECT host_id FROM host_identifier WHERE kind = $1 AND value = $2
             ORDER BY demoted, current DESC, host_id LIMIT $3",
        )
        .bind(one.kind.as_str())
        .bind(&one.value)
        .bind(i64::try_from(MAX_CANDIDATES).unwrap_or(i64::MAX))
        .fetch_all(&mut *tx)
        .await?;
        for id in sharing {
            let id = parsed_id("host_identifier", &id)?;
            if hosts.len() < MAX_CANDIDATES && !hosts.contains(&id) {
                hosts.push(id);
            }
        }
    }
    let mut found = Vec::with_capacity(hosts.len());
    for host in hosts {
        found.push(candidate(tx, host).await?);
    }
    Ok(found)
}

/// One host, with all that it ever showed.
pub(crate) async fn candidate(tx: &mut Tx, host: Id) -> Result<Candidate, StoreError> {
    let approved: Option<i64> = sqlx::query_scalar("SELECT approved FROM host WHERE id = $1")
        .bind(host.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    let rows: Vec<Row> = sqlx::query_as("SELECT * FROM host_identifier WHERE host_id = $1")
        .bind(host.as_str())
        .fetch_all(tx)
        .await?;
    let known = rows.into_iter().map(|row| {
        let row = HostIdentifier::try_from(row)?;
        Ok(KnownIdentifier {
            identifier: Identifier { kind: row.kind, value: row.value, strength: row.strength },
            current: row.current,
            demoted: row.demoted,
        })
    });
    let known = known.collect::<Result<_, StoreError>>()?;
    Ok(Candidate { host, approved: approved == Some(1), known })
}

/// Writes down what a host shows now; settles what another host shows too. What was known of a kind that is not said at
/// all stands: an agent that can't read its network cards has not lost them.
pub(crate) async fn record(
    tx: &mut Tx,
    host: &Id,
    said: &[Identifier],
    proven: Option<MacAddr>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let kinds: BTreeSet<IdentifierKind> = said.iter().map(|one| one.kind).collect();
    for kind in kinds {
        sqlx::query("UPDATE host_identifier SET current = 0 WHERE host_id = $1 AND kind = $2")
            .bind(host.as_str())
            .bind(kind.as_str())
            .execute(&mut *tx)
            .await?;
    }
    let approved: i64 = sqlx::query_scalar("SELECT approved FROM host WHERE id = $1")
        .bind(host.as_str())
        .fetch_one(&mut *tx)
        .await?;
    let proven = proven.map(|mac| mac.to_string());
    for one in said {
        let is_proven = one.kind == IdentifierKind::Mac && proven.as_ref() == Some(&one.value);
        let demoted = settle_with_others(tx, host, approved == 1, one, is_proven, now).await?;
        sqlx::query(
            "INSERT INTO host_identifier
                 (host_id, kind, value, strength, current, demoted, proven_at, first_seen_at, last_seen_at)
             VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $7)
             ON CONFLICT (host_id, kind, value) DO UPDATE SET
                 strength = excluded.strength,
                 current = 1,
                 demoted = CASE WHEN excluded.demoted = 1 THEN 1 ELSE host_identifier.demoted END,
                 proven_at = COALESCE(excluded.proven_at, host_identifier.proven_at),
                 last_seen_at = excluded.last_seen_at",
        )
        .bind(host.as_str())
        .bind(one.kind.as_str())
        .bind(&one.value)
        .bind(one.strength.as_str())
        .bind(i64::from(demoted))
        .bind(is_proven.then_some(now.millis()))
        .bind(now.millis())
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query(
        "DELETE FROM host_identifier
         WHERE host_id = $1 AND current = 0 AND (kind, value) NOT IN (
             SELECT kind, value FROM host_identifier WHERE host_id = $1
             ORDER BY current DESC, last_seen_at DESC, kind, value LIMIT $2)",
    )
    .bind(host.as_str())
    .bind(MAX_KEPT)
    .execute(tx)
    .await?;
    Ok(())
}

/// What becomes of an identifier that others show too; answers whether the newcomer's is demoted.
async fn settle_with_others(
    tx: &mut Tx,
    host: &Id,
    approved: bool,
    one: &Identifier,
    proven: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let others: Vec<Other> = sqlx::query_as(
        "SELECT hi.host_id, hi.current, hi.demoted, host.approved, host.last_seen_at, host.goodbye_at
         FROM host_identifier hi JOIN host ON host.id = hi.host_id
         WHERE hi.kind = $1 AND hi.value = $2 AND hi.host_id <> $3",
    )
    .bind(one.kind.as_str())
    .bind(&one.value)
    .bind(host.as_str())
    .fetch_all(&mut *tx)
    .await?;
    let mut newcomer_demoted = false;
    for other in others {
        let holder_approved = other.approved == 1;
        if other.demoted == 1 {
            // Known as junk, for all who are no better than the one who knows it.
            newcomer_demoted |= holder_approved || !approved;
            continue;
        }
        if other.current == 0 {
            continue;
        }
        let alive = is_alive(other.last_seen_at.map(Timestamp), other.goodbye_at.map(Timestamp), now);
        let collision = collide(Side { approved: holder_approved, alive }, approved, proven);
        let (holder_current, holder_demoted) = match collision {
            Collision::NewcomerDemoted => (1, 0),
            Collision::HolderDemoted | Collision::BothDemoted => (1, 1),
            Collision::Moved => (0, 0),
        };
        newcomer_demoted |= matches!(collision, Collision::NewcomerDemoted | Collision::BothDemoted);
        if collision != Collision::NewcomerDemoted {
            tracing::warn!(host.id = %host, other.id = other.host_id, kind = %one.kind, ?collision, "two hosts show one identifier");
        }
        sqlx::query(
            "UPDATE host_identifier SET current = $4, demoted = $5
             WHERE host_id = $1 AND kind = $2 AND value = $3",
        )
        .bind(&other.host_id)
        .bind(one.kind.as_str())
        .bind(&one.value)
        .bind(holder_current)
        .bind(holder_demoted)
        .execute(&mut *tx)
        .await?;
    }
    Ok(newcomer_demoted)
}

/// Whether this MAC address is the host's now, and no other's: a ticket for it speaks for the host.
pub(crate) async fn has_mac(tx: &mut Tx, host: &Id, mac: MacAddr) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM host_identifier
         WHERE host_id = $1 AND kind = 'mac' AND value = $2 AND current = 1 AND demoted = 0",
    )
    .bind(host.as_str())
    .bind(mac.to_string())
    .fetch_optional(tx)
    .await?;
    Ok(found.is_some())
}

/// An operator says that another machine shows these too. A MAC address is forgotten, for the card may have moved; the
/// rest identifies nothing any more.
pub(crate) async fn give_up(tx: &mut Tx, host: &Id, shared: &[Identifier]) -> Result<(), StoreError> {
    for one in shared {
        let statement = if one.kind == IdentifierKind::Mac {
            "DELETE FROM host_identifier WHERE host_id = $1 AND kind = $2 AND value = $3"
        } else {
            "UPDATE host_identifier SET demoted = 1 WHERE host_id = $1 AND kind = $2 AND value = $3"
        };
        sqlx::query(statement)
            .bind(host.as_str())
            .bind(one.kind.as_str())
            .bind(&one.value)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// All that a host ever showed of itself, the present first.
///
/// # Errors
/// The database's.
pub async fn identifiers(readers: &SqlitePool, host: &Id) -> Result<Vec<HostIdentifier>, StoreError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT * FROM host_identifier WHERE host_id = $1 ORDER BY current DESC, kind, value")
            .bind(host.as_str())
            .fetch_all(readers)
            .await?;
    rows.into_iter().map(HostIdentifier::try_from).collect()
}

#[derive(FromRow)]
struct Other {
    host_id: String,
    current: i64,
    demoted: i64,
    approved: i64,
    last_seen_at: Option<i64>,
    goodbye_at: Option<i64>,
}

#[derive(FromRow)]
struct Row {
    host_id: String,
    kind: String,
    value: String,
    strength: String,
    current: i64,
    demoted: i64,
    proven_at: Option<i64>,
    first_seen_at: i64,
    last_seen_at: i64,
}

impl TryFrom<Row> for HostIdentifier {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            kind: parsed("host_identifier", &row.host_id, &row.kind)?,
            strength: parsed("host_identifier", &row.host_id, &row.strength)?,
            value: row.value,
            current: row.current != 0,
            demoted: row.demoted != 0,
            proven_at: row.proven_at.map(Timestamp),
            first_seen_at: Timestamp(row.first_seen_at),
            last_seen_at: Timestamp(row.last_seen_at),
        })
    }
}

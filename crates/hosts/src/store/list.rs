//! Lists of hosts, from columns only.

use ::store::StoreError;
use inventory::{Id, Timestamp};
use sqlx::{FromRow, SqlitePool};

use super::{parsed, parsed_id};
use crate::host::{Filter, Host, Page};
use crate::state::State;

/// Hosts on one page at most.
const PAGE_MAX: u32 = 500;

/// What a [`Host`] is read from: everything before the sample.
macro_rules! columns {
    () => {
        "id, name, (SELECT place FROM host_place WHERE host_id = host.id) AS place, state, approved, source, created_at, key_hash IS NOT NULL AS enrolled, last_seen_at, goodbye_at,
         address, agent_version, boot_id, problem_count, found_at, found_by, found_address, revision, changed_at,
         report_at, vendor, product, serial, cpu, cpu_threads, memory_bytes, disk_count, disk_bytes, nic_count,
         primary_address, sample_at, hottest_celsius, hottest_sensor, fullest_percent, fullest_mount"
    };
}

/// The hosts that `filter` lets through, by name, after `cursor`.
///
/// # Errors
/// The database's.
pub async fn list(
    readers: &SqlitePool,
    filter: &Filter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Host>, StoreError> {
    let limit = limit.clamp(1, PAGE_MAX);
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM host
         WHERE name > $1
           AND (CAST($2 AS TEXT) IS NULL OR state = $2)
           AND (CAST($3 AS BIGINT) IS NULL OR approved = $3)
           AND (CAST($4 AS TEXT) IS NULL
                OR lower(name || ' ' || id || ' ' || COALESCE(vendor, '') || ' ' || COALESCE(product, '') || ' '
                         || COALESCE(serial, '') || ' ' || COALESCE(address, '') || ' '
                         || COALESCE(primary_address, '')) LIKE $4 ESCAPE '\\'
                OR id IN (SELECT host_id FROM host_place WHERE lower(place) LIKE $4 ESCAPE '\\')
                OR id IN (SELECT host_id FROM host_identifier WHERE value LIKE $4 ESCAPE '\\'))
           AND (CAST($6 AS TEXT) IS NULL OR id IN (SELECT host_id FROM host_boot_order WHERE verdict = $6))
         ORDER BY name
         LIMIT $5"
    ))
    .bind(cursor.unwrap_or_default())
    .bind(filter.state.map(State::as_str))
    .bind(filter.approved.map(i64::from))
    .bind(filter.text.as_deref().filter(|text| !text.is_empty()).map(pattern))
    .bind(i64::from(limit) + 1)
    .bind(filter.boot_order.as_deref())
    .fetch_all(readers)
    .await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    let items = rows.into_iter().take(shown).map(Host::try_from).collect::<Result<Vec<_>, _>>()?;
    let next = items.last().filter(|_| more).map(|host| host.name.clone());
    Ok(Page { items, next })
}

/// How many hosts have a firmware whose order comes to this.
///
/// # Errors
/// The database's.
pub async fn count_boot_order(readers: &SqlitePool, verdict: &str) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar(
        "SELECT COUNT(*) FROM host_boot_order o JOIN host ON host.id = o.host_id
         WHERE o.verdict = $1 AND host.state <> 'retired'",
    )
    .bind(verdict)
    .fetch_one(readers)
    .await?;
    Ok(count)
}

/// The host with this name or id.
///
/// # Errors
/// The database's.
pub async fn get(readers: &SqlitePool, name_or_id: &str) -> Result<Option<Host>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as(concat!("SELECT ", columns!(), " FROM host WHERE id = $1 OR name = $1"))
            .bind(name_or_id)
            .fetch_optional(readers)
            .await?;
    row.map(Host::try_from).transpose()
}

/// How many hosts stand in each state; those in which none stands are left out.
///
/// # Errors
/// The database's.
pub async fn counts(readers: &SqlitePool) -> Result<Vec<(State, i64)>, StoreError> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT state, COUNT(*) FROM host GROUP BY state").fetch_all(readers).await?;
    let mut counts = rows
        .into_iter()
        .map(|(state, count)| Ok((parsed("host", &state, &state)?, count)))
        .collect::<Result<Vec<(State, i64)>, StoreError>>()?;
    counts.sort_unstable();
    Ok(counts)
}

/// Since when a host must have been met, or its agent heard, to count as there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Present {
    pub(crate) found_since: Timestamp,
    pub(crate) seen_since: Timestamp,
}

/// What makes a host count as there: it told what it is made of, and was met or heard of late.
macro_rules! is_present {
    () => {
        "inventory_hash IS NOT NULL AND state <> 'retired' AND (found_at >= $1 OR last_seen_at >= $2)"
    };
}

pub(crate) async fn count_present(readers: &SqlitePool, present: Present) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar(concat!("SELECT COUNT(*) FROM host WHERE ", is_present!()))
        .bind(present.found_since.millis())
        .bind(present.seen_since.millis())
        .fetch_one(readers)
        .await?;
    Ok(count)
}

pub(crate) async fn list_present(
    readers: &SqlitePool,
    present: Present,
    limit: u32,
) -> Result<Vec<Host>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM host WHERE ",
        is_present!(),
        " ORDER BY name LIMIT $3"
    ))
    .bind(present.found_since.millis())
    .bind(present.seen_since.millis())
    .bind(i64::from(limit))
    .fetch_all(readers)
    .await?;
    rows.into_iter().map(Host::try_from).collect()
}

fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars().take(64).flat_map(char::to_lowercase) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    place: Option<String>,
    state: String,
    approved: i64,
    source: String,
    created_at: i64,
    enrolled: i64,
    last_seen_at: Option<i64>,
    goodbye_at: Option<i64>,
    address: Option<String>,
    agent_version: Option<String>,
    boot_id: Option<String>,
    problem_count: i64,
    found_at: Option<i64>,
    found_by: Option<String>,
    found_address: Option<String>,
    revision: i64,
    changed_at: Option<i64>,
    report_at: Option<i64>,
    vendor: Option<String>,
    product: Option<String>,
    serial: Option<String>,
    cpu: Option<String>,
    cpu_threads: Option<i64>,
    memory_bytes: Option<i64>,
    disk_count: Option<i64>,
    disk_bytes: Option<i64>,
    nic_count: Option<i64>,
    primary_address: Option<String>,
    sample_at: Option<i64>,
    hottest_celsius: Option<f64>,
    hottest_sensor: Option<String>,
    fullest_percent: Option<f64>,
    fullest_mount: Option<String>,
}

impl TryFrom<Row> for Host {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id: Id = parsed_id("host", &row.id)?;
        Ok(Self {
            state: parsed("host", &row.id, &row.state)?,
            source: parsed("host", &row.id, &row.source)?,
            found_by: row.found_by.as_deref().map(|by| parsed("host", &row.id, by)).transpose()?,
            id,
            name: row.name,
            place: row.place,
            approved: row.approved != 0,
            created_at: Timestamp(row.created_at),
            enrolled: row.enrolled != 0,
            last_seen_at: row.last_seen_at.map(Timestamp),
            goodbye_at: row.goodbye_at.map(Timestamp),
            address: row.address,
            agent_version: row.agent_version,
            boot_id: row.boot_id,
            problem_count: row.problem_count,
            found_at: row.found_at.map(Timestamp),
            found_address: row.found_address,
            revision: row.revision,
            changed_at: row.changed_at.map(Timestamp),
            report_at: row.report_at.map(Timestamp),
            vendor: row.vendor,
            product: row.product,
            serial: row.serial,
            cpu: row.cpu,
            cpu_threads: row.cpu_threads,
            memory_bytes: row.memory_bytes,
            disk_count: row.disk_count,
            disk_bytes: row.disk_bytes,
            nic_count: row.nic_count,
            primary_address: row.primary_address,
            sample_at: row.sample_at.map(Timestamp),
            hottest_celsius: row.hottest_celsius,
            hottest_sensor: row.hottest_sensor,
            fullest_percent: row.fullest_percent,
            fullest_mount: row.fullest_mount,
        })
    }
}

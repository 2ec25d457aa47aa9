//! Incidents.

use std::collections::HashMap;

use ::store::{StoreError, Tx};
use hosts::Page;
use inventory::{Id, Timestamp};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteExecutor, SqlitePool};

use super::parsed;
use crate::incident::{Incident, IncidentFilter, IncidentState, OpenCount};
use crate::rules::RuleId;
use crate::severity::Severity;

/// Items of one page, at most.
const MAX_PAGE: u32 = 500;

/// An incident, if there is one of this id.
///
/// # Errors
/// The database's.
pub async fn incident(readers: &SqlitePool, id: &Id) -> Result<Option<Incident>, StoreError> {
    get(readers, id).await
}

pub(crate) async fn get(db: impl SqliteExecutor<'_>, id: &Id) -> Result<Option<Incident>, StoreError> {
    let row: Option<Row> =
        sqlx::query_as("SELECT * FROM incident WHERE id = $1").bind(id.as_str()).fetch_optional(db).await?;
    row.map(Incident::try_from).transpose()
}

/// Incidents, newest first. `cursor` is what the page before this one ended with.
///
/// # Errors
/// The database's.
pub async fn incidents(
    readers: &SqlitePool,
    filter: &IncidentFilter,
    cursor: Option<&Id>,
    limit: u32,
) -> Result<Page<Incident>, StoreError> {
    let limit = limit.clamp(1, MAX_PAGE);
    let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM incident WHERE 1 = 1");
    if let Some(cursor) = cursor {
        query.push(" AND id < ").push_bind(cursor.as_str());
    }
    if let Some(state) = filter.state {
        query.push(" AND state = ").push_bind(state.as_str());
    }
    if let Some(host) = &filter.host {
        query.push(" AND host_id = ").push_bind(host.as_str());
    }
    if let Some(prefix) = &filter.rule_prefix {
        // Not LIKE: a `_` in a rule's name is no wild card.
        query.push(" AND substr(rule, 1, length(").push_bind(prefix).push(")) = ").push_bind(prefix);
    }
    match filter.min_severity {
        None | Some(Severity::Info) => {}
        Some(Severity::Warn) => drop(query.push(" AND severity IN ('warn', 'crit')")),
        Some(Severity::Crit) => drop(query.push(" AND severity = 'crit'")),
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit) + 1);
    let rows: Vec<Row> = query.build_query_as().fetch_all(readers).await?;
    let mut items = rows.into_iter().map(Incident::try_from).collect::<Result<Vec<_>, _>>()?;
    let has_more = items.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = items.last().filter(|_| has_more).map(|last| last.id.to_string());
    Ok(Page { items, next })
}

/// How many incidents of each host are open; a host without any is not in it.
///
/// # Errors
/// The database's.
pub async fn open_counts(readers: &SqlitePool) -> Result<HashMap<Id, OpenCount>, StoreError> {
    let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(
        "SELECT host_id, COUNT(*),
                SUM(CASE WHEN severity = 'crit' THEN 1 ELSE 0 END),
                SUM(CASE WHEN severity = 'warn' THEN 1 ELSE 0 END)
         FROM incident
         WHERE state = 'open' AND host_id <> ''
         GROUP BY host_id",
    )
    .fetch_all(readers)
    .await?;
    rows.into_iter()
        .map(|(host, count, crits, warns)| {
            let worst = match (crits, warns) {
                (0, 0) => Severity::Info,
                (0, _) => Severity::Warn,
                _ => Severity::Crit,
            };
            Ok((parsed("incident", &host, &host)?, OpenCount { count, worst }))
        })
        .collect()
}

/// The open incident of the whole site under a rule.
pub(crate) async fn open_of_site(readers: &SqlitePool, rule: RuleId) -> Result<Option<Incident>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT * FROM incident WHERE state = 'open' AND host_id = '' AND rule = $1 AND component = ''",
    )
    .bind(rule.as_str())
    .fetch_optional(readers)
    .await?;
    row.map(Incident::try_from).transpose()
}

/// Writes an incident that begins; answers how it stands then. One that is open on the same target is carried on.
pub(crate) async fn open(tx: &mut Tx, incident: &Incident) -> Result<Incident, StoreError> {
    let row: Row = sqlx::query_as(
        "INSERT INTO incident (id, rule, host_id, host_name, component, severity, state, transition,
                               title, ending, text, opened_at, changed_at, resolved_at, host_place)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', 1, $7, '', $8, $9, $9, NULL, $10)
         ON CONFLICT (host_id, rule, component) WHERE state = 'open' DO UPDATE SET
             host_name = excluded.host_name, severity = excluded.severity, title = excluded.title,
             host_place = excluded.host_place, text = excluded.text, changed_at = excluded.changed_at, transition = incident.transition + 1
         RETURNING *",
    )
    .bind(incident.id.as_str())
    .bind(incident.rule.as_str())
    .bind(incident.host.as_ref().map_or("", Id::as_str))
    .bind(&incident.host_name)
    .bind(&incident.component)
    .bind(incident.severity.as_str())
    .bind(&incident.title)
    .bind(&incident.text)
    .bind(incident.opened_at.millis())
    .bind(incident.place.as_deref().unwrap_or_default())
    .fetch_one(tx)
    .await?;
    row.try_into()
}

/// What changes in an incident.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) severity: Option<Severity>,
    pub(crate) host_name: String,
    pub(crate) place: Option<String>,
    /// Instead of the title that it has.
    pub(crate) title: Option<String>,
    /// How it ended, when it did.
    pub(crate) ending: Option<String>,
    pub(crate) text: String,
    /// Counts as something that happened.
    pub(crate) is_transition: bool,
}

/// Changes an open incident; answers how it stands then, or nothing when it is not open any more.
pub(crate) async fn change(
    tx: &mut Tx,
    id: &Id,
    change: &Change,
    now: Timestamp,
) -> Result<Option<Incident>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "UPDATE incident SET
             severity = COALESCE($2, severity), host_name = $3, title = COALESCE($4, title),
             ending = COALESCE($5, ''), text = $6, transition = transition + $7,
             state = CASE WHEN $5 IS NULL THEN 'open' ELSE 'resolved' END,
             resolved_at = CASE WHEN $5 IS NULL THEN NULL ELSE $8 END,
             changed_at = CASE WHEN $7 = 1 THEN $8 ELSE changed_at END, host_place = $9
         WHERE id = $1 AND state = 'open'
         RETURNING *",
    )
    .bind(id.as_str())
    .bind(change.severity.map(Severity::as_str))
    .bind(&change.host_name)
    .bind(&change.title)
    .bind(&change.ending)
    .bind(&change.text)
    .bind(i64::from(change.is_transition))
    .bind(now.millis())
    .bind(change.place.as_deref().unwrap_or_default())
    .fetch_optional(tx)
    .await?;
    row.map(Incident::try_from).transpose()
}

/// Forgets what was over before `before`; its deliveries go with it.
pub(crate) async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let done =
        sqlx::query("DELETE FROM incident WHERE resolved_at < $1").bind(before.millis()).execute(tx).await?;
    Ok(done.rows_affected())
}

#[derive(FromRow)]
struct Row {
    id: String,
    rule: String,
    host_id: String,
    host_name: String,
    host_place: String,
    component: String,
    severity: String,
    state: String,
    transition: i64,
    title: String,
    ending: String,
    text: String,
    opened_at: i64,
    changed_at: i64,
    resolved_at: Option<i64>,
}

impl TryFrom<Row> for Incident {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let host = Some(row.host_id.as_str()).filter(|host| !host.is_empty());
        let state: IncidentState = parsed("incident", &row.id, &row.state)?;
        Ok(Self {
            rule: parsed("incident", &row.id, &row.rule)?,
            host: host.map(|host| parsed("incident", &row.id, host)).transpose()?,
            severity: parsed("incident", &row.id, &row.severity)?,
            id: parsed("incident", &row.id, &row.id)?,
            state,
            host_name: row.host_name,
            place: Some(row.host_place).filter(|place| !place.is_empty()),
            component: row.component,
            transition: row.transition,
            title: row.title,
            ending: Some(row.ending).filter(|_| state == IncidentState::Resolved),
            text: row.text,
            opened_at: Timestamp(row.opened_at),
            changed_at: Timestamp(row.changed_at),
            resolved_at: row.resolved_at.map(Timestamp),
        })
    }
}

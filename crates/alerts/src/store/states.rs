//! What the rules remember of their targets.

use ::store::{StoreError, Tx};
use inventory::Id;
use sqlx::SqlitePool;

use super::{corrupt, parsed};
use crate::engine::watch::{Target, Tracked};

/// What is remembered, of all hosts and of the site (without a host): once, at the start.
pub(crate) async fn all(readers: &SqlitePool) -> Result<Vec<(Option<Id>, Target, Tracked)>, StoreError> {
    let rows: Vec<(String, String, String, String, Option<String>)> = sqlx::query_as(
        // An incident that was closed by other means is not one that still fires.
        "SELECT s.host_id, s.rule, s.component, s.state, i.id
         FROM rule_state s LEFT JOIN incident i ON i.id = s.incident_id AND i.state = 'open'
         WHERE s.incident_id IS NULL OR i.id IS NOT NULL",
    )
    .fetch_all(readers)
    .await?;
    rows.into_iter()
        .map(|(host, rule, component, state, incident)| {
            let target = Target { rule: parsed("rule_state", &host, &rule)?, component };
            let mut tracked: Tracked =
                serde_json::from_str(&state).map_err(|error| corrupt("rule_state", &host, error))?;
            tracked.incident = incident.map(|id| parsed("rule_state", &host, &id)).transpose()?;
            let of = Some(host.as_str()).filter(|host| !host.is_empty());
            Ok((of.map(|of| parsed("rule_state", &host, of)).transpose()?, target, tracked))
        })
        .collect()
}

/// Remembers.
pub(crate) async fn put(
    tx: &mut Tx,
    host: Option<&Id>,
    target: &Target,
    tracked: &Tracked,
) -> Result<(), StoreError> {
    let host = host.map_or("", Id::as_str);
    let state = serde_json::to_string(tracked).map_err(|error| corrupt("rule_state", host, error))?;
    sqlx::query(
        "INSERT INTO rule_state (host_id, rule, component, state, incident_id) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (host_id, rule, component) DO UPDATE SET
             state = excluded.state, incident_id = excluded.incident_id",
    )
    .bind(host)
    .bind(target.rule.as_str())
    .bind(&target.component)
    .bind(state)
    .bind(tracked.incident.as_ref().map(Id::as_str))
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets: all is well there.
pub(crate) async fn remove(tx: &mut Tx, host: Option<&Id>, target: &Target) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM rule_state WHERE host_id = $1 AND rule = $2 AND component = $3")
        .bind(host.map_or("", Id::as_str))
        .bind(target.rule.as_str())
        .bind(&target.component)
        .execute(tx)
        .await?;
    Ok(())
}

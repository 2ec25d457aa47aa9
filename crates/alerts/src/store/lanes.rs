//! Queueing: which topics are to be told of a transition, in the transaction of the incident.

use ::store::{StoreError, Tx};
use inventory::{Id, Timestamp};

use super::subscriptions;
use crate::incident::{Incident, IncidentState};

/// Queues what has just happened to `incident` for everybody whom it concerns. A transition that still waits gives way.
pub(crate) async fn queue(tx: &mut Tx, incident: &Incident, now: Timestamp) -> Result<(), StoreError> {
    for subscription in subscriptions::uncounted(tx).await? {
        let is_news = incident.state == IncidentState::Open
            && incident.severity >= subscription.min_severity
            && subscription.covers(incident);
        if is_news {
            put(tx, incident, &subscription.name, now).await?;
        }
    }
    // Whoever has a lane hears the rest of the story, also when it is less bad by now, or over.
    renew(tx, incident, now).await
}

async fn put(tx: &mut Tx, incident: &Incident, subscription: &Id, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO delivery (incident_id, subscription, wanted, maybe_told, status, queued_at, due_at, attempts)
         VALUES ($1, $2, $3, 0, 'waiting', $4, $4, 0)
         ON CONFLICT (incident_id, subscription) DO NOTHING",
    )
    .bind(incident.id.as_str())
    .bind(subscription.as_str())
    .bind(incident.transition)
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

async fn renew(tx: &mut Tx, incident: &Incident, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE delivery SET
             wanted = $2, status = 'waiting', queued_at = $3, due_at = $3, attempts = 0,
             first_attempt_at = NULL, last_error = NULL
         WHERE incident_id = $1 AND wanted < $2",
    )
    .bind(incident.id.as_str())
    .bind(incident.transition)
    .bind(now.millis())
    .execute(tx)
    .await?;
    Ok(())
}

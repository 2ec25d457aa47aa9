//! What is wrong now, and what was.

use actix_web::web;
use alerts::{Delivery, Incident, IncidentFilter, IncidentState};
use hosts::Page;
use inventory::Id;
use serde::{Deserialize, Serialize};

use crate::api::problem::ApiError;
use crate::app::App;

/// Which incidents, and how many at once.
#[derive(Debug, Deserialize)]
pub struct Query {
    state: Option<String>,
    host: Option<Id>,
    after: Option<Id>,
    limit: Option<u32>,
}

/// An incident, and who was told.
#[derive(Debug, Serialize, Deserialize)]
pub struct Detail {
    /// The incident.
    pub incident: Incident,
    /// What was sent of it.
    pub deliveries: Vec<Delivery>,
}

/// `GET /api/v1/incidents`, newest first.
///
/// # Errors
/// 400 for a state that does not exist.
pub async fn list(
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<web::Json<Page<Incident>>, ApiError> {
    let Query { state, host, after, limit } = query.into_inner();
    let state = state.map(|state| state.parse::<IncidentState>()).transpose();
    let state = state.map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let filter = IncidentFilter { state, host, ..IncidentFilter::default() };
    let limit = limit.unwrap_or(100);
    Ok(web::Json(alerts::incidents(app.store.readers(), &filter, after.as_ref(), limit).await?))
}

/// `GET /api/v1/incidents/{incident}`.
///
/// # Errors
/// 404 for an incident that is not known.
pub async fn show(app: web::Data<App>, id: web::Path<Id>) -> Result<web::Json<Detail>, ApiError> {
    let readers = app.store.readers();
    let incident = alerts::incident(readers, &id).await?;
    let incident = incident.ok_or_else(|| ApiError::not_found("incident", id.as_str()))?;
    Ok(web::Json(Detail { deliveries: alerts::deliveries(readers, &id).await?, incident }))
}

/// Open incidents on one page: more than a person reads.
const OPEN: u32 = 100;

/// The incidents that are open, of one host or of all.
///
/// # Errors
/// The database's.
pub async fn open(app: &App, host: Option<&Id>) -> Result<Vec<Incident>, ApiError> {
    let filter =
        IncidentFilter { state: Some(IncidentState::Open), host: host.cloned(), ..IncidentFilter::default() };
    Ok(alerts::incidents(app.store.readers(), &filter, None, OPEN).await?.items)
}

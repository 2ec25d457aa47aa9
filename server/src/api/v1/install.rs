//! How far a host's installation is.

use actix_web::{HttpResponse, web};
use okd::progress::Shown;

use super::hosts::find;
use crate::api::live;
use crate::api::problem::ApiError;
use crate::app::App;

/// `GET /api/v1/hosts/{host}/install`: its newest installation.
///
/// # Errors
/// 404 for a host that is not known, or was never armed.
pub async fn show(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<Shown>, ApiError> {
    let host = find(&app, &host).await?;
    let shown = app.progress.of(&host.id).await?;
    Ok(web::Json(shown.ok_or_else(|| ApiError::not_found("installation of", host.name))?))
}

/// `GET /api/v1/hosts/{host}/install/live`: the same as it changes, as server-sent events; `null` before it was ever armed.
///
/// # Errors
/// 404 for a host that is not known, 429 when too many look on.
pub async fn live(app: web::Data<App>, host: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let host = find(&app, &host).await?;
    live::install::stream(&app, host.id, as_json)
}

fn as_json(shown: Option<&Shown>) -> Result<String, ApiError> {
    serde_json::to_string(&shown)
        .map_err(|error| ApiError::Internal(format!("writing an installation: {error}")))
}

//! Where notifications are sent.

use actix_web::{HttpRequest, web};
use alerts::{NewProvider, Provider};
use inventory::{Id, Limits};
use serde::{Deserialize, Serialize};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// A provider that was added, and what an operator should know of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Added {
    /// The provider.
    pub provider: Provider,
    /// What to look at.
    pub warning: Option<String>,
}

/// `GET /api/v1/providers`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<Provider>>, ApiError> {
    Ok(web::Json(alerts::providers(app.store.readers()).await?))
}

/// `POST /api/v1/providers`.
///
/// # Errors
/// 422 for an address that can't be, 409 for a name that is taken, 400 for a secret that is not there.
pub async fn add(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Added>, ApiError> {
    let new: NewProvider = body::message(&request, payload, Limits::SMALL).await?;
    let (name, now) = (new.name.clone(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { alerts::add_provider(tx, &new, "operator", now).await }))
        .await?;
    let provider = alerts::provider(app.store.readers(), &name).await?;
    let provider = provider.ok_or_else(|| ApiError::not_found("provider", name.as_str()))?;
    Ok(web::Json(Added { warning: provider.warning(), provider }))
}

/// `DELETE /api/v1/providers/{name}`.
///
/// # Errors
/// 404 for one that is not there, 409 for one that is used.
pub async fn remove(app: web::Data<App>, name: web::Path<Id>) -> Result<web::Json<()>, ApiError> {
    let (name, now) = (name.into_inner(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { alerts::remove_provider(tx, &name, "operator", now).await }))
        .await?;
    Ok(web::Json(()))
}

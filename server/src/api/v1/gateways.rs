//! The site's gateways: which there are, how each stands, adding and removing one.

pub mod setup;
pub mod wish;
pub mod work;

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use gateway::{AdapterKind, ApplyRecord, GatewayName, Listed, Registration, Wish};
use inventory::Limits;
use serde::{Deserialize, Serialize};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// Applies that are shown with a gateway.
const LAST_APPLIES: usize = 10;

/// One gateway, with what is wanted of it and what was done to it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shown {
    /// How it stands.
    #[serde(flatten)]
    pub listed: Listed,
    /// What is wanted of it, part by part.
    pub wish: BTreeMap<String, Wish>,
    /// The last plans that were applied, newest first.
    pub applies: Vec<ApplyRecord>,
}

/// How to remove a gateway.
#[derive(Debug, Default, Deserialize)]
pub struct Removal {
    /// Whether what Muster made there is left as it is.
    #[serde(default)]
    leave: bool,
}

/// `GET /api/v1/gateways`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>) -> Result<web::Json<Vec<Listed>>, ApiError> {
    Ok(web::Json(app.gateways.list().await?))
}

/// `POST /api/v1/gateways`. It is looked at by `POST /api/v1/gateway-examination`, before or after.
///
/// # Errors
/// 409 for a name that is taken, 400 for a gateway that can't be.
pub async fn add(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Listed>, ApiError> {
    let registration: Registration = body::message(&request, payload, Limits::REPORT).await?;
    let name = registration.name.clone();
    app.gateways.add(registration, "operator").await?;
    Ok(web::Json(app.gateways.get(&name).await?))
}

/// `GET /api/v1/gateways/{gateway}`.
///
/// # Errors
/// 404 for a gateway that is not known.
pub async fn show(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<Shown>, ApiError> {
    let name = named(&name)?;
    Ok(web::Json(shown(&app, &name).await?))
}

/// One gateway, for the API and the pages.
///
/// # Errors
/// 404 for a gateway that is not known.
pub async fn shown(app: &App, name: &GatewayName) -> Result<Shown, ApiError> {
    let listed = app.gateways.get(name).await?;
    let wish = app.gateways.parts(name).await?;
    let mut applies = app.gateways.applies(name).await?;
    applies.truncate(LAST_APPLIES);
    Ok(Shown { listed, wish: wish.into_iter().collect(), applies })
}

/// `DELETE /api/v1/gateways/{gateway}?leave=true`.
///
/// # Errors
/// 404 for a gateway that is not known, 409 while something that Muster made stands on it and is not to be left.
pub async fn remove(
    app: web::Data<App>,
    name: web::Path<String>,
    removal: web::Query<Removal>,
) -> Result<web::Json<()>, ApiError> {
    app.gateways.remove(&named(&name)?, removal.leave, "operator").await?;
    Ok(web::Json(()))
}

/// `PUT /api/v1/gateways/{gateway}/adapter`: another address, certificate or secret. What was made on it stays known.
///
/// # Errors
/// 404 for a gateway that is not known, 409 while it is being changed.
pub async fn set_adapter(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Listed>, ApiError> {
    let name = named(&name)?;
    let adapter: AdapterKind = body::message(&request, payload, Limits::REPORT).await?;
    app.gateways.set_adapter(&name, adapter, "operator").await?;
    Ok(web::Json(app.gateways.get(&name).await?))
}

/// What is no name names no gateway.
pub(crate) fn named(name: &str) -> Result<GatewayName, ApiError> {
    name.parse().map_err(|_| ApiError::not_found("gateway", name.chars().take(64).collect::<String>()))
}

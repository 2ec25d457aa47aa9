//! What is done to a gateway: shown, applied, taken back, and whether it still is so.

use actix_web::{HttpRequest, web};
use gateway::{ApplyRecord, Drift, Plan};
use inventory::{Id, Limits};
use serde::{Deserialize, Serialize};

use super::named;
use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// Which plan is to be applied.
#[derive(Debug, Serialize, Deserialize)]
pub struct Apply {
    /// The digest of the plan that was shown.
    pub digest: String,
}

/// What is to be taken back.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct RollBack {
    /// Which apply; absent: the last one.
    #[serde(default)]
    pub apply: Option<Id>,
}

/// `GET /api/v1/gateways/{gateway}/plan`: reads the gateway now.
///
/// # Errors
/// 404 for a gateway that is not known, 502 with what is wrong for one that can't be read.
pub async fn plan(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<Plan>, ApiError> {
    Ok(web::Json(app.gateways.plan(&named(&name)?).await?))
}

/// `POST /api/v1/gateways/{gateway}/apply`: answers when it has ended. It goes on where nobody waits for the answer.
///
/// # Errors
/// 409 when the plan is not the one that was shown, has conflicts, or another one is being applied.
pub async fn apply(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<ApplyRecord>, ApiError> {
    let name = named(&name)?;
    let Apply { digest } = body::message(&request, payload, Limits::SMALL).await?;
    Ok(web::Json(app.gateways.apply(&name, &digest, "operator").await?))
}

/// `GET /api/v1/gateways/{gateway}/applies`: newest first, without their steps.
///
/// # Errors
/// 404 for a gateway that is not known.
pub async fn applies(
    app: web::Data<App>,
    name: web::Path<String>,
) -> Result<web::Json<Vec<ApplyRecord>>, ApiError> {
    Ok(web::Json(app.gateways.applies(&named(&name)?).await?))
}

/// `GET /api/v1/gateways/{gateway}/applies/{apply}`: with its steps, also while it is being applied.
///
/// # Errors
/// 404 for one that is not known.
pub async fn apply_record(
    app: web::Data<App>,
    path: web::Path<(String, Id)>,
) -> Result<web::Json<ApplyRecord>, ApiError> {
    let (name, apply) = path.into_inner();
    let record = app.gateways.apply_record(&named(&name)?, &apply).await?;
    Ok(web::Json(record))
}

/// `POST /api/v1/gateways/{gateway}/rollback`.
///
/// # Errors
/// 409 for an apply that can't be taken back, with the reason.
pub async fn roll_back(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<ApplyRecord>, ApiError> {
    let name = named(&name)?;
    let RollBack { apply } = body::message(&request, payload, Limits::SMALL).await?;
    Ok(web::Json(app.gateways.rollback(&name, apply, "operator").await?))
}

/// `GET /api/v1/gateways/{gateway}/drift`: reads the gateway now.
///
/// # Errors
/// As [`plan`]'s.
pub async fn drift(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<Drift>, ApiError> {
    Ok(web::Json(app.gateways.drift(&named(&name)?).await?))
}

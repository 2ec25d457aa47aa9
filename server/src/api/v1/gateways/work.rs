//! What is done to a gateway: shown, applied, taken back, and whether it still is so.

use actix_web::{HttpRequest, web};
use gateway::{ApplyRecord, Drift, Plan, Wish};
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

/// Which apply a plan to take one back is made of.
#[derive(Debug, Default, Deserialize)]
pub struct Back {
    /// Absent: the last one.
    #[serde(default)]
    apply: Option<Id>,
}

/// What is to be taken back.
#[derive(Debug, Serialize, Deserialize)]
pub struct RollBack {
    /// Which apply; absent: the last one.
    #[serde(default)]
    pub apply: Option<Id>,
    /// The digest of the plan that was shown.
    pub digest: String,
}

/// Of which wish a plan is made.
#[derive(Debug, Default, Deserialize)]
pub struct Of {
    /// Of none: what would be taken off.
    #[serde(default)]
    empty: bool,
}

/// `GET /api/v1/gateways/{gateway}/plan?empty=true`: reads the gateway now.
///
/// # Errors
/// 404 for a gateway that is not known, 502 with what is wrong for one that can't be read.
pub async fn plan(
    app: web::Data<App>,
    name: web::Path<String>,
    of: web::Query<Of>,
) -> Result<web::Json<Plan>, ApiError> {
    let name = named(&name)?;
    let plan = match of.empty {
        true => app.gateways.plan_for(&name, &Wish::default()).await?,
        false => app.gateways.plan(&name).await?,
    };
    Ok(web::Json(plan))
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
    let name = named(&name)?;
    let record = app.gateways.apply_record(&apply).await?.filter(|record| record.gateway == name);
    record.map(web::Json).ok_or_else(|| ApiError::not_found("apply", apply.as_str()))
}

/// `GET /api/v1/gateways/{gateway}/rollback?apply=ID`: what taking it back would do.
///
/// # Errors
/// 409 for an apply that can't be taken back, with the reason.
pub async fn plan_roll_back(
    app: web::Data<App>,
    name: web::Path<String>,
    which: web::Query<Back>,
) -> Result<web::Json<Plan>, ApiError> {
    Ok(web::Json(app.gateways.plan_rollback(&named(&name)?, which.apply.as_ref()).await?))
}

/// `POST /api/v1/gateways/{gateway}/rollback`.
///
/// # Errors
/// 409 for an apply that can't be taken back, with the reason, and when the plan is not the one that was shown.
pub async fn roll_back(
    app: web::Data<App>,
    name: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<ApplyRecord>, ApiError> {
    let name = named(&name)?;
    let RollBack { apply, digest } = body::message(&request, payload, Limits::SMALL).await?;
    Ok(web::Json(app.gateways.rollback(&name, apply.as_ref(), &digest, "operator").await?))
}

/// `GET /api/v1/gateways/{gateway}/drift`: reads the gateway now.
///
/// # Errors
/// As [`plan`]'s.
pub async fn drift(app: web::Data<App>, name: web::Path<String>) -> Result<web::Json<Drift>, ApiError> {
    Ok(web::Json(app.gateways.drift(&named(&name)?).await?))
}

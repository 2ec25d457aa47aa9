//! The power switches of hosts.

use std::time::Duration;

use actix_web::{HttpRequest, web};
use inventory::{Id, Limits};
use power::{Act, Answer, PowerError, Question, Request, Shown, WayName, Ways};
use serde::{Deserialize, Serialize};

use super::hosts::find;
use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// Who does all this.
const OPERATOR: &str = "operator";
/// What it is watched for whether it happened, at the most.
const LONGEST_WATCH_SECS: u32 = 3600;

/// What is to happen.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// `on`, `off`, `reset` or `cycle`.
    pub act: Act,
    /// By this way alone, also where nothing seems to be left to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<WayName>,
    /// How long the machine has to show that it happened; else five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch_secs: Option<u32>,
}

/// How a host is switched from now on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The version that the change was made of: another one is refused.
    pub version: i64,
    /// In the order in which they are tried; without any, as every host is.
    pub ways: Option<Ways>,
}

/// What was answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// `done` or `cannot`.
    pub answer: Answer,
}

/// `GET /api/v1/hosts/{host}/power`.
///
/// # Errors
/// 404 for a host that is not known.
pub async fn show(app: web::Data<App>, host: web::Path<String>) -> Result<web::Json<Shown>, ApiError> {
    let host = find(&app, &host).await?;
    Ok(web::Json(app.power.shown(&host.id).await?))
}

/// `PUT /api/v1/hosts/{host}/power`.
///
/// # Errors
/// 404 for a host that is not known, 400 and 422 for what can't be, 409 where somebody else was faster.
pub async fn set(
    app: web::Data<App>,
    host: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Shown>, ApiError> {
    let Set { version, ways } = body::message(&request, payload, Limits::SMALL).await?;
    let host = find(&app, &host).await?;
    app.power.set_ways(&host.id, version, ways, OPERATOR).await?;
    Ok(web::Json(app.power.shown(&host.id).await?))
}

/// `POST /api/v1/hosts/{host}/power`: answers at once; what becomes of it is to be read under the request's id.
///
/// # Errors
/// 404 for a host or a way that is not known, 409 for a host that can't be switched (so, or now).
pub async fn ask(
    app: web::Data<App>,
    host: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Request>, ApiError> {
    let Ask { act, by, watch_secs } = body::message(&request, payload, Limits::SMALL).await?;
    let host = find(&app, &host).await?;
    let watch = watch_secs.map(|secs| Duration::from_secs(secs.clamp(1, LONGEST_WATCH_SECS).into()));
    Ok(web::Json(app.power.ask(&host.id, act, by.as_ref(), watch, OPERATOR).await?))
}

/// `GET /api/v1/hosts/{host}/power/{request}`.
///
/// # Errors
/// 404 for a host or a request that is not known.
pub async fn request(
    app: web::Data<App>,
    path: web::Path<(String, Id)>,
) -> Result<web::Json<Request>, ApiError> {
    let (host, request) = path.into_inner();
    let host = find(&app, &host).await?;
    Ok(web::Json(app.power.request(&host.id, &request).await?))
}

/// `POST /api/v1/hosts/{host}/answer`: what somebody in the room was asked for.
///
/// # Errors
/// 404 for a host that is not known, 409 where nothing is asked, or no more.
pub async fn answer(
    app: web::Data<App>,
    host: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Question>, ApiError> {
    let Said { answer } = body::message(&request, payload, Limits::SMALL).await?;
    let host = find(&app, &host).await?;
    Ok(web::Json(app.power.answer(&host.id, answer, OPERATOR).await?.question))
}

impl From<PowerError> for ApiError {
    fn from(error: PowerError) -> Self {
        let detail = error.to_string();
        match error {
            PowerError::NoHost(id) => Self::not_found("host", id.as_str()),
            PowerError::NoRequest(id) => Self::not_found("request", id.as_str()),
            PowerError::NoWay { .. } | PowerError::Way(_) => Self::BadRequest(detail),
            PowerError::Barred { .. } => Self::Conflict { kind: "host-barred", detail },
            PowerError::Unable { .. } => Self::Conflict { kind: "no-way", detail },
            PowerError::Running { .. } => Self::Conflict { kind: "being-switched", detail },
            PowerError::NoQuestion(_) => Self::Conflict { kind: "nothing-asked", detail },
            PowerError::Settled(_) => Self::Conflict { kind: "already-settled", detail },
            PowerError::Changed(_) => Self::Conflict { kind: "changed-meanwhile", detail },
            PowerError::Forged => Self::Forbidden { kind: "link-forged", detail },
            PowerError::Store(error) => error.into(),
        }
    }
}

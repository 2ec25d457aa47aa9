//! What operators ask of agents, and what became of it.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use hosts::AgentAction;
use inventory::{Action, Id, Limits};
use serde::{Deserialize, Serialize};

use super::hosts::find;
use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// How long an action waits for its agent, where nobody said.
const PATIENCE_SECS: u32 = 600;
/// A machine that comes back after a week must not be rebooted by what somebody wanted then.
const LONGEST_PATIENCE_SECS: u32 = 86_400;

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ask {
    /// What to do.
    #[serde(flatten)]
    pub action: Action,
    /// For how long it may wait for the agent to come for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience_secs: Option<u32>,
}

/// `GET /api/v1/hosts/{host}/actions`, newest first.
///
/// # Errors
/// 404 for a host that is not known.
pub async fn list(
    app: web::Data<App>,
    host: web::Path<String>,
) -> Result<web::Json<Vec<AgentAction>>, ApiError> {
    let host = find(&app, &host).await?;
    Ok(web::Json(hosts::actions(app.store.readers(), &host.id).await?))
}

/// `POST /api/v1/hosts/{host}/actions`.
///
/// # Errors
/// 404 for a host that is not known, 400 for an action that is not, 429 where too many wait.
pub async fn ask(
    app: web::Data<App>,
    host: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<AgentAction>, ApiError> {
    let Ask { action, patience_secs } = body::message(&request, payload, Limits::SMALL).await?;
    if action == Action::Unknown {
        return Err(ApiError::BadRequest(
            "an agent can be asked for report, logs, reboot, power_off, blink_nic, blink_disk".to_owned(),
        ));
    }
    let patience = patience_secs.unwrap_or(PATIENCE_SECS).clamp(1, LONGEST_PATIENCE_SECS);
    let patience = Duration::from_secs(patience.into());
    let (id, now) = (find(&app, &host).await?.id, app.clock.now());
    let asked = app
        .store
        .write(move |tx| {
            Box::pin(async move { hosts::ask(tx, &id, &action, patience, "operator", now).await })
        })
        .await?;
    app.mailbox.put(asked.host.clone());
    Ok(web::Json(asked))
}

/// `GET /api/v1/hosts/{host}/logs/{action}`: plain text.
///
/// # Errors
/// 404 where the action brought none (yet).
pub async fn logs(app: web::Data<App>, path: web::Path<(String, Id)>) -> Result<HttpResponse, ApiError> {
    let (host, action) = path.into_inner();
    let host = find(&app, &host).await?;
    let logs = hosts::logs(app.store.readers(), &host.id, &action).await?;
    let logs = logs.ok_or_else(|| ApiError::not_found("log of action", action.as_str()))?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(logs))
}

//! Running a score, and watching it run.

use actix_web::{HttpRequest, web};
use inventory::{Id, Limits};
use scores::{Progress, StartError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::body;
use crate::api::problem::ApiError;
use crate::api::wait::Wait;
use crate::app::App;

/// Which score, how.
#[derive(Debug, Serialize, Deserialize)]
pub struct Start {
    /// The score's name.
    pub score: String,
    /// What it is to be run with.
    #[serde(default)]
    pub params: Value,
    /// Only tell what it would do.
    #[serde(default)]
    pub dry_run: bool,
}

/// The answer to [`Start`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Started {
    /// The job; absent after a dry run.
    pub job: Option<Id>,
    /// What it does, one sentence a step.
    pub plan: Vec<String>,
}

/// What the client has seen.
#[derive(Debug, Deserialize)]
pub struct Seen {
    /// Answer with what is newer than this.
    #[serde(default)]
    after: i64,
}

/// `POST /api/v1/jobs`.
///
/// # Errors
/// 404 for a score that is not known, 400 for parameters that it refuses, 409 while it runs already.
pub async fn start(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Started>, ApiError> {
    let Start { score, params, dry_run } = body::message(&request, payload, Limits::SMALL).await?;
    let known = app.jobs.registry().get(&score).ok_or_else(|| ApiError::not_found("score", &score))?;
    let plan = known.plan(&params).map_err(|error| ApiError::BadRequest(error.chain()))?;
    let job =
        if dry_run { None } else { Some(app.jobs.start(&score, params, "operator").await.map_err(refused)?) };
    Ok(web::Json(Started { job, plan }))
}

/// `GET /api/v1/jobs/{job}?after=SEQ&wait_secs=N`: the job and the steps that changed since.
///
/// # Errors
/// 404 for a job that is not known.
pub async fn show(
    app: web::Data<App>,
    job: web::Path<Id>,
    seen: web::Query<Seen>,
    wait: web::Query<Wait>,
) -> Result<web::Json<Progress>, ApiError> {
    let progress = app.jobs.changed(&job, seen.after, wait.patience()).await?;
    progress.map(web::Json).ok_or_else(|| ApiError::not_found("job", job.as_str()))
}

/// `POST /api/v1/jobs/{job}/cancel`.
///
/// # Errors
/// 404 for a job that does not run.
pub async fn cancel(app: web::Data<App>, job: web::Path<Id>) -> Result<web::Json<()>, ApiError> {
    if app.jobs.cancel(&job, "operator").await {
        Ok(web::Json(()))
    } else {
        Err(ApiError::not_found("running job", job.as_str()))
    }
}

fn refused(error: StartError) -> ApiError {
    let detail = error.to_string();
    match error {
        StartError::UnknownScore(name) => ApiError::not_found("score", name),
        StartError::Running { .. } => ApiError::Conflict { kind: "score-running", detail },
        StartError::Refused { source, .. } => ApiError::BadRequest(source.chain()),
        StartError::Stopping => ApiError::Conflict { kind: "stopping", detail },
        StartError::Store(error) => error.into(),
    }
}

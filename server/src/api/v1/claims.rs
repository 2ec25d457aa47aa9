//! What unproven sources said of hosts, until an operator has seen to it.

use actix_web::{HttpRequest, web};
use hosts::{Claim, Verdict};
use inventory::{Id, Limits};
use serde::{Deserialize, Serialize};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;

/// What the operator makes of a claim.
#[derive(Debug, Serialize, Deserialize)]
pub struct Settle {
    /// The verdict.
    pub verdict: Verdict,
}

/// Which claims.
#[derive(Debug, Deserialize)]
pub struct Query {
    /// Also those that are settled.
    #[serde(default)]
    settled: bool,
}

/// Claims in one answer.
const LONGEST: u32 = 500;

/// `GET /api/v1/claims`.
///
/// # Errors
/// The database's.
pub async fn list(app: web::Data<App>, query: web::Query<Query>) -> Result<web::Json<Vec<Claim>>, ApiError> {
    Ok(web::Json(hosts::claims(app.store.readers(), None, query.settled, LONGEST).await?))
}

/// `POST /api/v1/claims/{claim}/settle`.
///
/// # Errors
/// 404 for a claim that is not known, 409 for one that is settled.
pub async fn settle(
    app: web::Data<App>,
    claim: web::Path<Id>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<()>, ApiError> {
    let Settle { verdict } = body::message(&request, payload, Limits::SMALL).await?;
    let (claim, now) = (claim.into_inner(), app.clock.now());
    app.store
        .write(move |tx| {
            Box::pin(async move { hosts::settle_claim(tx, &claim, verdict, "operator", now).await })
        })
        .await?;
    Ok(web::Json(()))
}

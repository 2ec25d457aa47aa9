//! A machine's whole inventory.

use actix_web::{HttpRequest, web};
use hosts::Taken;
use inventory::{Limits, Reply, Report};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::auth::Caller;

/// `PUT /agent/v1/inventory`.
///
/// # Errors
/// 413, 400 or 422 for a bad message, 409 for a report of another machine.
pub async fn handle(
    app: web::Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Reply>, ApiError> {
    let host = caller.host()?;
    let report: Report = body::message(&request, payload, Limits::REPORT).await?;
    let (id, now) = (host.id.clone(), app.clock.now());
    let taken = app
        .store
        .write(move |tx| Box::pin(async move { hosts::take_report(tx, &id, &report, now).await }))
        .await?;
    if let Taken::Claim(_) = taken {
        let detail = format!("this report is of another machine than {} ({})", host.name, host.id);
        return Err(ApiError::Conflict { kind: "claim", detail });
    }
    app.control.heard(&host.id, None);
    app.alerts.heard(host, now).await?;
    Ok(web::Json(Reply::new(now)))
}

//! An agent ends on purpose.

use actix_web::{HttpRequest, web};
use inventory::{Goodbye, Limits, Reply};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::auth::Caller;

/// `POST /agent/v1/goodbye`.
///
/// # Errors
/// 413, 400 or 422 for a bad message.
pub async fn handle(
    app: web::Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Reply>, ApiError> {
    let host = caller.host()?;
    let goodbye: Goodbye = body::message(&request, payload, Limits::SMALL).await?;
    let (id, now) = (host.id.clone(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { hosts::take_goodbye(tx, &id, &goodbye, now).await }))
        .await?;
    app.alerts.heard(host, now).await?;
    Ok(web::Json(Reply::new(now)))
}

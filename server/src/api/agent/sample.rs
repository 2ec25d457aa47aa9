//! How a machine does: the hot path.

use actix_web::{HttpRequest, web};
use hosts::Heard;
use inventory::{Limits, Reply, Sample};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::auth::Caller;

/// `POST /agent/v1/sample`.
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
    let sample: Sample = body::message(&request, payload, Limits::SMALL).await?;
    let (id, now, kept) = (host.id.clone(), app.clock.now(), sample.clone());
    let heard = app
        .store
        .write(move |tx| Box::pin(async move { hosts::take_sample(tx, &id, &kept, now).await }))
        .await?;
    // A late one from the agent's spool says nothing of how the machine does now.
    if heard == Heard::Applied {
        app.alerts.observe(host, &sample).await?;
    }
    Ok(web::Json(Reply { server_time: now, actions: vec![] }))
}

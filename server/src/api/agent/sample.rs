//! How a machine does: the hot path.

use actix_web::{HttpRequest, web};
use hosts::Heard;
use inventory::{ActionRequest, Id, Limits, Reply, Sample, Timestamp};

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
    let agent = &sample.agent;
    tracing::debug!(host.id = %host.id, start = agent.start_id, seq = agent.seq, ?heard, "a sample");
    // A late one from the agent's spool says nothing of how the machine does now.
    if heard == Heard::Applied {
        app.control.heard(&host.id, None);
        app.alerts.observe(host, &sample).await?;
    }
    let actions = if app.mailbox.may_have(&host.id) { deliver(&app, &host.id, now).await? } else { vec![] };
    Ok(web::Json(Reply { actions, ..Reply::new(now) }))
}

/// What operators asked of this agent.
async fn deliver(app: &App, host: &Id, now: Timestamp) -> Result<Vec<ActionRequest>, ApiError> {
    app.mailbox.empty(host);
    let id = host.clone();
    let delivery =
        app.store.write(move |tx| Box::pin(async move { hosts::deliver(tx, &id, now).await })).await?;
    if delivery.is_more {
        app.mailbox.put(host.clone());
    }
    Ok(delivery.requests)
}

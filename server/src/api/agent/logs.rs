//! A machine's logs, that an action asked for.

use actix_web::{HttpRequest, web};
use inventory::{Id, LOGS_LIMIT_BYTES, Reply};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::auth::Caller;

/// `PUT /agent/v1/logs/{action}`.
///
/// # Errors
/// 404 where this host was not asked for logs, 413 for too many.
pub async fn handle(
    app: web::Data<App>,
    caller: Caller,
    action: web::Path<Id>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Reply>, ApiError> {
    let host = caller.host()?;
    let bytes = body::read(&request, payload, LOGS_LIMIT_BYTES).await?;
    // A log may hold anything; whoever reads it on a terminal is not to be steered by it.
    let is_shown = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text: String = String::from_utf8_lossy(&bytes).chars().filter(is_shown).collect();
    let text: String = text.get(..text.floor_char_boundary(LOGS_LIMIT_BYTES)).unwrap_or_default().to_owned();
    let (id, action, now) = (host.id.clone(), action.into_inner(), app.clock.now());
    app.store
        .write(move |tx| Box::pin(async move { hosts::put_logs(tx, &id, &action, &text).await }))
        .await?;
    app.alerts.heard(host, now).await?;
    Ok(web::Json(Reply::new(now)))
}

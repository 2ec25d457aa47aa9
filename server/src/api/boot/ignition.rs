//! The Ignition document that turns a live CoreOS into a discovery system. It carries a ticket: one receiver.

use actix_web::{HttpRequest, HttpResponse, web};
use boot::Arch;
use boot::ignition::discovery;
use boot::tickets::Purpose;
use boot::trail::StepKind;
use serde::Deserialize;

use super::document::{Receiver, agents, no_agent};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport::Connection;

/// What the boot script says of its machine.
#[derive(Debug, Deserialize)]
pub struct Said {
    arch: Option<String>,
}

/// `GET /boot/ignition/{ticket}.ign?arch=…`. Ignition says in its `Accept` header which editions it knows; the document is of
/// one that all of them read.
///
/// # Errors
/// 403 for a ticket that is not good, 503 while there is no agent for this processor.
pub async fn show(
    app: web::Data<App>,
    connection: Connection,
    ticket: web::Path<String>,
    said: web::Query<Said>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let receiver = Receiver::of_ticket(&app, &connection, &ticket, Purpose::Ignition).await?;
    let arch = Arch::named(said.arch.as_deref().unwrap_or_default());
    let found = agents(&app).await?.into_iter().find(|found| found.agent.arch == arch);
    let agent = found.ok_or_else(|| no_agent(&app, Some(arch)))?.agent;
    let document = discovery(receiver.briefing(&app), agent);
    let detail = format!("CoreOS, discovery, agent for {}", arch.as_str());
    receiver.give(&app, &request, (StepKind::Ignition, &detail), document).await
}

//! The kickstart that turns the CentOS Stream installer into a discovery system. It carries a ticket: one receiver.

use actix_web::{HttpRequest, HttpResponse, web};
use boot::kickstart::discovery;
use boot::tickets::Purpose;
use boot::trail::StepKind;

use super::document::{Receiver, agents, no_agent};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport::Connection;

/// `GET /boot/kickstart/{ticket}.ks`.
///
/// # Errors
/// 403 for a ticket that is not good, 503 while there is no agent to hand out.
pub async fn show(
    app: web::Data<App>,
    connection: Connection,
    ticket: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let receiver = Receiver::of_ticket(&app, &connection, &ticket, Purpose::Kickstart).await?;
    let agents: Vec<boot::Agent> = agents(&app).await?.into_iter().map(|found| found.agent).collect();
    if agents.is_empty() {
        return Err(no_agent(&app, None));
    }
    let document = discovery(receiver.briefing(&app), &agents);
    receiver.give(&app, &request, (StepKind::Kickstart, "CentOS Stream, discovery"), document).await
}

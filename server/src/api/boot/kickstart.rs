//! The kickstart that turns the CentOS Stream installer into a discovery system. It carries a ticket: one receiver.

use actix_web::{HttpResponse, web};
use boot::kickstart::{Discovery, discovery};
use boot::site::{Centos, DiscoverySystem};
use boot::tickets::{self, DEFAULT_LIFE, Purpose, Ticket, TicketError};
use boot::trail::{Step, StepKind};

use crate::api::problem::ApiError;
use crate::api::refusal::refuse_ticket;
use crate::app::App;
use crate::transport::Connection;

/// `GET /boot/kickstart/{ticket}.ks`.
///
/// # Errors
/// 403 for a ticket that is not good, 404 while discovery is not by CentOS Stream or there is no agent to hand out.
pub async fn show(
    app: web::Data<App>,
    connection: Connection,
    ticket: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let address = connection.peer_ip();
    let now = app.clock.now();
    let ticket = match app.ticket_key.verify(&ticket, Purpose::Kickstart, address, now) {
        Ok(ticket) => ticket,
        Err(error) => return Err(refuse_ticket(&app, address, error).await),
    };
    let site = app.site();
    let centos = site.discovery.into_iter().chain(site.known).find_map(|system| match system {
        DiscoverySystem::Centos(centos) => Some(centos),
        _ => None,
    });
    let Centos { stream, .. } = centos.ok_or_else(|| ApiError::not_found("kickstart", "discovery"))?;
    let agent_sha256 = app.agent.sha256.ok_or_else(|| ApiError::not_found("file", "muster-agent"))?;
    let mac = ticket.mac;
    if let Err(error) = redeem(&app, ticket, address.to_string()).await {
        return Err(refuse_ticket(&app, address, error).await);
    }
    let links = app
        .links
        .boot_links(&connection, &app.pin)
        .map_err(|error| ApiError::Internal(format!("the addresses of this server: {error}")))?;
    let enrol = app
        .ticket_key
        .mint(Purpose::Enrol, mac, address, now, DEFAULT_LIFE)
        .map_err(|error| ApiError::Internal(format!("a ticket could not be made: {error}")))?;
    let document = discovery(Discovery {
        stream,
        mac,
        links: &links,
        ssh_key: &app.ssh_public_key,
        ticket: &enrol,
        agent_sha256: &agent_sha256,
        interval_secs: app.settings.agents.interval_secs,
    })
    .map_err(|error| ApiError::Internal(format!("rendering the kickstart: {error}")))?;
    app.trail
        .record(Step::new(StepKind::Kickstart, address).mac(mac).detail(&format!("CentOS Stream {stream}")));
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(document))
}

async fn redeem(app: &App, ticket: Ticket, holder: String) -> Result<(), TicketError> {
    let now = app.clock.now();
    app.store.write(move |tx| Box::pin(async move { tickets::redeem(tx, &ticket, &holder, now).await })).await
}

//! What documents that start an agent have in common: each carries a ticket, and has one receiver.
//!
//! Those who fetch them part the answers in the same way. One of 400 and above is the end for Ignition: the machine stops
//! and says why, and its next boot brings a new ticket. One of 500 and above it asks again for, every few seconds: so
//! what an operator can mend meanwhile is 503. And whatever is answered with 200 is taken for the document.

use std::net::IpAddr;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use boot::links::Links;
use boot::tickets::{self, DEFAULT_LIFE, Purpose, Ticket, TicketError, Token};
use boot::trail::{Step, StepKind};
use boot::{Arch, Briefing};

use super::sent::watched;
use crate::agent_file::AgentFile;
use crate::api::problem::{ApiError, chain};
use crate::api::refusal::refuse_ticket;
use crate::app::App;
use crate::transport::Connection;

/// Time for an operator to bring what is missing.
const RETRY_AFTER_SECS: u64 = 30;

/// A document's one receiver, and what it is told.
pub(super) struct Receiver {
    ticket: Ticket,
    address: IpAddr,
    links: Links,
    enrol: Token,
}

impl Receiver {
    /// Whoever has this ticket, if it is good for this purpose.
    pub(super) async fn of_ticket(
        app: &App,
        connection: &Connection,
        ticket: &str,
        purpose: Purpose,
    ) -> Result<Self, ApiError> {
        let (address, now) = (connection.peer_ip(), app.clock.now());
        let ticket = match app.ticket_key.verify(ticket, purpose, address, now) {
            Ok(ticket) => ticket,
            Err(error) => return Err(refuse_ticket(app, address, error).await),
        };
        let links = app
            .links
            .boot_links(connection, &app.pin)
            .map_err(|error| ApiError::Internal(format!("the addresses of this server: {error}")))?;
        let enrol = app
            .ticket_key
            .mint(Purpose::Enrol, ticket.mac, address, now, DEFAULT_LIFE)
            .map_err(|error| ApiError::Internal(format!("a ticket could not be made: {error}")))?;
        Ok(Self { ticket, address, links, enrol })
    }

    /// What the document says.
    pub(super) fn briefing<'a>(&'a self, app: &'a App) -> Briefing<'a> {
        Briefing {
            mac: self.ticket.mac,
            links: &self.links,
            ssh_key: &app.ssh_public_key,
            ticket: &self.enrol,
            interval_secs: app.settings.agents.interval_secs,
        }
    }

    /// Gives the document out: counts the ticket, and notes the step. Last of all, so that nothing of ours that fails costs
    /// the machine its ticket; and a HEAD costs nothing.
    pub(super) async fn give(
        self,
        app: &App,
        request: &HttpRequest,
        step: (StepKind, &str),
        rendered: Result<String, askama::Error>,
    ) -> Result<HttpResponse, ApiError> {
        let document = rendered
            .map_err(|error| ApiError::Internal(format!("rendering the {}: {}", step.0, chain(&error))))?;
        let (ticket, holder, now) = (self.ticket, self.address.to_string(), app.clock.now());
        let mac = ticket.mac;
        let used: Result<(), TicketError> = if request.method() == Method::HEAD {
            tickets::check(app.store.readers(), &ticket, &holder, now).await
        } else {
            app.store
                .write(move |tx| Box::pin(async move { tickets::redeem(tx, &ticket, &holder, now).await }))
                .await
        };
        if let Err(error) = used {
            return Err(refuse_ticket(app, self.address, error).await);
        }
        let answer = HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .insert_header(("Cache-Control", "no-store"))
            .body(document);
        // Ignition asks for the head first, and that is no step of a boot.
        if request.method() == Method::HEAD {
            return Ok(answer);
        }
        let step = Step::new(step.0, self.address).mac(mac).detail(step.1);
        Ok(watched(&app.trail, step, request, answer))
    }
}

/// The agents that can be handed out.
pub(super) async fn agents(app: &App) -> Result<Vec<AgentFile>, ApiError> {
    let agents = app.agents.clone();
    web::block(move || agents.present())
        .await
        .map_err(|error| ApiError::Internal(format!("looking for agents: {error}")))
}

/// There is no agent for this machine, yet.
pub(super) fn no_agent(app: &App, arch: Option<Arch>) -> ApiError {
    let of = arch.map(|arch| format!(" for {}", arch.as_str())).unwrap_or_default();
    ApiError::NotReady {
        detail: format!("there is no agent{of} at {}: name one with --agent", app.agents.places()),
        retry_after_secs: RETRY_AFTER_SECS,
    }
}

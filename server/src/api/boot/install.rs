//! What the two documents of an installation have in common: who may have them.
//!
//! The installer parts the answers as Ignition does: 403 is the end, before anything is written; 503 it asks again for; and what
//! is answered with 200 is taken for the document, whatever it is, and the disk is erased. So nobody is ever answered with 200
//! but the one receiver, and whatever is missing on our side is 503.

use std::net::IpAddr;
use std::time::Duration;

use boot::links::Links;
use boot::tickets::{ANYWHERE, Purpose, Ticket, TicketError, Token};
use boot::trail::{Step, StepKind};
use hosts::HostFacts;
use inventory::{MacAddr, Timestamp};
use okd::Arming;
use okd::arming::Wanted;
use store::StoreError;

use crate::api::problem::{ApiError, chain};
use crate::api::refusal::{kind_of, refuse_ticket};
use crate::app::App;
use crate::transport::Connection;

/// How long the tickets of an installing script are good: a live system is a gigabyte, and a slow line takes its time.
pub(super) const TICKET_LIFE: Duration = Duration::from_secs(60 * 60);
/// How long a machine may say how far it is, and its agent enrol: it boots twice, and fetches gigabytes in between.
const INSTALLING_LIFE: Duration = Duration::from_secs(24 * 3600);
/// Time for an operator to bring what is missing, or for the database.
const RETRY_AFTER_SECS: u64 = 15;

/// A document's one receiver.
pub(super) struct Receiver {
    pub(super) mac: MacAddr,
    pub(super) address: IpAddr,
    pub(super) links: Links,
    pub(super) host: HostFacts,
    pub(super) arming: Arming,
    pub(super) progress: Token,
}

impl Receiver {
    /// Whoever has this ticket, if it is good for this purpose, and its arming stands.
    pub(super) async fn of_ticket(
        app: &App,
        connection: &Connection,
        text: &str,
        purpose: Purpose,
    ) -> Result<Self, ApiError> {
        let (address, now) = (connection.peer_ip(), app.clock.now());
        let (ticket, elsewhere) = match app.ticket_key.verify(text, purpose, address, now) {
            Ok(ticket) => (ticket, None),
            Err(error) => match of_another_address(app, text, purpose, &error, now) {
                Some(ticket) => (ticket, Some(error)),
                None => return Err(refuse(app, address, error, purpose).await),
            },
        };
        let host =
            hosts::facts_by_mac(app.store.readers(), ticket.mac).await.map_err(|error| not_now(&error))?;
        let Some(host) = host else {
            let why = format!("there is no host with the card {} any more", ticket.mac);
            return Err(refuse_unfit(app, address, None, &ticket, purpose, why).await);
        };
        let arming = app.installs.for_document(&host, ticket.mac, ticket.generation).await;
        let arming = match arming.map_err(|error| not_now(&error))? {
            Ok(arming) => arming,
            Err(why) => return Err(refuse_unfit(app, address, Some(&host), &ticket, purpose, why).await),
        };
        if let Some(error) = elsewhere.filter(|_| !arming.has_address(address)) {
            return Err(refuse(app, address, error, purpose).await);
        }
        let links = app
            .links
            .boot_links(connection, &app.pin)
            .map_err(|error| ApiError::Internal(format!("the addresses of this server: {error}")))?;
        let progress = Self::minted(app, &ticket, Purpose::Progress)?;
        Ok(Self { mac: ticket.mac, address, links, host, arming, progress })
    }

    /// The ticket by which the installed system's agent proves that it is the same host. It may have another address by then.
    pub(super) fn enrol(&self, app: &App) -> Result<Token, ApiError> {
        let generation = self.arming.generation;
        let token = app.ticket_key.mint_of(
            generation,
            Purpose::Enrol,
            self.mac,
            ANYWHERE,
            app.clock.now(),
            INSTALLING_LIFE,
        );
        token.map_err(|error| ApiError::Internal(format!("a ticket could not be made: {error}")))
    }

    fn minted(app: &App, ticket: &Ticket, purpose: Purpose) -> Result<Token, ApiError> {
        let now = app.clock.now();
        app.ticket_key
            .mint_of(ticket.generation, purpose, ticket.mac, ANYWHERE, now, INSTALLING_LIFE)
            .map_err(|error| ApiError::Internal(format!("a ticket could not be made: {error}")))
    }
}

/// Something of ours is missing: the installer asks again.
pub(super) fn not_now(error: &dyn std::error::Error) -> ApiError {
    tracing::error!(error = %chain(error), "a document of an installation can't be made now");
    ApiError::NotReady {
        detail: "this server can't make the document now; its log says why".to_owned(),
        retry_after_secs: RETRY_AFTER_SECS,
    }
}

/// A ticket that is good but for the address from which it comes.
fn of_another_address(
    app: &App,
    text: &str,
    purpose: Purpose,
    error: &TicketError,
    now: Timestamp,
) -> Option<Ticket> {
    let TicketError::WrongAddress { expected, .. } = error else { return None };
    app.ticket_key.verify(text, purpose, *expected, now).ok()
}

/// A ticket that is not good. That of a node's document has an event of its own, which rings; so has that of its live system where
/// it comes from another address: its machine does not come up then.
async fn refuse(app: &App, address: IpAddr, error: TicketError, purpose: Purpose) -> ApiError {
    if purpose != Purpose::Node && !matches!(error, TicketError::WrongAddress { .. }) {
        return refuse_ticket(app, address, error).await;
    }
    let host = match error.mac() {
        Some(mac) => hosts::facts_by_mac(app.store.readers(), mac).await.ok().flatten(),
        None => None,
    };
    let (mac, why) = (error.mac(), error.to_string());
    refused(app, address, host.as_ref(), mac, why, kind_of(&error)).await
}

async fn refuse_unfit(
    app: &App,
    address: IpAddr,
    host: Option<&HostFacts>,
    ticket: &Ticket,
    purpose: Purpose,
    why: String,
) -> ApiError {
    if purpose == Purpose::Node {
        return refused(app, address, host, Some(ticket.mac), why, "not-armed").await;
    }
    noted(app, address, Some(ticket.mac), &why);
    ApiError::Forbidden { kind: "not-armed", detail: why }
}

/// The node's document is refused: a step of the trail, an event, 403.
pub(super) async fn refused(
    app: &App,
    address: IpAddr,
    host: Option<&HostFacts>,
    mac: Option<MacAddr>,
    why: String,
    kind: &'static str,
) -> ApiError {
    noted(app, address, mac, &why);
    let told: Result<(), StoreError> = app.installs.refused(address, host, mac, Wanted::Document, &why).await;
    if let Err(error) = told {
        tracing::error!(%error, "the refusal of a node's document could not be noted");
    }
    ApiError::Forbidden { kind, detail: why }
}

fn noted(app: &App, address: IpAddr, mac: Option<MacAddr>, why: &str) {
    let step = Step::new(StepKind::Refused, address).detail(why);
    app.trail.record(match mac {
        Some(mac) => step.mac(mac),
        None => step,
    });
    tracing::warn!(%address, "a document of an installation was refused: {why}");
}

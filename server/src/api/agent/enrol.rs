//! An agent's first word.

use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::{HttpRequest, web};
use boot::tickets::{self, Purpose, Ticket, TicketError};
use boot::trail::{Step, StepKind};
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use hosts::{EnrolError, EnrolOutcome, Proof};
use inventory::{EnrolReply, EnrolRequest, Limits};
use okd::OkdError;
use store::StoreError;

use crate::api::body;
use crate::api::problem::ApiError;
use crate::api::refusal::refuse_ticket;
use crate::app::App;
use crate::transport::Connection;

/// How often one address may enrol. A rack behind one address that boots at once passes; a flood does not.
pub struct RateLimit(DefaultKeyedRateLimiter<IpAddr>);

impl Default for RateLimit {
    fn default() -> Self {
        const BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();
        const PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).unwrap();
        Self(RateLimiter::keyed(Quota::per_minute(PER_MINUTE).allow_burst(BURST)))
    }
}

impl RateLimit {
    pub(super) fn check(&self, address: IpAddr) -> Result<(), ApiError> {
        // Forgetting those that have been quiet keeps the table as small as the room.
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        self.0.check_key(&address).map_err(|not_until| {
            let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
            ApiError::TooMany {
                detail: format!("too many words of strangers from {address}"),
                retry_after_secs: wait.as_secs() + 1,
            }
        })
    }
}

/// What can go wrong in the one transaction of an enrolment.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Ticket(#[from] TicketError),
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    #[error(transparent)]
    Install(#[from] OkdError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `POST /agent/v1/enrol`.
///
/// # Errors
/// 403 for a ticket that is not good, 409 where an approved host is claimed, 429 for too many, 422 for a bad message.
pub async fn handle(
    app: web::Data<App>,
    connection: Connection,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<EnrolReply>, ApiError> {
    let address = connection.peer_ip();
    app.enrolments.check(address)?;
    let message: EnrolRequest = body::message(&request, payload, Limits::SMALL).await?;
    let now = app.clock.now();
    let ticket = match &message.ticket {
        None => None,
        Some(text) => match app.ticket_key.verify(text, Purpose::Enrol, address, now) {
            Ok(ticket) => Some(ticket),
            Err(error) => return Err(refuse_ticket(&app, address, error).await),
        },
    };
    let mac = ticket.as_ref().map(|ticket| ticket.mac);
    let is_installed = ticket.as_ref().is_some_and(|ticket| ticket.generation > 0);
    match enrol(&app, message, ticket, address).await {
        Ok(EnrolOutcome::Enrolled { host, how }) => {
            if let Some(mac) = mac {
                let said = format!("enrolled as {}", host.name);
                app.trail.record(Step::new(StepKind::AgentFirstWord, address).mac(mac).detail(&said));
            }
            if is_installed {
                app.progress.changed(&host.id);
            }
            app.control.heard(&host.id, mac);
            app.alerts.heard(&host, now).await?;
            tracing::info!(host.id = %host.id, host.name = %host.name, %address, ?how, "an agent enrolled");
            Ok(web::Json(EnrolReply {
                host: host.id,
                interval_secs: app.settings.agents.interval_secs,
                server_time: now,
            }))
        }
        Ok(EnrolOutcome::Claim { host, .. }) => Err(ApiError::Conflict {
            kind: "claim",
            detail: format!(
                "this machine is known as the approved host {host}, and the enrolment brings no ticket for it: boot it through Muster, or settle the claim with `muster host settle`"
            ),
        }),
        Err(Refused::Ticket(error)) => Err(refuse_ticket(&app, address, error).await),
        Err(Refused::Enrol(error)) => Err(error.into()),
        Err(Refused::Install(error)) => Err(error.into()),
        Err(Refused::Store(error)) => Err(error.into()),
    }
}

/// Counts the ticket and takes the host in: both, or neither. A ticket that came with a node's document is an installation's
/// end, too.
async fn enrol(
    app: &App,
    message: EnrolRequest,
    ticket: Option<Ticket>,
    address: IpAddr,
) -> Result<EnrolOutcome, Refused> {
    let now = app.clock.now();
    let limits = app.intake_limits();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let generation = ticket.as_ref().map_or(0, |ticket| ticket.generation);
                let proof = match &ticket {
                    None => Proof::None,
                    Some(ticket) => {
                        tickets::redeem(tx, ticket, &message.key.hash(), now).await?;
                        Proof::Ticket { mac: ticket.mac }
                    }
                };
                let outcome = hosts::enrol(tx, &message, proof, address, &limits, now).await?;
                if let EnrolOutcome::Enrolled { host, .. } = &outcome
                    && generation > 0
                {
                    okd::progress::joined(tx, &host.id, generation, now).await?;
                }
                Ok(outcome)
            })
        })
        .await
}

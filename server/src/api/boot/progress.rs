//! How far an installation is: what the machine says of it, and what it was seen to fetch.

use std::num::NonZeroU32;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use boot::tickets::Purpose;
use boot::trail::StepKind;
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use inventory::MacAddr;
use okd::progress::{MAX_BODY_BYTES, Saying, Step};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::api::refusal::refuse_ticket;
use crate::app::App;
use crate::transport::Connection;

/// How often one machine may speak. The scripts say a percentage every five seconds.
pub struct Pace(DefaultKeyedRateLimiter<MacAddr>);

impl Default for Pace {
    fn default() -> Self {
        const BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();
        const PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
        Self(RateLimiter::keyed(Quota::per_minute(PER_MINUTE).allow_burst(BURST)))
    }
}

impl Pace {
    fn check(&self, mac: MacAddr) -> Result<(), ApiError> {
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        self.0.check_key(&mac).map_err(|not_until| {
            let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
            ApiError::TooMany {
                detail: format!("too many words of {mac}"),
                retry_after_secs: wait.as_secs() + 1,
            }
        })
    }
}

/// `POST /boot/progress/{ticket}`: one step, and how it went, as a form. A word that does not fit where the installation stands
/// is taken and changes nothing: its sender would only say it again.
///
/// # Errors
/// 403 for a ticket that is not good, 413 or 422 for a bad message, 429 for too many.
pub async fn take(
    app: web::Data<App>,
    connection: Connection,
    ticket: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let (address, now) = (connection.peer_ip(), app.clock.now());
    let ticket = match app.ticket_key.verify(&ticket, Purpose::Progress, address, now) {
        Ok(ticket) => ticket,
        Err(error) => return Err(refuse_ticket(&app, address, error).await),
    };
    app.progress_pace.check(ticket.mac)?;
    let said = Saying::parse(&body::read(&request, payload, MAX_BODY_BYTES).await?)?;
    let (mac, step, failed) = (ticket.mac, said.step, said.failed);
    tracing::debug!(boot.mac = %mac, boot.address = %address, %step, failed, "a word of an installation");
    // A machine whose host was deleted meanwhile has nobody to tell.
    if let Some(host) = hosts::facts_by_mac(app.store.readers(), mac).await? {
        app.progress.said(&host.id, ticket.generation, said).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Notes that a machine that is being installed fetches a file. Any other costs a look into memory.
pub(super) fn fetched(
    app: &App,
    connection: &Connection,
    mac: Option<MacAddr>,
    kind: StepKind,
    request: &HttpRequest,
) {
    let step = match kind {
        StepKind::Kernel => Step::Kernel,
        StepKind::Rootfs => Step::Rootfs,
        _ => return,
    };
    // The initramfs asks how large the root file system is before it fetches it.
    if request.method() == Method::HEAD {
        return;
    }
    if let Some(host) = app.progress.host_of(mac, connection.peer_ip()) {
        app.progress.saw(&host, step, "");
    }
}

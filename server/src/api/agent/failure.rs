//! What an agent could not do, in its own words. One that is not enrolled has no key, and is heard all the same: what it
//! says is written down, and nothing of it applied.

use std::collections::BTreeSet;
use std::net::IpAddr;

use actix_web::{HttpRequest, web};
use boot::trail::{Step, StepKind};
use inventory::{Failure, Limits, MacAddr, Reply};

use crate::api::body;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::auth::Caller;
use crate::transport::Connection;

/// A stranger needs no more room than to say who it is and what failed.
const STRANGERS: Limits = Limits { body_bytes: 64 << 10, string_bytes: 4 << 10, items: 256, depth: 8 };
/// Addresses of a stranger that are looked up.
const MACS: usize = 8;

/// `POST /agent/v1/failure`.
///
/// # Errors
/// 413, 400 or 422 for a bad message, 429 for too many of a stranger's.
pub async fn handle(
    app: web::Data<App>,
    caller: Caller,
    connection: Connection,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Reply>, ApiError> {
    let now = app.clock.now();
    let Caller::Agent(host) = &caller else {
        let address = connection.peer_ip();
        app.cries.check(address)?;
        let failure: Failure = body::message(&request, payload, STRANGERS).await?;
        unproven(&app, failure, address).await?;
        return Ok(web::Json(Reply::new(now)));
    };
    let failure: Failure = body::message(&request, payload, Limits::SMALL).await?;
    let id = host.id.clone();
    app.store
        .write(move |tx| Box::pin(async move { hosts::take_failure(tx, &id, &failure, now).await }))
        .await?;
    app.alerts.heard(host, now).await?;
    Ok(web::Json(Reply::new(now)))
}

/// A step in the trail of each of its addresses, and a claim on the host that has one of them.
async fn unproven(app: &App, failure: Failure, address: IpAddr) -> Result<(), ApiError> {
    let nics = failure.identity.as_ref().map(|identity| identity.nics.as_slice()).unwrap_or_default();
    let macs: Vec<MacAddr> = nics.iter().filter(|nic| !nic.usb).map(|nic| nic.mac).take(MACS).collect();
    let boot = failure.ticket_prefix.as_deref().unwrap_or("none");
    let boot: String = boot.chars().take(6).collect();
    let detail = format!("{}: {} (ticket {boot}…)", failure.what, failure.reason);
    tracing::warn!(%address, what = failure.what, "an agent that is not enrolled: {}", failure.reason);
    let step = || Step::new(StepKind::AgentFailed, address).detail(&detail);
    if macs.is_empty() {
        app.trail.record(step());
    }
    let mut known = BTreeSet::new();
    for mac in macs {
        app.trail.record(step().mac(mac));
        known.extend(hosts::facts_by_mac(app.store.readers(), mac).await?.map(|host| host.id));
    }
    let now = app.clock.now();
    for host in known {
        let failure = failure.clone();
        app.store
            .write(move |tx| {
                Box::pin(async move { hosts::claim_failure(tx, &host, &failure, address, now).await })
            })
            .await?;
    }
    Ok(())
}

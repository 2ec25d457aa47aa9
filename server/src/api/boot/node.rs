//! The node's document: it holds the keys of its cluster, and is given out once, to the one machine that is armed.
//!
//! In this order: the ticket, the arming, the config, the whole document; then the one transaction that uses the arming; and
//! only then a byte of it. So nothing of ours that fails costs the machine its arming, and of two who ask at once one has the
//! document and the other 403.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use boot::Agent;
use boot::tickets::Purpose;
use boot::trail::{Step, StepKind};
use hosts::HostError;
use okd::OkdError;
use okd::documents::{NodeBriefing, node};
use zeroize::Zeroizing;

use super::document::{agents, no_agent};
use super::install::{Receiver, not_now, refused};
use super::sent::watched;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport::Connection;

/// `GET /boot/node/{ticket}.ign`. A HEAD is judged as a GET is, uses nothing and says nothing.
///
/// # Errors
/// 403 to anyone but its one receiver; 503 while something of ours is missing.
pub async fn show(
    app: web::Data<App>,
    connection: Connection,
    ticket: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let receiver = Receiver::of_ticket(&app, &connection, &ticket, Purpose::Node).await?;
    let document = document(&app, &receiver).await?;
    if request.method() == Method::HEAD {
        return Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).finish());
    }
    let Receiver { mac, address, host, arming, .. } = receiver;
    if let Err(error) = app.installs.consume(&host.id, arming.generation, address).await {
        return Err(match error {
            // Somebody was faster, or it ran out in this very moment.
            OkdError::NotArmed(_) | OkdError::NoHost(_) | OkdError::Host(HostError::Illegal(_)) => {
                refused(&app, address, Some(&host), Some(mac), error.to_string(), "not-armed").await
            }
            // Nothing was changed, and it may be asked again.
            error => not_now(&error),
        });
    }
    app.progress.saw(&host.id, okd::progress::Step::Ignition, &format!("handed out to {address}"));
    tracing::info!(host.id = %host.id, host.name = %host.name, %address, generation = arming.generation, "a node's document was handed out");
    let step = Step::new(StepKind::Ignition, address)
        .mac(mac)
        .detail(&format!("the document of {}", arming.words()));
    let answer = HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(document.as_bytes().to_vec());
    Ok(watched(&app.trail, step, &request, answer))
}

async fn document(app: &App, receiver: &Receiver) -> Result<Zeroizing<String>, ApiError> {
    let Receiver { arming, links, progress, .. } = receiver;
    let arch = arming.image.arch;
    let found = agents(app).await?.into_iter().find(|found| found.agent.arch == arch);
    let found = found.ok_or_else(|| no_agent(app, Some(arch)))?;
    let agent: Agent = found.agent;
    let agents = app.agents.clone();
    match web::block(move || agents.keep(&found)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(not_now(&error)),
        Err(error) => return Err(not_now(&error)),
    }
    let config = match app.clusters.config(&arming.cluster, arming.role).await {
        Ok(config) => config,
        Err(error @ (OkdError::Wiped(_) | OkdError::OutOfTime(_) | OkdError::NoCluster(_))) => {
            let (address, host, mac) = (receiver.address, &receiver.host, receiver.mac);
            return Err(refused(app, address, Some(host), Some(mac), error.to_string(), "no-config").await);
        }
        Err(error) => return Err(not_now(&error)),
    };
    let enrol = receiver.enrol(app)?;
    node(&NodeBriefing {
        arming,
        config: &config,
        links,
        agent,
        enrol: &enrol,
        progress,
        ssh_key: &app.ssh_public_key,
        interval_secs: app.settings.agents.interval_secs,
    })
    .map_err(|error| not_now(&error))
}

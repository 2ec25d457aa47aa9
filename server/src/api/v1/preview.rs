//! What a machine would boot, and why, without anything being minted or counted.

use std::net::Ipv4Addr;
use std::time::Duration;

use actix_web::web;
use boot::scripts::{self, Handout};
use boot::{Machine, decide};
use inventory::MacAddr;
use serde::{Deserialize, Serialize};

use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport::Connection;

/// Which machine.
#[derive(Debug, Deserialize)]
pub struct Query {
    mac: String,
    arch: Option<String>,
    platform: Option<String>,
}

/// The decision and the script that would carry it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Preview {
    /// The machine.
    pub mac: MacAddr,
    /// Its host, when it is known.
    pub host: Option<String>,
    /// What it would boot.
    pub decision: String,
    /// Why.
    pub reason: String,
    /// The iPXE script. Its ticket is good for nothing.
    pub script: String,
}

/// `GET /api/v1/boot/preview?mac=…`.
///
/// # Errors
/// 400 for no MAC address.
pub async fn show(
    app: web::Data<App>,
    connection: Connection,
    query: web::Query<Query>,
) -> Result<web::Json<Preview>, ApiError> {
    let mac: MacAddr = query.mac.parse().map_err(|error| ApiError::BadRequest(format!("{error}")))?;
    let host = hosts::facts_by_mac(app.store.readers(), mac).await?;
    let machine = Machine::new(mac, query.arch.as_deref(), query.platform.as_deref());
    let decision = decide(&machine, host.as_ref(), &app.site());
    let links = app
        .links
        .boot_links(&connection, &app.pin)
        .map_err(|error| ApiError::Internal(format!("the addresses of this server: {error}")))?;
    // Bound to no address and over before it began: the script is whole, and its ticket good for nothing.
    let ticket = scripts::ticket_purpose(&decision)
        .map(|purpose| {
            app.ticket_key.mint(purpose, mac, Ipv4Addr::UNSPECIFIED.into(), app.clock.now(), Duration::ZERO)
        })
        .transpose()
        .map_err(|error| ApiError::Internal(format!("a ticket could not be made: {error}")))?;
    let handout =
        ticket.as_ref().map(|ticket| Handout { ticket, interval_secs: app.settings.agents.interval_secs });
    Ok(web::Json(Preview {
        mac,
        host: host.map(|host| host.name),
        script: scripts::for_decision(&decision, &machine, &links, handout),
        decision: decision.as_str().to_owned(),
        reason: decision.reason,
    }))
}

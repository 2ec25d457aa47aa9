//! What a machine would boot, and why, without anything being minted, used or counted.

use std::time::Duration;

use actix_web::web;
use boot::scripts::{self, Handout};
use boot::tickets::{ANYWHERE, Purpose, TicketKey};
use boot::{Action, Machine, decide};
use inventory::{MacAddr, Timestamp};
use okd::arming::Asked;
use serde::{Deserialize, Serialize};

use super::boots::{Target, target};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport::Connection;

/// Which machine: by its MAC, or by its host.
#[derive(Debug, Deserialize)]
pub struct Query {
    mac: Option<String>,
    host: Option<String>,
    arch: Option<String>,
    platform: Option<String>,
    chip: Option<String>,
    manufacturer: Option<String>,
    product: Option<String>,
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
    /// How its host boots, where it is not as the site has it.
    #[serde(default)]
    pub options: String,
    /// The iPXE script. Its ticket is good for nothing.
    pub script: String,
}

/// `GET /api/v1/boot/preview?mac=…` or `?host=…`.
///
/// # Errors
/// 400 for no MAC address, 404 for a host that is not known.
pub async fn show(
    app: web::Data<App>,
    connection: Connection,
    query: web::Query<Query>,
) -> Result<web::Json<Preview>, ApiError> {
    let query = query.into_inner();
    let mac = match (&query.mac, &query.host) {
        (Some(mac), None) => mac.parse().map_err(|error| ApiError::BadRequest(format!("{error}")))?,
        (None, Some(host)) => boot_mac(&app, target(&app, host).await?).await?,
        _ => return Err(ApiError::BadRequest("expected either mac or host".to_owned())),
    };
    let host = hosts::facts_by_mac(app.store.readers(), mac).await?;
    let machine = Machine::new(mac, query.arch.as_deref(), query.platform.as_deref()).telling(
        query.chip.as_deref(),
        query.manufacturer.as_deref(),
        query.product.as_deref(),
    );
    let said = app.control.peek(mac, host.as_ref());
    let arming = match &host {
        Some(host) => {
            // As the machine would ask that was armed.
            let armed = app.installs.standing(&host.id).await?;
            let machine_armed = armed.map(|arming| arming.machine).unwrap_or_default();
            let (uuid, serial) = (machine_armed.uuid.as_deref(), machine_armed.serial.as_deref());
            let asked = Asked { mac, uuid, serial, arch: machine.arch };
            let answer = app.installs.for_boot(host, &asked).await?;
            answer.map(|answer| answer.map_err(|away| away.why))
        }
        None => None,
    };
    let decision = decide(&said.inputs(&machine, host.as_ref(), &app.site(), arming.as_ref()));
    let links = app
        .links
        .boot_links(&connection, &app.pin)
        .map_err(|error| ApiError::Internal(format!("the addresses of this server: {error}")))?;
    // Made with a key that is not the server's: the script is whole, and its tickets are good for nothing.
    let nobodys = TicketKey::new([0; 32]);
    let mint = |purpose| nobodys.mint(purpose, mac, ANYWHERE, Timestamp(0), Duration::ZERO);
    let failed = |error| ApiError::Internal(format!("a ticket could not be made: {error}"));
    let ticket = scripts::ticket_purpose(&decision).map(mint).transpose().map_err(failed)?;
    let is_install = matches!(decision.action, Action::Install(_));
    let node = is_install.then(|| mint(Purpose::Node)).transpose().map_err(failed)?;
    let interval_secs = app.settings.agents.interval_secs;
    let handout = ticket
        .as_ref()
        .map(|ticket| Handout::new(ticket, interval_secs, &machine, &said.options).with_node(node.as_ref()));
    Ok(web::Json(Preview {
        mac,
        host: host.map(|host| host.name),
        script: scripts::for_decision(&decision, &machine, &links, &said.options, handout.as_ref()),
        decision: decision.as_str().to_owned(),
        reason: decision.reason,
        options: said.options.in_words(),
    }))
}

/// The card that a host boots from: the one that it booted from last, as far as it told.
pub(super) async fn boot_mac(app: &App, target: Target) -> Result<MacAddr, ApiError> {
    let (id, name) = match target {
        Target::Host { id, name } => (id, name),
        Target::Mac(mac) => return Ok(mac),
    };
    let readers = app.store.readers();
    let inventory = hosts::inventory(readers, &id, None).await?.map(|stored| stored.inventory);
    let nics = inventory.and_then(|inventory| inventory.nics).unwrap_or_default();
    let booted = nics.iter().find(|nic| nic.boot).or_else(|| nics.iter().find(|nic| nic.physical));
    if let Some(mac) = booted.and_then(|nic| nic.permanent_mac.or(nic.mac)) {
        return Ok(mac);
    }
    let known = hosts::identifiers(readers, &id).await?;
    let macs = known.iter().filter(|one| one.kind == hosts::IdentifierKind::Mac);
    macs.filter_map(|one| one.value.parse().ok()).next().ok_or_else(|| {
        ApiError::BadRequest(format!("{name} has no network card that is known: give its MAC with --mac"))
    })
}

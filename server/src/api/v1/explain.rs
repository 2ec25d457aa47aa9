//! All that a host is given to be installed, or would be given if it were armed now. Nothing of it is a secret: its tickets are
//! nobody's, and the role's config is not even opened.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::web;
use boot::scripts::{self, Handout};
use boot::tickets::{ANYWHERE, Purpose, TicketKey, Token};
use boot::{Action, Cause, Decision, Machine};
use inventory::{MacAddr, Timestamp};
use okd::Arming;
use okd::arming::Explained;
use okd::documents::{LiveBriefing, NodeBriefing, live, node};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::boots::Target;
use super::hosts::find;
use super::preview::boot_mac;
use super::roles::critical;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::transport::Connection;

/// What stands in the place of a ticket.
const TICKET: &str = "TICKET";

/// A host, explained.
#[derive(Debug, Serialize, Deserialize)]
pub struct Explanation {
    /// What was checked, what becomes of each disk, what is armed.
    #[serde(flatten)]
    pub explained: Explained,
    /// What it is given; absent where it can't be armed.
    pub given: Option<Given>,
}

/// What a host is given.
#[derive(Debug, Serialize, Deserialize)]
pub struct Given {
    /// The card that it is taken to boot from.
    pub boots_from: MacAddr,
    /// What the kernel of the live system is told.
    pub command_line: String,
    /// The live system's document.
    pub live: Value,
    /// The node's document; absent while something is missing.
    pub node: Option<Value>,
    /// What is missing, in words.
    pub missing: Vec<String>,
}

/// `GET /api/v1/hosts/{host}/explain`.
///
/// # Errors
/// 404 for a host that is not known.
pub async fn show(
    app: web::Data<App>,
    connection: Connection,
    host: web::Path<String>,
) -> Result<web::Json<Explanation>, ApiError> {
    let host = find(&app, &host).await?;
    let incidents = BTreeMap::from([(host.id.clone(), critical(&app, &host.id).await?)]);
    let explained = app.installs.explain(&host.id, &incidents).await?;
    let given = match &explained.installs {
        Some(arming) => {
            let booted = boot_mac(&app, Target::Host { id: host.id, name: host.name }).await.ok();
            let mac = booted.filter(|mac| arming.machine.macs.contains(mac));
            let mac = mac.or_else(|| arming.machine.macs.first().copied());
            match mac {
                Some(mac) => Some(given(&app, &connection, arming, mac).await?),
                None => None,
            }
        }
        None => None,
    };
    Ok(web::Json(Explanation { explained, given }))
}

async fn given(app: &App, connection: &Connection, arming: &Arming, mac: MacAddr) -> Result<Given, ApiError> {
    let internal = |what: &str, why: String| ApiError::Internal(format!("{what}: {why}"));
    let links = app.links.boot_links(connection, &app.pin);
    let links = links.map_err(|error| internal("the addresses of this server", error.to_string()))?;
    // Made with a key that is not the server's.
    let nobodys = TicketKey::new([0; 32]);
    let mint = |purpose| {
        let ticket = nobodys.mint(purpose, mac, ANYWHERE, Timestamp(0), Duration::ZERO);
        ticket.map_err(|error| internal("a ticket could not be made", error.to_string()))
    };
    let (on_script, on_node) = (mint(Purpose::Live)?, mint(Purpose::Node)?);
    let (enrol, progress) = (mint(Purpose::Enrol)?, mint(Purpose::Progress)?);
    let tickets = [&on_script, &on_node, &enrol, &progress];
    let ssh_key = &app.ssh_public_key;
    let mut missing = Vec::new();

    let arch = arming.image.arch;
    let agents = app.agents.clone();
    let agents = web::block(move || agents.present())
        .await
        .map_err(|error| internal("looking for agents", error.to_string()))?;
    let agent = agents.into_iter().map(|found| found.agent).find(|agent| agent.arch == arch);
    if agent.is_none() {
        missing.push(format!("there is no agent for {} at {}", arch.as_str(), app.agents.places()));
    }
    // In the place of the role's config stands one that says nothing.
    let config = br#"{"ignition":{"version":"3.2.0"}}"#;
    let interval_secs = app.settings.agents.interval_secs;
    let node = agent.map(|agent| {
        let (links, enrol, progress) = (&links, &enrol, &progress);
        node(&NodeBriefing { arming, config, links, agent, enrol, progress, ssh_key, interval_secs })
    });
    let node = node.transpose()?.map(|document| shown(&document, &tickets)).transpose()?;
    let node = node.map(|mut document| {
        if let Some(source) = document.pointer_mut("/ignition/config/merge/0/source") {
            *source = format!("{} of {}, not shown", arming.role.file(), arming.cluster).into();
        }
        document
    });

    let machine = Machine::new(mac, Some(arch.name()), None);
    let (_version, options) = app.control.options(&arming.host);
    let command_line = match arming.install(mac) {
        Ok(install) => {
            let action = Action::Install(Box::new(install));
            let decision = Decision { action, reason: String::new(), cause: Cause::Operator };
            let handout =
                Handout::new(&on_script, interval_secs, &machine, &options).with_node(Some(&on_node));
            let script = scripts::for_decision(&decision, &machine, &links, &options, Some(&handout));
            masked(&kernel_reads(&script), &tickets)
        }
        Err(why) => {
            missing.push(why.to_string());
            String::new()
        }
    };
    let live = shown(&live(&LiveBriefing { arming, links: &links, progress: &progress, ssh_key }), &tickets)?;
    Ok(Given { boots_from: mac, command_line, live, node, missing })
}

/// What the kernel reads of an iPXE script: what stands behind its address, up to what iPXE does on failure.
fn kernel_reads(script: &str) -> String {
    let line = script.lines().find_map(|line| line.strip_prefix("kernel ")).unwrap_or_default();
    let command = line.split(" || ").next().unwrap_or_default();
    let arguments = command.find(" initrd=").and_then(|at| command.get(at..));
    arguments.unwrap_or(command).trim().to_owned()
}

fn masked(text: &str, tickets: &[&Token]) -> String {
    tickets.iter().fold(text.to_owned(), |text, ticket| text.replace(ticket.reveal(), TICKET))
}

fn shown(document: &str, tickets: &[&Token]) -> Result<Value, ApiError> {
    serde_json::from_str(&masked(document, tickets))
        .map_err(|error| ApiError::Internal(format!("a document is no JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_arguments_are_found_in_the_script() {
        let script = "#!ipxe\nimgfree ||\nkernel --timeout 30000 --name vmlinuz http://s/vmlinuz?mac=x initrd=initramfs.img a=b c || goto failed\n";
        assert_eq!(kernel_reads(script), "initrd=initramfs.img a=b c");
        assert_eq!(kernel_reads("#!ipxe\nexit\n"), "");
    }
}

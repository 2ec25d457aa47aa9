//! The iPXE scripts.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};
use boot::install::Install;
use boot::options::HostOptions;
use boot::scripts::{self, Handout};
use boot::tickets::{DEFAULT_LIFE, Purpose, Token};
use boot::trail::{Step, StepKind};
use boot::{Action, Arch, Decision, Machine, Platform, decide};
use hosts::{HostFacts, State};
use inventory::MacAddr;
use okd::arming::{Asked, Wanted};
use serde::Deserialize;

use super::install::TICKET_LIFE;
use super::lookup::{DEADLINE, Found};
use super::sent::watched;
use crate::api::problem::chain;
use crate::app::App;
use crate::transport::Connection;

/// What the entry script says of its machine. All of it may be absent, and none of it is believed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    mac: Option<String>,
    arch: Option<String>,
    platform: Option<String>,
    chip: Option<String>,
    manufacturer: Option<String>,
    product: Option<String>,
    uuid: Option<String>,
    serial: Option<String>,
    kept: Option<String>,
    version: Option<String>,
    /// It said something, and that can't be read.
    #[serde(skip)]
    is_garbled: bool,
}

/// `GET /boot/boot.ipxe`: the first script of every machine.
pub async fn entry(app: web::Data<App>, connection: Connection, request: HttpRequest) -> HttpResponse {
    let answer = match app.links.boot_links(&connection, &app.pin) {
        Ok(links) => script(scripts::entry(&links)),
        Err(error) => script(scripts::local_disk(&error.to_string())),
    };
    watched(&app.trail, Step::new(StepKind::EntryScript, connection.peer_ip()), &request, answer)
}

/// `GET /boot/by-mac/{mac}.ipxe`: this machine's own script.
pub async fn by_mac(
    app: web::Data<App>,
    connection: Connection,
    mac: web::Path<String>,
    request: HttpRequest,
) -> HttpResponse {
    let (step, script) = answer(&app, &connection, Some(mac.as_str()), said(&request)).await;
    watched(&app.trail, step, &request, script)
}

/// `GET /boot/inventory.ipxe?mac=…`: for a machine that got no answer to its own.
pub async fn fallback(app: web::Data<App>, connection: Connection, request: HttpRequest) -> HttpResponse {
    let said = said(&request);
    let mac = said.mac.clone();
    let (step, script) = answer(&app, &connection, mac.as_deref(), said).await;
    watched(&app.trail, step, &request, script)
}

fn said(request: &HttpRequest) -> Said {
    match web::Query::<Said>::from_query(request.query_string()) {
        Ok(said) => said.into_inner(),
        Err(_) => Said { is_garbled: true, ..Said::default() },
    }
}

/// The script, and the step of the trail that it is.
async fn answer(app: &App, connection: &Connection, mac: Option<&str>, said: Said) -> (Step, HttpResponse) {
    let address = connection.peer_ip();
    let mac: MacAddr = match mac.unwrap_or_default().parse() {
        Ok(mac) => mac,
        Err(error) => {
            let step = Step::new(StepKind::Refused, address).detail(&format!("{error}"));
            return (step, script(scripts::local_disk(&error.to_string())));
        }
    };
    let machine = said.machine(mac);
    let Decided { decision, options, host } = decided(app, &machine, &said, address).await;
    let told = format!("{}, because {}", decision.as_str(), decision.reason);
    let detail = match said.in_words(&machine) {
        said if said.is_empty() => told,
        said => format!("{told}. It says of itself: {said}"),
    };
    let step = Step::new(StepKind::Decision, address).mac(mac).detail(&detail).course(&decision);
    tracing::info!(boot.mac = %mac, boot.address = %address, boot.decision = decision.as_str(), reason = %decision.reason, "boot");
    let links = match app.links.boot_links(connection, &app.pin) {
        Ok(links) => links,
        Err(error) => return (step, script(scripts::local_disk(&error.to_string()))),
    };
    let (generation, life, holder) = match &decision.action {
        Action::Install(install) => (install.generation, TICKET_LIFE, install.speaks_from.unwrap_or(address)),
        _ => (0, DEFAULT_LIFE, address),
    };
    let mint = |purpose| {
        let token = app.ticket_key.mint_of(generation, purpose, mac, holder, app.clock.now(), life);
        token.inspect_err(|error| tracing::error!(%error, "a ticket could not be made")).ok()
    };
    let ticket = scripts::ticket_purpose(&decision).and_then(mint);
    let node = Some(Purpose::Node).filter(|_| generation > 0).and_then(mint);
    let interval_secs = app.settings.agents.interval_secs;
    let handout = ticket.as_ref().map(|ticket: &Token| {
        Handout::new(ticket, interval_secs, &machine, &options).with_node(node.as_ref())
    });
    if let (Some(host), Some(_)) = (&host, &node) {
        app.progress.given(&host.id, generation, mac, holder);
    }
    (step, script(scripts::for_decision(&decision, &machine, &links, &options, handout.as_ref())))
}

struct Decided {
    decision: Decision,
    options: HostOptions,
    host: Option<HostFacts>,
}

/// What it shall boot, and how its host boots: counted as a boot.
async fn decided(app: &App, machine: &Machine, told: &Said, address: IpAddr) -> Decided {
    let (host, arming) = match app.last_known.host(&app.store, machine.mac).await {
        // It might have contradicted what is armed.
        Found::Known(Some(host)) if told.is_garbled && host.state == State::Armed => {
            (Some(host), Some(Err("what the machine says of itself can't be read".to_owned())))
        }
        Found::Known(Some(host)) => {
            let arming = arming(app, &host, &told.asked(machine), address).await;
            (Some(host), arming)
        }
        Found::Known(None) => (None, None),
        // It may have been disarmed or turned away since: what is only remembered installs nobody.
        Found::Remembered(host, why) => (host, Some(Err(silent(&why)))),
        Found::Unknown(why) => {
            let decision = Decision::local_disk(format!("the server's database does not answer ({why})"));
            return Decided { decision, options: HostOptions::default(), host: None };
        }
    };
    let said = app.control.asks(machine.mac, host.as_ref());
    let decision = decide(&said.inputs(machine, host.as_ref(), &app.site(), arming.as_ref()));
    app.control.answered(machine.mac, host.as_ref(), &said, &decision);
    if let Some(host) = host.as_ref().filter(|host| host.state == State::Installing) {
        app.progress.asked_again(&host.id);
    }
    Decided { decision, options: said.options, host }
}

fn silent(why: &str) -> String {
    format!("the server's database does not say for what ({why})")
}

/// What is armed for this machine, in time: what can't be looked up installs nobody.
async fn arming(
    app: &App,
    host: &HostFacts,
    asked: &Asked<'_>,
    address: IpAddr,
) -> Option<Result<Install, String>> {
    let why = match tokio::time::timeout(DEADLINE, app.installs.for_boot(host, asked)).await {
        Ok(Ok(Some(Err(away)))) => {
            if away.is_another {
                turned_away(app, host, asked.mac, address, away.why.clone());
            }
            return Some(Err(away.why));
        }
        Ok(Ok(arming)) => return arming.map(|arming| arming.map_err(|away| away.why)),
        Ok(Err(error)) => chain(&error),
        Err(_) => "it took too long".to_owned(),
    };
    tracing::error!(host.id = %host.id, %why, "the database did not say what is armed");
    Some(Err(silent(&why)))
}

/// What asks is not what was armed: written behind, for a machine that boots waits for no database.
fn turned_away(app: &App, host: &HostFacts, mac: MacAddr, address: IpAddr, why: String) {
    let (installs, host) = (app.installs.clone(), host.clone());
    tokio::spawn(async move {
        let told = installs.refused(address, Some(&host), Some(mac), Wanted::Script, &why).await;
        if let Err(error) = told {
            tracing::error!(host.id = %host.id, %error, "that a machine was turned away could not be noted");
        }
    });
}

impl Said {
    fn machine(&self, mac: MacAddr) -> Machine {
        let machine = Machine::new(mac, self.arch.as_deref(), self.platform.as_deref()).telling(
            self.chip.as_deref(),
            self.manufacturer.as_deref(),
            self.product.as_deref(),
        );
        Machine { kept: self.kept.is_some(), ..machine }
    }

    fn asked(&self, machine: &Machine) -> Asked<'_> {
        let (uuid, serial) = (self.uuid.as_deref(), self.serial.as_deref());
        Asked { mac: machine.mac, uuid, serial, arch: machine.arch }
    }

    /// What a person may want to know of it, as far as it was said.
    fn in_words(&self, machine: &Machine) -> String {
        let build = machine.build.map(|build| format!(" ({})", build.as_str())).unwrap_or_default();
        let ipxe = self.version.as_ref().map(|version| format!("iPXE {version}{build}"));
        let platform = (machine.platform != Platform::Unknown).then(|| machine.platform.as_str().to_owned());
        let arch = (machine.arch != Arch::Unknown).then(|| machine.arch.as_str().to_owned());
        let parts = [platform, arch, self.product.clone().filter(|product| !product.is_empty()), ipxe];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn script(text: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(text)
}

//! `/`: the hosts.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use hosts::{Filter, Host, State};
use inventory::{Id, Timestamp};
use serde::Deserialize;

use super::incident::{self, Line};
use super::page;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::format;

/// Which part of the list.
#[derive(Debug, Deserialize)]
pub struct Part {
    after: Option<String>,
}

/// Hosts on one page.
const LENGTH: u32 = 200;

#[derive(Template)]
#[template(path = "hosts.html")]
struct Hosts {
    notices: Vec<String>,
    incidents: Vec<Line>,
    open_incidents: usize,
    count: String,
    rows: Vec<Row>,
    next: Option<String>,
    boot_url: String,
}

struct Row {
    id: String,
    name: String,
    state: String,
    state_class: &'static str,
    last_seen: String,
    hottest: String,
    fullest: String,
    incidents: usize,
    incidents_class: &'static str,
    machine: String,
}

/// `GET /`.
///
/// # Errors
/// The database's.
pub async fn show(app: web::Data<App>, part: web::Query<Part>) -> Result<HttpResponse, ApiError> {
    let listed = hosts::list(app.store.readers(), &Filter::default(), part.after.as_deref(), LENGTH).await?;
    let open = incident::open(&app, None).await?;
    let mut of_host: HashMap<Id, (usize, bool)> = HashMap::new();
    for line in &open {
        if let Some(host) = &line.host {
            let (count, critical) = of_host.entry(host.clone()).or_default();
            *count += 1;
            *critical |= line.critical;
        }
    }
    let now = app.clock.now();
    let more = if listed.next.is_some() { " and more" } else { "" };
    page(&Hosts {
        notices: app.notices().await?,
        open_incidents: open.len(),
        incidents: open,
        count: format!("{}{more}", listed.items.len()),
        rows: listed.items.iter().map(|host| row(host, of_host.get(&host.id).copied(), now)).collect(),
        next: listed.next.as_deref().map(crate::links::escape),
        boot_url: app.links.boot_page(),
    })
}

fn row(host: &Host, incidents: Option<(usize, bool)>, now: Timestamp) -> Row {
    let (incidents, critical) = incidents.unwrap_or_default();
    Row {
        id: host.id.to_string(),
        name: host.name.clone(),
        state: host.state.to_string(),
        state_class: state_class(host.state),
        last_seen: last_seen(host, now).replacen("last seen ", "", 1),
        hottest: host.hottest_celsius.map_or_else(dash, |celsius| {
            let sensor = host.hottest_sensor.as_deref().unwrap_or_default();
            format!("{celsius:.0} °C {sensor}").trim_end().to_owned()
        }),
        fullest: host.fullest_percent.map_or_else(dash, |percent| {
            let mount = host.fullest_mount.as_deref().unwrap_or_default();
            format!("{percent:.0} % {mount}").trim_end().to_owned()
        }),
        incidents,
        incidents_class: if critical { "bad" } else { "warn" },
        machine: machine(host),
    }
}

fn dash() -> String {
    "–".to_owned()
}

/// When a host was last heard, for the end of a sentence.
pub(crate) fn last_seen(host: &Host, now: Timestamp) -> String {
    match (host.goodbye_at, host.last_seen_at) {
        (Some(goodbye), _) => format!("said goodbye {} ago", format::span(now.since(goodbye))),
        (None, Some(seen)) => format!("last seen {} ago", format::span(now.since(seen))),
        (None, None) => "never heard".to_owned(),
    }
}

/// Maker and product.
pub(crate) fn machine(host: &Host) -> String {
    let said = [&host.vendor, &host.product].into_iter().filter_map(Option::as_deref);
    let parts: Vec<&str> = said.filter(|text| !hosts::is_junk(text)).collect();
    if parts.is_empty() { "unknown machine".to_owned() } else { parts.join(" ") }
}

/// The badge's colour.
pub(super) const fn state_class(state: State) -> &'static str {
    match state {
        State::Ready | State::Assigned | State::Installed | State::InService => "good",
        State::Discovered | State::Armed | State::Installing | State::Maintenance => "warn",
        State::Failed => "bad",
        State::Retired => "",
    }
}

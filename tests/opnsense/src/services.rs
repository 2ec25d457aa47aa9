//! What takes up what was saved: services, and how they stand.

use crate::haproxy::Haproxy;
use crate::json::Json;
use crate::release::Release;
use crate::request::{Answer, Request};
use crate::state::{Lease, State};

/// Actions of controllers for services.
pub(crate) fn act(
    state: &mut State,
    request: &Request,
    place: (&str, &str),
    (action, parameters): (&str, &[&str]),
) -> Option<Answer> {
    match (place, action) {
        (("haproxy", "service"), "configtest") => {
            let text = Haproxy::configtest(&state.config) + "\n";
            Some(Answer::ok(&Json::map([("result", text.into())])))
        }
        ((name @ ("dnsmasq" | "unbound" | "haproxy"), "service"), _) => service(state, request, name, action),
        (("haproxy", "export"), "diff") => {
            Some(Answer::ok(&Json::map([("response", state.haproxy.diff(&state.config).into())])))
        }
        (("haproxy", "export"), "config") => {
            Some(Answer::ok(&Json::map([("response", state.haproxy.showconf().into())])))
        }
        (("dnsmasq", "leases"), "search") => Some(leases(state)),
        (("core", "service"), "search") => Some(list(state)),
        (("core", "service"), verb @ ("start" | "stop" | "restart")) => {
            let name = parameters.first()?;
            if !request.is_post() {
                return Some(Answer::result("failed"));
            }
            turn(state, name, verb)?;
            Some(Answer::result("ok"))
        }
        _ => None,
    }
}

/// What a model's own controller can do beside.
pub(crate) fn beside_models(
    state: &mut State,
    request: &Request,
    place: (&str, &str),
    (action, _): (&str, &[&str]),
) -> Option<Answer> {
    match (place, action) {
        (("dnsmasq", "settings"), "gettaglist") => Some(tag_list(state)),
        (("firewall", "filter"), "apply") => {
            if !request.is_post() {
                return Some(Answer::status("error"));
            }
            state.applied_rules = state.config.rows("Filter.rules.rule").to_vec();
            Some(Answer::status("OK\n\n"))
        }
        (("firewall", "filter"), "savepoint") => {
            let newest = state.history.all().first().map(|revision| revision.id.clone()).unwrap_or_default();
            let revision = newest.trim_start_matches("config-").trim_end_matches(".xml").to_owned();
            Some(Answer::ok(&Json::map([
                ("status", "ok".into()),
                ("retention", "60".into()),
                ("revision", revision.into()),
            ])))
        }
        (("firewall", "alias"), "reconfigure") => {
            Some(Answer::status(if request.is_post() { "ok" } else { "failed" }))
        }
        _ => None,
    }
}

fn service(state: &mut State, request: &Request, name: &str, action: &str) -> Option<Answer> {
    match action {
        "status" => {
            let captions =
                [("caption_restart", "Restart"), ("caption_start", "Start"), ("caption_stop", "Stop")];
            let status = status(state, name);
            Some(Answer::ok(&Json::map([("status", status.into()), ("widget", Json::texts(&captions))])))
        }
        "reconfigure" => {
            if !request.is_post() {
                return Some(Answer::status("failed"));
            }
            turn(state, name, "reconfigure")?;
            Some(Answer::status("ok"))
        }
        "start" | "stop" | "restart" => {
            if !request.is_post() {
                return Some(Answer::ok(&Json::map([("response", Json::List(Vec::new()))])));
            }
            turn(state, name, action)?;
            Some(Answer::ok(&Json::texts(&[("response", "OK\n\n")])))
        }
        _ => None,
    }
}

fn status(state: &mut State, name: &str) -> &'static str {
    match name {
        "dnsmasq" => state.dnsmasq.status(&state.config),
        "unbound" => state.unbound.status(&state.config),
        _ => state.haproxy.status(&state.config),
    }
}

fn turn(state: &mut State, name: &str, verb: &str) -> Option<()> {
    let config = &state.config;
    match (name, verb) {
        ("dnsmasq", "stop") => state.dnsmasq.stop(),
        ("dnsmasq", _) => {
            // It reloads the packet filter on its way.
            state.applied_rules = config.rows("Filter.rules.rule").to_vec();
            state.dnsmasq.restart(config, state.release);
        }
        ("unbound", "stop") => state.unbound.stop(),
        ("unbound", _) => state.unbound.restart(config),
        ("haproxy", "stop") => state.haproxy.stop(),
        ("haproxy", "start" | "restart") => state.haproxy.start(&config.site),
        ("haproxy", _) => state.haproxy.reconfigure(config),
        _ => return None,
    }
    Some(())
}

fn list(state: &mut State) -> Answer {
    let mut rows = Vec::new();
    for (name, description) in
        [("dnsmasq", "Dnsmasq DNS/DHCP"), ("haproxy", "HAProxy"), ("unbound", "Unbound DNS")]
    {
        let status = status(state, name);
        if status == "disabled" || (name == "haproxy" && !state.haproxy_plugin) {
            continue;
        }
        rows.push((name, description, i64::from(status == "running")));
    }
    rows.extend([
        ("configd", "System Configuration Daemon", 1),
        ("webgui", "Web GUI", 1),
        ("pf", "Packet Filter", 1),
    ]);
    let rows: Vec<Json> = rows
        .into_iter()
        .map(|(name, description, running)| {
            Json::map([
                ("id", name.into()),
                ("locked", Json::Int(i64::from(matches!(name, "configd" | "webgui" | "pf")))),
                ("running", Json::Int(running)),
                ("description", description.into()),
                ("name", name.into()),
            ])
        })
        .collect();
    page(rows, [])
}

/// As lists that are no model's are answered.
pub(crate) fn page<const N: usize>(rows: Vec<Json>, more: [(&str, Json); N]) -> Answer {
    let count = rows.len();
    let counts = [("total", count.into()), ("rowCount", count.into()), ("current", Json::Int(1))];
    Answer::ok(&Json::map(counts.into_iter().chain([("rows", Json::List(rows))]).chain(more)))
}

fn leases(state: &State) -> Answer {
    let site = &state.config.site;
    let label = |key: &str| site.interface(key).map_or_else(String::new, |interface| interface.shown());
    let row = |lease: &Lease| {
        Json::map([
            ("expire", Json::Int(lease.expires_secs)),
            ("hwaddr", lease.mac.as_str().into()),
            ("iaid", "".into()),
            ("address", lease.ip.as_str().into()),
            ("hostname", lease.name.as_str().into()),
            ("client_id", lease.client_id.as_str().into()),
            ("if", site.device(&lease.interface).into()),
            ("if_descr", label(&lease.interface).into()),
            ("if_name", lease.interface.as_str().into()),
            ("mac_info", "".into()),
            ("is_reserved", reserved(state, lease)),
        ])
    };
    let mut interfaces: Vec<(String, Json)> = Vec::new();
    let leases: Vec<Lease> =
        state.leases.iter().cloned().chain(state.dnsmasq.leases(&state.config)).collect();
    for lease in &leases {
        if !interfaces.iter().any(|(key, _)| *key == lease.interface) {
            interfaces.push((lease.interface.clone(), label(&lease.interface).into()));
        }
    }
    page(leases.iter().map(row).collect(), [("interfaces", Json::Map(interfaces))])
}

/// A switch in 25.7, the reserved addresses since.
fn reserved(state: &State, lease: &Lease) -> Json {
    let hosts = state.config.rows("dnsmasq.hosts").iter();
    let mut mine = hosts.filter(|host| host.list("hwaddr").any(|mac| mac == lease.mac));
    if state.release < Release(26, 1, 0) {
        return if mine.next().is_some() { "1" } else { "0" }.into();
    }
    Json::List(mine.flat_map(|host| host.list("ip").map(Json::from).collect::<Vec<_>>()).collect())
}

fn tag_list(state: &State) -> Answer {
    let entry = |value: &str, label: &str| Json::texts(&[("value", value), ("label", label)]);
    let tags = state.config.rows("dnsmasq.dhcp_tags").iter();
    let tags = tags.map(|tag| entry(&tag.shown().to_string(), tag.field("tag"))).collect();
    let interfaces = state.config.site.interfaces.iter();
    let interfaces = interfaces.map(|interface| entry(&interface.key, &interface.shown()));
    let interfaces = interfaces.chain([entry("lo0", "Loopback")]).collect();
    let group = |label: &str, icon: &str, mut items: Vec<Json>| {
        items.sort_by_key(|item| item.text("label").to_lowercase());
        Json::map([("label", label.into()), ("icon", icon.into()), ("items", Json::List(items))])
    };
    Answer::ok(&Json::map([
        ("tags", group("Tags", "fa fa-tag text-primary", tags)),
        ("interfaces", group("Interfaces", "fa fa-ethernet text-info", interfaces)),
    ]))
}

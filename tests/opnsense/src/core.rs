//! What the firewall says of itself: release, plugins, interfaces, notices.

use crate::json::Json;
use crate::release::Release;
use crate::request::{Answer, Request};
use crate::services::page;
use crate::site::Interface;
use crate::state::State;

pub(crate) fn act(
    state: &State,
    request: &Request,
    place: (&str, &str),
    (action, _): (&str, &[&str]),
) -> Option<Answer> {
    let body = match (place, action) {
        (("core", "firmware"), "status") if request.is_post() => {
            Json::texts(&[("status", "ok"), ("msg_uuid", "8d9c0ef5-6d21-4c8e-9b65-3c2f1a7f1f10")])
        }
        (("core", "firmware"), "status") => Json::map([
            ("product", product(state.release)),
            (
                "status_msg",
                "Firmware status requires to check for update first to provide more information.".into(),
            ),
            ("status", "none".into()),
        ]),
        (("core", "firmware"), "info") => info(state),
        (("core", "system"), "status") => Json::map([
            (
                "metadata",
                Json::map([
                    (
                        "system",
                        Json::texts(&[
                            ("status", "OK"),
                            ("message", "No pending messages"),
                            ("title", "System"),
                        ]),
                    ),
                    (
                        "translations",
                        Json::texts(&[("dialogTitle", "System Status"), ("dialogCloseButton", "Close")]),
                    ),
                ]),
            ),
            ("subsystems", Json::Map(Vec::new())),
        ]),
        (("diagnostics", "system"), "systeminformation") => Json::map([
            ("name", format!("{}.{}", state.config.site.hostname, state.config.site.domain).into()),
            (
                "versions",
                Json::List(vec![
                    format!("OPNsense {}-amd64", state.release).into(),
                    "FreeBSD 14.3-RELEASE-p7".into(),
                    "OpenSSL 3.0.18".into(),
                ]),
            ),
            ("updates", "Click to check for updates.".into()),
        ]),
        (("diagnostics", "interface"), "getinterfacenames") => {
            let names = state.config.site.interfaces.iter();
            Json::Map(names.map(|one| (one.device.clone(), one.shown().into())).collect())
        }
        (("interfaces", "overview"), "interfacesinfo") => {
            let own = state.config.site.interfaces.iter().map(|one| overview(state, one));
            return Some(page(own.chain([unassigned("igc3"), loopback()]).collect(), []));
        }
        _ => return None,
    };
    Some(Answer::ok(&body))
}

/// What the running system says of itself, in the order in which it says it.
fn product(release: Release) -> Json {
    let (version, series) = (release.to_string(), release.series());
    let mut pairs: Vec<(&str, Json)> = Vec::new();
    let mut put = |name: &'static str, value: &str| pairs.push((name, value.into()));
    for (name, value) in [
        ("CORE_ABI", series.as_str()),
        ("CORE_ARCH", "amd64"),
        ("CORE_COMMIT", "lab"),
        ("CORE_CONFLICTS", ""),
        ("CORE_COPYRIGHT_HOLDER", ""),
        ("CORE_COPYRIGHT_WWW", ""),
        ("CORE_COPYRIGHT_YEARS", ""),
        ("CORE_GID", "0"),
        ("CORE_GROUP", "root"),
        ("CORE_HASH", "lab"),
        ("CORE_MAINTAINER", ""),
        ("CORE_NAME", "opnsense"),
        ("CORE_NEXT", ""),
        ("CORE_NICKNAME", ""),
        ("CORE_PACKAGESITE", ""),
        ("CORE_PKGVERSION", &version),
        ("CORE_PRODUCT", "OPNsense"),
        ("CORE_PYTHON_DOT", ""),
    ] {
        put(name, value);
    }
    if release < Release(26, 1, 0) {
        put("CORE_REPOSITORY", "");
    }
    for (name, value) in [
        ("CORE_SERIES", series.as_str()),
        ("CORE_SERIES_FW", &series),
        ("CORE_SYSLOGNG", ""),
        ("CORE_UID", "0"),
        ("CORE_USER", "root"),
        ("CORE_VERSION", &version),
        ("CORE_WWW", ""),
        ("product_abi", &series),
        ("product_arch", "amd64"),
    ] {
        put(name, value);
    }
    pairs.push(("product_check", Json::Null));
    for (name, value) in [
        ("product_conflicts", ""),
        ("product_copyright_owner", ""),
        ("product_copyright_url", ""),
        ("product_copyright_years", ""),
        ("product_email", ""),
        ("product_hash", "lab"),
        ("product_id", "opnsense"),
        ("product_latest", version.as_str()),
    ] {
        pairs.push((name, value.into()));
    }
    pairs.push(("product_license", Json::List(Vec::new())));
    pairs.push(("product_log", Json::Int(0)));
    for (name, value) in [
        ("product_mirror", ""),
        ("product_name", "OPNsense"),
        ("product_nickname", ""),
        ("product_repos", ""),
        ("product_series", series.as_str()),
        ("product_tier", "1"),
        ("product_time", "Thu Jan 15 14:17:07 UTC 2026"),
        ("product_version", &version),
        ("product_website", ""),
    ] {
        pairs.push((name, value.into()));
    }
    Json::map(pairs)
}

fn info(state: &State) -> Json {
    let plugin = |name: &str, version: &str, comment: &str, installed: bool| {
        Json::texts(&[
            ("name", name),
            ("version", version),
            ("comment", comment),
            ("flatsize", "412KiB"),
            ("locked", "N/A"),
            ("automatic", "N/A"),
            ("license", "BSD2CLAUSE"),
            ("repository", "OPNsense"),
            ("origin", "opnsense/plugins"),
            ("provided", "1"),
            ("installed", if installed { "1" } else { "0" }),
            ("path", "OPNsense/opnsense/plugins"),
            ("configured", if installed { "1" } else { "0" }),
        ])
    };
    let version = state.release.to_string();
    Json::map([
        ("product_id", "opnsense".into()),
        ("product_version", version.as_str().into()),
        ("package", Json::List(vec![plugin("opnsense", &version, "OPNsense release package", true)])),
        (
            "plugin",
            Json::List(vec![
                plugin(
                    "os-haproxy",
                    "5.1",
                    "Reliable, high performance TCP/HTTP load balancer",
                    state.haproxy_plugin,
                ),
                plugin("os-tftp", "1.0", "TFTP server", false),
            ]),
        ),
        ("changelog", Json::List(Vec::new())),
        ("product", product(state.release)),
    ])
}

fn overview(state: &State, one: &Interface) -> Json {
    let virtual_ips = state.config.site.virtual_ips.iter().filter(|(key, ..)| *key == one.key);
    let own = Some(one.address.as_str()).filter(|ip| !ip.is_empty());
    let all: Vec<Json> = own
        .into_iter()
        .chain(virtual_ips.map(|(_, ip, _)| ip.as_str()))
        .map(|ip| Json::texts(&[("ipaddr", ip)]))
        .collect();
    let mut row = port(&one.device, if one.up { "up" } else { "no carrier" });
    for (name, value) in [
        ("identifier", one.key.as_str().into()),
        ("description", one.shown().into()),
        ("enabled", Json::Bool(true)),
        ("link_type", if one.address.is_empty() { "dhcp" } else { "static" }.into()),
        ("addr4", one.address.as_str().into()),
        ("addr6", "".into()),
        ("ipv4", Json::List(all)),
        ("vlan_tag", Json::Null),
        ("gateways", Json::List(Vec::new())),
    ] {
        row.put(name, value);
    }
    row
}

/// What is known of any port.
fn port(device: &str, status: &str) -> Json {
    Json::map([
        ("flags", Json::List(["up", "broadcast", "running"].map(Json::from).into())),
        ("macaddr", "00:0d:b9:00:00:01".into()),
        ("mtu", "1500".into()),
        ("media", "1000baseT <full-duplex>".into()),
        ("is_physical", Json::Bool(true)),
        ("device", device.into()),
        ("status", status.into()),
    ])
}

/// A port that is nobody's.
fn unassigned(device: &str) -> Json {
    let mut row = port(device, "no carrier");
    row.put("identifier", "".into());
    row.put("description", "Unassigned Interface".into());
    row
}

fn loopback() -> Json {
    let mut row = port("lo0", "up");
    for (name, text) in [
        ("identifier", "lo0"),
        ("description", "Loopback"),
        ("link_type", "static"),
        ("addr4", "127.0.0.1/8"),
        ("addr6", "::1/128"),
    ] {
        row.put(name, text.into());
    }
    row
}

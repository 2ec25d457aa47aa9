//! Balanced ports, in HAProxy's words.

mod listening;

use uuid::Uuid;

use super::rules::{self, Pass};
use super::said::{self, page};
use super::words::{Words, fields, switch, worded};
use crate::capability::Wanted;
use crate::object::{Fields, Kind, Service};
use crate::reading::{Reading, ServiceState};
use crate::site::SiteId;
use crate::wish::{BalancedServer, Balancer, HealthCheck, Reach};

/// How long nothing may be said on a connection. The plugin's 30 seconds would cut off whoever watches, or looks at a log.
const IDLE: &str = "1h";

/// How often a server is asked. Two answers take it in, three silences out: with the API's 30 seconds of grace, in time.
const INTERVAL: &str = "5s";

pub(super) fn word(site: &SiteId, wish: &[Balancer], reading: &Reading) -> Wanted {
    worded(site, reading, |words| {
        if !wish.is_empty() {
            all(words, wish);
        }
    })
}

fn all(words: &mut Words<'_>, wish: &[Balancer]) {
    if words.reading.services.get(&Service::Haproxy) == Some(&ServiceState::Absent) {
        let because = "HAProxy's plugin is not installed".to_owned();
        let remedy = "install os-haproxy (System > Firmware > Plugins)";
        words.conflict(Kind::HaproxySettings, "haproxy-settings", because, remedy);
        return;
    }
    words.settings(Kind::HaproxySettings, fields([("general.enabled", "1")]));
    for balancer in wish {
        listening::word(words, balancer);
        reach(words, balancer);
        let check = health_check(words, balancer);
        let servers: Vec<_> = balancer.servers.iter().map(|one| server(words, balancer, one)).collect();
        let backend = backend(words, balancer, check, &servers);
        frontend(words, balancer, backend);
    }
}

/// A name within HAProxy's file, where a second of the same would be refused, and a frontend's must not be a backend's.
fn named(words: &mut Words<'_>, kind: Kind, name: &str) -> String {
    let unique = format!("muster-{}-{}", words.site, name.replace(' ', "-"));
    for twin in [Kind::HealthCheck, Kind::Server, Kind::Backend, Kind::Frontend] {
        for found in words.reading.of(twin).filter(|found| found.field("name") == unique) {
            if words.is_own(found) {
                continue;
            }
            let because = format!("{} has the name and is not the one that Muster made", said::of(found));
            words.conflict(kind, name, because, format!("delete or rename it ({})", page(twin)));
        }
    }
    unique
}

fn health_check(words: &mut Words<'_>, balancer: &Balancer) -> Uuid {
    let name = format!("check {}", balancer.name);
    let unique = named(words, Kind::HealthCheck, &name);
    let mut check = fields([("name", &unique), ("interval", INTERVAL)]);
    let mut http = |ssl: &str, path: &str, port: &str| {
        check.extend(fields([
            ("type", "http"),
            ("ssl", ssl),
            ("checkport", port),
            ("http_method", "get"),
            ("http_uri", path),
            ("http_version", "http11"),
            ("http_host", "localhost"),
            // Without it a redirection would do.
            ("http_expressionEnabled", "1"),
            ("http_expression", "status"),
            ("http_negate", "0"),
            ("http_value", "200"),
        ]));
    };
    match &balancer.check {
        HealthCheck::Tcp => check.extend(fields([("type", "tcp"), ("ssl", "nossl"), ("checkport", "")])),
        HealthCheck::Http { path, port } => {
            http("nossl", path.as_str(), &port.map(|port| port.to_string()).unwrap_or_default());
        }
        HealthCheck::Https { path } => http("ssl", path.as_str(), ""),
    }
    words.object(Kind::HealthCheck, name, check)
}

/// Its certificate is the cluster's own, which the gateway's authorities don't know: a check over TLS would fail for ever.
fn server(words: &mut Words<'_>, balancer: &Balancer, one: &BalancedServer) -> Uuid {
    let name = format!("server {} {}", balancer.name, one.name);
    let unique = named(words, Kind::Server, &name);
    let port = one.port.unwrap_or(balancer.port).to_string();
    let pairs = [
        ("enabled", "1"),
        ("name", &unique),
        ("type", "static"),
        ("address", &one.ip.to_string()),
        ("port", &port),
        ("mode", if one.backup { "backup" } else { "active" }),
        ("ssl", "0"),
        ("sslVerify", switch(!matches!(balancer.check, HealthCheck::Https { .. }))),
    ];
    words.object(Kind::Server, name, fields(pairs))
}

/// A health check is always linked: a backend without one keeps servers that are dead. Persistence is off: its table would
/// send a client back to a server that is gone.
fn backend(words: &mut Words<'_>, balancer: &Balancer, check: Uuid, servers: &[Uuid]) -> Uuid {
    let name = format!("backend {}", balancer.name);
    let unique = named(words, Kind::Backend, &name);
    let linked: Vec<_> = servers.iter().map(Uuid::to_string).collect();
    let pairs = [
        ("enabled", "1"),
        ("name", unique.as_str()),
        ("mode", "tcp"),
        ("algorithm", if balancer.sticky { "source" } else { "roundrobin" }),
        ("linkedServers", &linked.join(",")),
        ("healthCheckEnabled", "1"),
        ("healthCheck", &check.to_string()),
        ("persistence", ""),
        ("tuning_timeoutServer", IDLE),
    ];
    words.object(Kind::Backend, name, fields(pairs))
}

fn frontend(words: &mut Words<'_>, balancer: &Balancer, backend: Uuid) {
    let name = format!("frontend {}", balancer.name);
    let unique = named(words, Kind::Frontend, &name);
    let frontend: Fields = fields([
        ("enabled", "1"),
        ("name", &unique),
        ("bind", &format!("{}:{}", balancer.listen, balancer.port)),
        ("mode", "tcp"),
        ("defaultBackend", &backend.to_string()),
        ("tuning_timeoutClient", IDLE),
    ]);
    words.object(Kind::Frontend, name, frontend);
}

fn reach(words: &mut Words<'_>, balancer: &Balancer) {
    let interfaces = match &balancer.reach {
        Reach::Inside(inside) => inside.as_slice(),
        Reach::Everybody => &[],
    };
    let pass = Pass {
        name: format!("rule {}", balancer.name),
        interfaces,
        protocol: "TCP",
        from: "any".into(),
        to: balancer.listen.to_string(),
        port: Some(balancer.port),
    };
    rules::pass(words, pass);
}

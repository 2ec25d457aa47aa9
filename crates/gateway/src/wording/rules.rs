//! Rules of the packet filter: those that are wanted, and what those that are there do.

mod aims;

use std::net::Ipv4Addr;

use super::interfaces;
use super::said;
use super::words::{Words, fields};
use crate::object::{Found, Kind, Object};
use crate::reading::Reading;
use crate::wish::{InterfaceKey, NetworkBoot};

/// A way that is let through: what comes in on these interfaces, from there, to there.
pub(super) struct Pass<'a> {
    pub(super) name: String,
    /// None: on all of them.
    pub(super) interfaces: &'a [InterfaceKey],
    pub(super) protocol: &'static str,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) port: Option<u16>,
}

/// Words a rule. It comes where the gateway puts new ones: an operator may move it, and is told when a rule before it blocks.
pub(super) fn pass(words: &mut Words<'_>, pass: Pass<'_>) {
    let keys: Vec<_> = pass.interfaces.iter().map(InterfaceKey::as_str).collect();
    let port = pass.port.map(|port| port.to_string()).unwrap_or_default();
    let rule = fields([
        ("enabled", "1"),
        ("action", "pass"),
        ("quick", "1"),
        ("interface", &keys.join(",")),
        ("direction", "in"),
        ("ipprotocol", "inet"),
        ("protocol", pass.protocol),
        ("source_net", &pass.from),
        ("source_port", ""),
        ("destination_net", &pass.to),
        ("destination_port", &port),
    ]);
    blocked(words, &pass, &keys);
    words.object(Kind::PassRule, pass.name, rule);
}

/// Says which rules before it block what it should let pass.
fn blocked(words: &mut Words<'_>, pass: &Pass<'_>, keys: &[&str]) {
    let Ok(ip) = pass.to.parse() else { return };
    let id = words.site.object(Kind::PassRule, &pass.name);
    let before = words.reading.of(Kind::PassRule).take_while(|rule| rule.id != Some(id));
    let blocks: Vec<_> = before
        .filter(|rule| matches!(rule.field("action"), "block" | "reject"))
        .filter(|rule| rule.field("source_net") == "any" && rule.field("source_not") != "1")
        .filter(|rule| reaches(words.reading, rule, ip, pass.port, pass.protocol) == Some(true))
        .filter(|rule| covers(rule, keys))
        .collect();
    for rule in blocks {
        let rule = said::of(rule);
        words.notice(format!(
            "{rule} blocks {} to {ip} before Muster's rule lets it pass: move Muster's above it ({})",
            pass.protocol,
            said::page(Kind::PassRule)
        ));
    }
}

/// Whether a rule is about packets that come in on one of these interfaces; without any, on all.
fn covers(rule: &Found, keys: &[&str]) -> bool {
    is_floating(rule) || rule.list("interface").any(|key| keys.contains(&key))
}

/// Whether a rule is about all interfaces.
pub(super) fn is_floating(rule: &Found) -> bool {
    rule.field("interface").is_empty() || rule.field("interfacenot") == "1"
}

/// Whether a rule is about packets to this address and port; nothing where only the gateway knows, for an alias is in it.
pub(super) fn reaches(
    reading: &Reading,
    rule: &Found,
    ip: Ipv4Addr,
    port: Option<u16>,
    protocol: &str,
) -> Option<bool> {
    let on = rule.field("enabled") != "0"
        && rule.field("direction") != "out"
        && rule.field("ipprotocol") != "inet6";
    let theirs = rule.field("protocol").to_ascii_uppercase();
    let carries = matches!(theirs.as_str(), "" | "ANY") || theirs.split('/').any(|one| one == protocol);
    if !on || !carries {
        return Some(false);
    }
    let there = aims::at_address(reading, rule.list("destination_net"), ip);
    let to = there.map(|there| there != (rule.field("destination_not") == "1"));
    let at = port.map_or(Some(true), |port| aims::at_port(reading, rule.field("destination_port"), port));
    match (to, at) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// What machines need of Muster, where it is in another network than they are.
pub(super) fn to_muster(words: &mut Words<'_>, networks: &[crate::wish::Network], boot: &NetworkBoot) {
    let reading = words.reading;
    let server = boot.server.to_string();
    let home = interfaces::home(reading, boot.server);
    for network in networks {
        let key = &network.interface;
        let Some(interface) = interfaces::find(reading, key) else { continue };
        let Some(machines) = interfaces::v4(interface).next() else { continue };
        if interfaces::v4(interface).any(|net| net.contains(&boot.server)) {
            continue;
        }
        let on = std::slice::from_ref(key);
        let way = |name: String, protocol, port| Pass {
            name,
            interfaces: on,
            protocol,
            from: "any".into(),
            to: server.clone(),
            port: Some(port),
        };
        pass(words, way(format!("rule {key} tftp"), "UDP", 69));
        for port in &boot.tcp_ports {
            pass(words, way(format!("rule {key} tcp {port}"), "TCP", *port));
        }
        // Each transfer of TFTP is answered from a port of its own, which the filter takes for something new.
        let machines = machines.trunc().to_string();
        match home.and_then(|(home, _)| home.key.parse().ok()) {
            Some(home) => {
                let interfaces: &[InterfaceKey] = &[home];
                let name = format!("rule {key} tftp answers");
                let to = machines;
                pass(words, Pass { name, interfaces, protocol: "UDP", from: server.clone(), to, port: None });
            }
            None => words.notice(format!(
                "Muster's address {server} is in no network of the gateway: wherever it comes in, UDP from it to \
                 {machines} must pass, because TFTP answers from ports of its own"
            )),
        }
    }
}

/// Rules in a sentence, for an operator who has to make them himself.
pub(super) fn said(rules: &[Object]) -> String {
    let said = rules.iter().map(|rule| {
        let field = |name| rule.fields.get(name).map_or("", String::as_str);
        let on = if field("interface").is_empty() { "all interfaces" } else { field("interface") };
        let port = field("destination_port");
        let port = if port.is_empty() { String::new() } else { format!(" port {port}") };
        let from = field("source_net");
        format!("{} in on {on} from {from} to {}{port}", field("protocol"), field("destination_net"))
    });
    said::listed(said)
}

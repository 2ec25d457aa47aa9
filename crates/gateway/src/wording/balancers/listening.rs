//! Whether an address and port can be listened on, and by whom it can be reached.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::object::Kind;
use crate::wish::{Balancer, MACHINE_CONFIG_PORT, Reach};
use crate::wording::said::{self, listed, page};
use crate::wording::words::Words;
use crate::wording::{interfaces, rules};

pub(super) fn word(words: &mut Words<'_>, balancer: &Balancer) {
    let name = format!("frontend {}", balancer.name);
    owned(words, &name, balancer);
    web_page(words, &name, balancer);
    others(words, &name, balancer);
    reach(words, balancer);
    if balancer.port == MACHINE_CONFIG_PORT {
        machine_config(words, balancer);
    }
}

fn owned(words: &mut Words<'_>, name: &str, balancer: &Balancer) {
    let own = interfaces::own(words.reading);
    let listen = balancer.listen;
    if own.is_empty() {
        words.notice("The gateway's addresses are not known: whether it owns those that are balanced shows when applied".into());
    } else if own.iter().all(|(ip, _)| *ip != listen) {
        let own = listed(own.iter().map(|(ip, what)| format!("{ip} ({what})")));
        let remedy = format!(
            "add {listen} as an IP alias (Interfaces > Virtual IPs > Settings), or listen on one of {own}"
        );
        words.conflict(Kind::Frontend, name, format!("{listen} is no address of the gateway"), remedy);
    }
}

fn web_page(words: &mut Words<'_>, name: &str, balancer: &Balancer) {
    let Balancer { listen, port, .. } = balancer;
    let reading = words.reading;
    for page in reading.facts.web_page.iter().filter(|page| page.port == *port) {
        if !page.addresses.is_empty() && !page.addresses.contains(&IpAddr::V4(*listen)) {
            continue;
        }
        let on = if page.addresses.is_empty() { "all addresses".to_owned() } else { listed(&page.addresses) };
        let because = format!("the gateway listens on port {port} of {on} itself, for {}", page.what);
        let remedy = "give the web page another TCP port and switch its HTTP redirect off, or let it listen on other \
                      interfaces only (System > Settings > Administration)";
        words.conflict(Kind::Frontend, name, because, remedy);
    }
}

fn others(words: &mut Words<'_>, name: &str, balancer: &Balancer) {
    let Balancer { listen, port, .. } = balancer;
    let rivals = words
        .foreign(Kind::Frontend)
        .into_iter()
        .filter(|found| found.field("enabled") != "0")
        .filter(|found| found.list("bind").any(|bind| is_bound(bind, *listen, *port)));
    for rival in rivals {
        let because = format!("{} listens on {listen}:{port} already, and is not Muster's", said::of(rival));
        let remedy =
            format!("delete it or give it another address ({}), or listen elsewhere", page(Kind::Frontend));
        words.conflict(Kind::Frontend, name, because, remedy);
    }
}

/// Whether `192.168.1.1:443`, `*:443`, `0.0.0.0:80-443`, `[::]:443` or `NAME:443` is this address and port. A name might be
/// any address, so it is.
fn is_bound(bind: &str, listen: Ipv4Addr, port: u16) -> bool {
    let Some((host, ports)) = bind.rsplit_once(':') else { return false };
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let has_port = matches!((first.parse::<u16>(), last.parse::<u16>()), (Ok(first), Ok(last)) if (first..=last).contains(&port));
    // QUIC is another transport.
    if !has_port || host.starts_with("quic") || host.starts_with("unix@") {
        return false;
    }
    match format!("{host}:0").parse() {
        Ok(SocketAddr::V4(v4)) => *v4.ip() == listen || v4.ip().is_unspecified(),
        Ok(SocketAddr::V6(v6)) => v6.ip().is_unspecified(),
        Err(_) => true,
    }
}

/// The interfaces that may reach it.
fn reach(words: &mut Words<'_>, balancer: &Balancer) {
    let Reach::Inside(inside) = &balancer.reach else { return };
    let name = format!("rule {}", balancer.name);
    let reading = words.reading;
    for key in inside.iter().filter(|_| !reading.facts.interfaces.is_empty()) {
        if interfaces::find(reading, key).is_none() {
            let because = format!("the gateway has no interface {key}");
            words.conflict(
                Kind::PassRule,
                &name,
                because,
                format!("name one of {}", interfaces::all(reading)),
            );
        }
    }
}

/// Whoever reaches this port is given credentials of the cluster.
fn machine_config(words: &mut Words<'_>, balancer: &Balancer) {
    let name = format!("rule {}", balancer.name);
    let Balancer { listen, port, .. } = balancer;
    let inside: Vec<&str> = match &balancer.reach {
        Reach::Inside(inside) => inside.iter().map(|key| key.as_str()).collect(),
        Reach::Everybody => Vec::new(),
    };
    let outside: Vec<&str> =
        words.reading.facts.interfaces.iter().filter(|one| one.outside).map(|one| one.key.as_str()).collect();
    let leads_outside = |key: &&str| outside.contains(key);
    if inside.is_empty() || inside.iter().any(leads_outside) {
        let because =
            format!("{listen}:{port} hands out the cluster's credentials, and would be reached from outside");
        words.conflict(
            Kind::PassRule,
            &name,
            because,
            "let only the interfaces of the cluster's machines reach it",
        );
    }
    let passing = words.foreign(Kind::PassRule).into_iter().filter(|rule| rule.field("action") == "pass");
    for rule in passing {
        let reached = rules::reaches(words.reading, rule, *listen, Some(*port), "TCP");
        if reached == Some(false) {
            continue;
        }
        let floating = rules::is_floating(rule);
        let others: Vec<_> = rule.list("interface").filter(|key| !inside.contains(key)).collect();
        let from_all = rule.field("source_net") == "any" && rule.field("source_not") != "1";
        let (rule, page) = (said::of(rule), page(Kind::PassRule));
        if reached == Some(true) && from_all && (floating || others.iter().any(leads_outside)) {
            let because = format!("{rule} lets everybody reach {listen}:{port}, which hands out credentials");
            words.conflict(Kind::PassRule, &name, because, format!("narrow it ({page})"));
        } else if floating || !others.is_empty() {
            let on = match floating {
                true => "all interfaces".to_owned(),
                false => listed(others.iter().map(|key| interfaces::called_by(words.reading, key))),
            };
            let lets = match reached {
                Some(_) => "lets",
                None => "may by an alias that only the gateway knows let",
            };
            words.notice(format!(
                "{rule} {lets} machines on {on} reach {listen}:{port}, which hands out the cluster's credentials: narrow it \
                 ({page})"
            ));
        }
    }
}

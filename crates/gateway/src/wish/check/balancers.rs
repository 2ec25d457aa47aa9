//! Balanced ports.

use std::collections::BTreeSet;

use super::{Claims, Part, between, is_unicast};
use crate::wish::{Balancer, HealthCheck, MACHINE_CONFIG_PORT, Reach};

pub(super) fn faults(parts: &[Part<'_>], faults: &mut Vec<String>) {
    let all = || parts.iter().flat_map(|(part, wish)| wish.balancers.iter().map(|one| (*part, one)));
    let (mut names, mut places) = (Claims::new(), Claims::new());
    for (part, balancer) in all() {
        let Balancer { name, listen, port, .. } = balancer;
        if let Some((by, _)) = names.claim(name, (part, balancer)) {
            faults.push(format!("the balancer {name} is there twice{}", between(by, part)));
        }
        if let Some((by, other)) = places.claim((listen, port), (part, balancer))
            && other.name != *name
        {
            let between = between(by, part);
            faults.push(format!(
                "the balancers {} and {name} both listen on {listen}:{port}{between}",
                other.name
            ));
        }
        one(balancer, faults);
    }
    given_away(parts, all(), faults);
}

fn one(balancer: &Balancer, faults: &mut Vec<String>) {
    let Balancer { name, listen, port, servers, .. } = balancer;
    let mut fault = |words: String| faults.push(format!("the balancer {name} {words}"));
    if !is_unicast(*listen) || *port == 0 {
        fault(format!("can't listen on {listen}:{port}"));
    }
    if servers.iter().all(|server| server.backup) {
        fault(if servers.is_empty() {
            "has no server".into()
        } else {
            "has only servers for a backup".into()
        });
    }
    let (mut named, mut placed) = (Claims::new(), Claims::new());
    for server in servers {
        let at = server.port.unwrap_or(*port);
        if !is_unicast(server.ip) || at == 0 {
            fault(format!("can't reach {} at {}:{at}", server.name, server.ip));
        }
        if (server.ip, at) == (*listen, *port) {
            fault(format!("would ask itself: {} has the address that it listens on", server.name));
        }
        if named.claim(&server.name, ("", server)).is_some() {
            fault(format!("has the server {} twice", server.name));
        }
        if let Some((_, other)) = placed.claim((server.ip, at), ("", server)) {
            fault(format!("has {} and {} at the same {}:{at}", other.name, server.name, server.ip));
        }
    }
    if matches!(balancer.check, HealthCheck::Http { port: Some(0), .. }) {
        fault("has a health check on port 0".into());
    }
    match &balancer.reach {
        Reach::Everybody if *port == MACHINE_CONFIG_PORT => {
            fault(format!("hands out credentials on {port}: name the interfaces that may reach it (inside)"));
        }
        Reach::Inside(inside) if inside.is_empty() => fault("may be reached from no interface".into()),
        Reach::Inside(inside) if inside.iter().collect::<BTreeSet<_>>().len() < inside.len() => {
            fault("names an interface twice".into());
        }
        Reach::Inside(_) | Reach::Everybody => {}
    }
}

/// An address that is listened on can't be a machine's.
fn given_away<'a>(
    parts: &[Part<'_>],
    balancers: impl Iterator<Item = (&'a str, &'a Balancer)>,
    faults: &mut Vec<String>,
) {
    for (part, balancer) in balancers {
        let (name, listen) = (&balancer.name, balancer.listen);
        for (by, wish) in parts {
            let network =
                wish.dhcp.networks.iter().find(|one| one.range.is_some_and(|range| range.contains(listen)));
            if let Some(network) = network {
                let between = between(by, part);
                let interface = &network.interface;
                faults
                    .push(format!("{listen} of the balancer {name} is in the range of {interface}{between}"));
            }
            if let Some(kept) = wish.dhcp.reservations.iter().find(|kept| kept.ip == listen) {
                let between = between(by, part);
                faults.push(format!("{listen} of the balancer {name} is kept for {}{between}", kept.name));
            }
        }
    }
}

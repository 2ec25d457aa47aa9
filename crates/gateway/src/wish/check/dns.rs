//! Records. DNS answers with all addresses of a name in turn, which is never what is meant here.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{Claims, Part, between};
use crate::wish::Record;

pub(super) fn faults(parts: &[Part<'_>], faults: &mut Vec<String>) {
    against_reservations(parts, faults);
    let all = || parts.iter().flat_map(|(part, wish)| wish.dns.iter().map(|one| (*part, one)));
    let (mut names, mut backwards) = (Claims::new(), Claims::new());
    for (part, record) in all() {
        let Record { name, ip, ptr } = record;
        if ip.is_unspecified() || ip.is_multicast() {
            faults.push(format!("{ip} of {name} is an address that no machine can have"));
        }
        if let Some((by, other)) = names.claim((name, ip.is_ipv4()), (part, record)) {
            let twice =
                if other.ip == *ip { format!("{ip} twice") } else { format!("both {} and {ip}", other.ip) };
            faults.push(format!("{name} has {twice}{}", between(by, part)));
        }
        if *ptr && name.is_wildcard() {
            faults.push(format!("{ip} can't be found back to {name}: a wildcard is no name; leave out ptr"));
        }
        if *ptr
            && let Some((by, other)) = backwards.claim(ip, (part, record))
            && other.name != *name
        {
            let between = between(by, part);
            faults.push(format!(
                "{ip} would be found back to both {} and {name}{between}: leave ptr to one",
                other.name
            ));
        }
    }
    let wildcards: Vec<_> = all().filter(|(_, record)| record.name.is_wildcard()).collect();
    for (part, record) in all() {
        let above = wildcards.iter().find(|(_, wildcard)| record.name.is_hidden_by(&wildcard.name));
        if let Some((by, wildcard)) = above {
            let (name, between) = (&record.name, between(by, part));
            faults.push(format!(
                "{name} would be answered by {}, which hides all below{between}",
                wildcard.name
            ));
        }
    }
}

/// A machine with a reservation has its name with that address already, wherever dnsmasq answers names.
fn against_reservations(parts: &[Part<'_>], faults: &mut Vec<String>) {
    let kept =
        parts.iter().flat_map(|(part, wish)| wish.dhcp.reservations.iter().map(move |kept| (*part, kept)));
    let named = kept
        .filter_map(|(part, kept)| Some((format!("{}.{}", kept.name, kept.domain.as_ref()?), (part, kept))));
    let named: HashMap<_, _> = named.collect();
    for (part, record) in parts.iter().flat_map(|(part, wish)| wish.dns.iter().map(move |one| (*part, one))) {
        let Record { name, ip, .. } = record;
        if let Some((by, kept)) = named.get(name.as_str())
            && ip.is_ipv4()
            && *ip != IpAddr::V4(kept.ip)
        {
            faults.push(format!(
                "{name} has {ip}, and the reservation of that name {}{}",
                kept.ip,
                between(by, part)
            ));
        }
    }
}

//! What contradicts itself within a wish, whatever the gateway.

mod balancers;
mod dhcp;
mod dns;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Reach, Wish};

/// What is wrong with a wish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .faults.join("; "))]
pub struct InvalidWish {
    /// A sentence for each fault.
    pub faults: Vec<String>,
}

/// As many faults are told.
const TOLD: usize = 20;

impl InvalidWish {
    pub(super) fn of(mut faults: Vec<String>) -> Result<(), Self> {
        if faults.is_empty() {
            return Ok(());
        }
        let beyond = faults.len().saturating_sub(TOLD);
        faults.truncate(TOLD);
        if beyond > 0 {
            faults.push(format!("and {beyond} more"));
        }
        Err(Self { faults })
    }
}

/// A part of a wish, and what it is called.
type Part<'a> = (&'a str, &'a Wish);

/// Everything that is wrong with these parts together. What is too much is not looked at any further.
pub(super) fn faults(parts: &[Part<'_>]) -> Vec<String> {
    let mut faults = too_much(parts);
    if faults.is_empty() {
        dhcp::faults(parts, &mut faults);
        dns::faults(parts, &mut faults);
        balancers::faults(parts, &mut faults);
    }
    faults
}

fn too_much(parts: &[Part<'_>]) -> Vec<String> {
    type Count = fn(&Wish) -> usize;
    let over = |(what, limit, count): (&str, usize, Count),
                found: fn(&mut dyn Iterator<Item = usize>) -> usize| {
        let found = found(&mut parts.iter().map(|(_, wish)| count(wish)));
        (found > limit).then(|| format!("{found} {what} are too many: {limit} at most"))
    };
    let of_all_parts: [(&str, usize, Count); 5] = [
        ("networks", 64, |wish| wish.dhcp.networks.len()),
        ("reservations", 10_000, |wish| wish.dhcp.reservations.len()),
        ("records", 10_000, |wish| wish.dns.len()),
        ("balancers", 256, |wish| wish.balancers.len()),
        ("balanced servers", 2048, |wish| wish.balancers.iter().map(|one| one.servers.len()).sum()),
    ];
    let of_one: [(&str, usize, Count); 5] = [
        ("cards of one reservation", 16, |wish| {
            most(wish.dhcp.reservations.iter().map(|one| one.macs.len()))
        }),
        ("interfaces that reach one balancer", 64, |wish| {
            most(wish.balancers.iter().map(|one| match &one.reach {
                Reach::Inside(inside) => inside.len(),
                Reach::Everybody => 0,
            }))
        }),
        ("classes of firmwares", 32, |wish| most(wish.dhcp.boot.iter().map(|boot| boot.firmwares.len()))),
        ("codes of one class of firmwares", 16, |wish| {
            most(wish.dhcp.boot.iter().flat_map(|boot| &boot.firmwares).map(|class| class.codes.len()))
        }),
        ("TCP ports for network boot", 16, |wish| {
            most(wish.dhcp.boot.iter().map(|boot| boot.tcp_ports.len()))
        }),
    ];
    let too_much = of_all_parts.into_iter().filter_map(|limit| over(limit, |counts| counts.sum()));
    too_much.chain(of_one.into_iter().filter_map(|limit| over(limit, |counts| most(counts)))).collect()
}

fn most(counts: impl Iterator<Item = usize>) -> usize {
    counts.max().unwrap_or(0)
}

/// Who has claimed what, so that a second claim is seen.
struct Claims<'a, K, T>(BTreeMap<K, (&'a str, &'a T)>);

impl<'a, K: Ord, T: PartialEq> Claims<'a, K, T> {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Whose it was before. Two parts may wish the same thing alike.
    fn claim(&mut self, key: K, (part, item): (&'a str, &'a T)) -> Option<(&'a str, &'a T)> {
        match self.0.entry(key) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert((part, item));
                None
            }
            std::collections::btree_map::Entry::Occupied(taken) => {
                let (by, other) = *taken.get();
                let alike = by != part && other == item;
                (!alike).then_some((by, other))
            }
        }
    }
}

/// Which parts contradict each other, where they are two.
fn between(one: &str, other: &str) -> String {
    if one == other { String::new() } else { format!(" (in the parts {one} and {other})") }
}

/// Whether one machine or service can have this address.
fn is_unicast(ip: Ipv4Addr) -> bool {
    !(ip.is_unspecified()
        || ip.is_loopback()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.octets()[0] >= 240)
        && ip.octets()[0] != 0
}

#[cfg(test)]
mod tests;

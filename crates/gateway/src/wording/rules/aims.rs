//! What a rule aims at: addresses and ports, written out or by the name of an alias. What an alias holds is not always known:
//! then neither is the answer.

use std::cell::Cell;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::reading::Reading;
use crate::wording::interfaces;

/// An alias may name others, and these again: so deep is looked.
const DEPTH: usize = 8;
/// So many entries of aliases are looked at for one answer. Aliases that name each other over and over would have no end.
const ENTRIES: usize = 100_000;

/// Whether one of these answers is a yes; not known where one of them isn't and none is.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let answers: Vec<_> = answers.collect();
    match answers.contains(&Some(true)) {
        true => Some(true),
        false if answers.contains(&None) => None,
        false => Some(false),
    }
}

/// Whether one of these, as a rule names its destination, holds the address.
pub(super) fn at_address<'a>(
    reading: &Reading,
    nets: impl Iterator<Item = &'a str>,
    ip: Ipv4Addr,
) -> Option<bool> {
    let look = Look { reading, left: Cell::new(ENTRIES) };
    any(nets.map(|net| look.net_holds(net, ip, DEPTH)))
}

/// Whether a port, as a rule names it, is this one.
pub(super) fn at_port(reading: &Reading, theirs: &str, port: u16) -> Option<bool> {
    Look { reading, left: Cell::new(ENTRIES) }.port_is(theirs, port, DEPTH)
}

/// One look, and how many entries of aliases it may look at still.
struct Look<'a> {
    reading: &'a Reading,
    left: Cell<usize>,
}

impl Look<'_> {
    fn net_holds(&self, net: &str, ip: Ipv4Addr, depth: usize) -> Option<bool> {
        let of = |key: &str| self.reading.facts.interfaces.iter().find(|one| one.key == key);
        let network = net.strip_prefix("__").and_then(|rest| rest.strip_suffix("_network")).unwrap_or(net);
        if let Ok(net) = net.parse::<Ipv4Net>() {
            return Some(net.contains(&ip));
        }
        if let Ok(one) = net.parse::<Ipv4Addr>() {
            return Some(one == ip);
        }
        if let Some((first, last)) = net.split_once('-')
            && let (Ok(first), Ok(last)) = (first.parse::<Ipv4Addr>(), last.parse::<Ipv4Addr>())
        {
            return Some((first..=last).contains(&ip));
        }
        if net.contains(':') {
            return Some(false);
        }
        match net {
            "any" => Some(true),
            "(self)" => Some(interfaces::own(self.reading).iter().any(|(own, _)| *own == ip)),
            _ if of(network).is_some() => {
                Some(of(network).into_iter().flat_map(interfaces::v4).any(|net| net.contains(&ip)))
            }
            _ => match net.strip_suffix("ip").and_then(of) {
                Some(one) => Some(interfaces::v4(one).any(|net| net.addr() == ip)),
                None => self.alias_holds(net, ip, depth),
            },
        }
    }

    fn alias_holds(&self, alias: &str, ip: Ipv4Addr, depth: usize) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        let entries = self.entries(alias)?.iter().map(String::as_str);
        let (except, within): (Vec<&str>, Vec<&str>) = entries.partition(|entry| entry.starts_with('!'));
        let holds = |entry: &str| self.net_holds(entry, ip, depth);
        let excepted = any(except.iter().map(|entry| holds(entry.trim_start_matches('!'))));
        match (excepted, any(within.into_iter().map(holds))) {
            (Some(true), _) | (_, Some(false)) => Some(false),
            (Some(false), holds) => holds,
            (None, _) => None,
        }
    }

    fn port_is(&self, theirs: &str, port: u16, depth: usize) -> Option<bool> {
        let well_known = match theirs {
            "" | "any" => return Some(true),
            "http" => Some(80),
            "https" => Some(443),
            _ => theirs.parse::<u16>().ok(),
        };
        if let Some(theirs) = well_known {
            return Some(theirs == port);
        }
        let range = theirs.split_once(['-', ':']);
        if let Some((Ok(first), Ok(last))) =
            range.map(|(first, last)| (first.parse::<u16>(), last.parse::<u16>()))
        {
            return Some((first..=last).contains(&port));
        }
        let (depth, entries) = (depth.checked_sub(1)?, self.entries(theirs)?);
        any(entries.iter().map(|entry| self.port_is(entry, port, depth)))
    }

    /// What an alias holds, as long as that may be looked at.
    fn entries(&self, alias: &str) -> Option<&[String]> {
        let entries = self.reading.facts.aliases.get(alias)?;
        self.left.set(self.left.get().checked_sub(entries.len())?);
        Some(entries)
    }
}

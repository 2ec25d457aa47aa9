//! Networks whose machines are given addresses.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::object::{Found, Kind};
use crate::reading::Interface;
use crate::wish::{AddressRange, Dhcp, DomainName, InterfaceKey, Network};
use crate::wording::interfaces::{self, all, called, is_edge};
use crate::wording::said::{self, listed};
use crate::wording::words::{Words, fields};

pub(super) fn word(words: &mut Words<'_>, wish: &Dhcp) {
    if words.reading.facts.interfaces.is_empty() && !wish.networks.is_empty() {
        words.notice(
            "The gateway's interfaces are not known: no range could be compared with its network".into(),
        );
    }
    for network in &wish.networks {
        let name = format!("range {}", network.interface);
        on_interface(words, &name, network);
        others(words, &name, &network.interface);
        beside(words, &name, network);
        if let (Some(range), Some(boot)) = (network.range, &wish.boot)
            && range.contains(boot.server)
        {
            let because = format!("the range {range} has Muster's own address {}", boot.server);
            words.conflict(Kind::Range, &name, because, "choose a range without it");
        }
        if let Some(range) = network.range {
            range_object(words, name, network, range);
        }
        if let Some(domain) = &network.domain {
            domain_option(words, &network.interface, domain);
        }
    }
}

/// The model's own default of a day is left to it: a lease time is written only where one is wished.
fn range_object(words: &mut Words<'_>, name: String, network: &Network, range: AddressRange) {
    let lease = network.lease_secs.map(|lease| lease.secs().to_string()).unwrap_or_default();
    let pairs = [
        ("interface", network.interface.as_str()),
        ("start_addr", &range.first().to_string()),
        ("end_addr", &range.last().to_string()),
        ("lease_time", &lease),
        ("mode", ""),
        ("set_tag", ""),
    ];
    words.object(Kind::Range, name, fields(pairs));
}

/// The domain goes out as an option and not as the range's own: that one would not reach machines whose address is kept
/// outside the range.
fn domain_option(words: &mut Words<'_>, key: &InterfaceKey, domain: &DomainName) {
    let name = format!("option 15 {key}");
    let rivals = words
        .foreign(Kind::DhcpOption)
        .into_iter()
        .filter(|option| option.field("type") == "set" && option.field("option") == "15")
        .filter(|option| option.field("interface") == key.as_str() && option.field("tag").is_empty());
    for rival in rivals {
        let because = format!("{} tells {} another domain", said::of(rival), called(words.reading, key));
        let remedy =
            format!("delete it ({}), or leave the domain out of the wish", words.place(Kind::DhcpOption));
        words.conflict(Kind::DhcpOption, &name, because, remedy);
    }
    let pairs = [
        ("type", "set"),
        ("option", "15"),
        ("interface", key.as_str()),
        ("tag", ""),
        ("value", domain.as_str()),
        ("force", "0"),
    ];
    words.object(Kind::DhcpOption, name, fields(pairs));
}

/// Whether the interface can have this network.
fn on_interface(words: &mut Words<'_>, name: &str, network: &Network) {
    let reading = words.reading;
    if reading.facts.interfaces.is_empty() {
        return;
    }
    let Some(interface) = interfaces::find(reading, &network.interface) else {
        let because = format!("the gateway has no interface {}", network.interface);
        words.conflict(Kind::Range, name, because, format!("name one of {}", all(reading)));
        return;
    };
    let called = interfaces::said(interface);
    let nets: Vec<Ipv4Net> = interfaces::v4(interface).collect();
    if nets.is_empty() {
        let because = format!("{called} has no IPv4 address");
        let remedy = match reading.facts.file {
            None => format!("give it one (Interfaces > {})", interface.key),
            Some(_) => "give it one".to_owned(),
        };
        words.conflict(Kind::Range, name, because, remedy);
        return;
    }
    if !interface.up {
        words.notice(format!("{called} is down: nobody is given an address there until its link is up"));
    }
    if let Some(range) = network.range {
        within(words, name, interface, &nets, range);
    }
}

fn within(words: &mut Words<'_>, name: &str, interface: &Interface, nets: &[Ipv4Net], range: AddressRange) {
    let called = interfaces::said(interface);
    let Some(net) = nets.iter().find(|net| net.contains(&range.first()) && net.contains(&range.last()))
    else {
        let nets = listed(nets.iter().map(Ipv4Net::trunc));
        let because = format!("the range {range} is not within the network {nets} of {called}");
        words.conflict(Kind::Range, name, because, format!("choose a range within {nets}"));
        return;
    };
    if is_edge(*net, range.first()) || is_edge(*net, range.last()) {
        let because = format!(
            "the range {range} has the first or last address of {}, which no machine can have",
            net.trunc()
        );
        words.conflict(Kind::Range, name, because, "leave it out");
    }
    for (own, what) in interfaces::own(words.reading).into_iter().filter(|(own, _)| range.contains(*own)) {
        let because = format!("the range {range} has {own}, {what}");
        words.conflict(Kind::Range, name, because, "choose a range without it");
    }
}

/// DHCP servers beside dnsmasq.
fn others(words: &mut Words<'_>, name: &str, key: &InterfaceKey) {
    let reading = words.reading;
    for (server, interfaces) in &reading.facts.other_dhcp {
        if interfaces.is_empty() || interfaces.iter().any(|one| one == key.as_str()) {
            let because = format!(
                "{server} serves DHCP on {}, too: machines take whichever answers first",
                called(reading, key)
            );
            words.conflict(Kind::Range, name, because, format!("switch {server} off there, and apply that"));
        }
    }
}

/// Somebody else's ranges in the same network.
fn beside(words: &mut Words<'_>, name: &str, network: &Network) {
    let reading = words.reading;
    let key = &network.interface;
    let nets: Vec<Ipv4Net> = interfaces::find(reading, key).into_iter().flat_map(interfaces::v4).collect();
    let here = |found: &&Found, first: Ipv4Addr| match found.field("interface") {
        "" => nets.iter().any(|net| net.contains(&first)),
        theirs => theirs == key.as_str(),
    };
    let (theirs, strays): (Vec<_>, Vec<_>) = words
        .foreign(Kind::Range)
        .into_iter()
        .filter_map(|found| Some((found, addresses(found)?)))
        .filter(|(found, range)| here(found, range.first()))
        .partition(|(_, range)| nets.is_empty() || nets.iter().any(|net| net.contains(&range.first())));
    let called = called(reading, key);
    for (found, _) in &strays {
        words.notice(format!(
            "{} on {called} is outside of its network {}: nobody is given an address of it",
            said::of(found),
            listed(nets.iter().map(Ipv4Net::trunc))
        ));
    }
    let is_static = |found: &Found| found.list("mode").any(|mode| mode == "static");
    let Some(range) = network.range else {
        if theirs.is_empty() {
            let because = match strays.is_empty() {
                true => format!("{called} has no range of addresses, and none is wished"),
                false => format!("{called} has no range within its network, and none is wished"),
            };
            words.conflict(Kind::Range, name, because, "name a range for it");
        } else if theirs.iter().all(|(found, _)| is_static(found)) {
            words.notice(format!(
                "On {called} only machines with a reservation are given an address: all ranges are static"
            ));
        }
        return;
    };
    for (found, _) in theirs.iter().filter(|(found, their)| !is_static(found) && their.overlaps(range)) {
        let because = format!("{} on {called} overlaps with {range}, and is not Muster's", said::of(found));
        let remedy = format!(
            "delete it ({}), or leave the range out of the wish: it then stays as it is",
            words.place(Kind::Range)
        );
        words.conflict(Kind::Range, name, because, remedy);
    }
    for (found, _) in theirs.iter().filter(|(found, their)| !is_static(found) && !their.overlaps(range)) {
        words.notice(format!(
            "On {called} machines are given addresses of {}, too, which is not Muster's",
            said::of(found)
        ));
    }
}

/// The IPv4 addresses of a range that is there; without an end it is one.
fn addresses(found: &Found) -> Option<AddressRange> {
    let first: Ipv4Addr = found.field("start_addr").parse().ok()?;
    let last = found.field("end_addr").parse().unwrap_or(first);
    AddressRange::new(first.min(last), first.max(last)).ok()
}

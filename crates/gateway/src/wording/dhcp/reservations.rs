//! Addresses that are kept for machines.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;

use inventory::MacAddr;

use crate::object::{Found, Kind};
use crate::wish::{Dhcp, Reservation};
use crate::wording::interfaces::{self, is_edge};
use crate::wording::said;
use crate::wording::words::{Words, fields};

const KIND: Kind = Kind::Reservation;

pub(super) fn word(words: &mut Words<'_>, wish: &Dhcp) {
    let theirs = Theirs::of(words);
    let own: HashMap<_, _> = interfaces::own(words.reading).into_iter().collect();
    let mut elsewhere: BTreeMap<String, usize> = BTreeMap::new();
    for kept in &wish.reservations {
        let name = name(kept);
        theirs.conflicts(words, &name, kept);
        if let Some(what) = own.get(&kept.ip) {
            words.conflict(KIND, &name, format!("{} is {what}", kept.ip), "give the machine another address");
        }
        if let Some(unserved) = placed(words, &name, kept, wish) {
            *elsewhere.entry(unserved).or_default() += 1;
        }
        object(words, name, kept);
    }
    for (interface, count) in elsewhere {
        words.notice(format!(
            "{count} of the addresses to be kept are in the network of {interface}, which the wish does not name: they \
             count only if dnsmasq has a range there"
        ));
    }
}

/// One of a kind, because names are so within a domain.
fn name(kept: &Reservation) -> String {
    match &kept.domain {
        Some(domain) => format!("reservation {}.{domain}", kept.name),
        None => format!("reservation {}", kept.name),
    }
}

fn object(words: &mut Words<'_>, name: String, kept: &Reservation) {
    let macs: Vec<_> = kept.macs.iter().map(MacAddr::to_string).collect();
    let pairs = [
        ("host", kept.name.as_str()),
        ("domain", kept.domain.as_ref().map_or("", |domain| domain.as_str())),
        ("ip", &kept.ip.to_string()),
        ("hwaddr", &macs.join(",")),
        ("client_id", ""),
        ("ignore", "0"),
    ];
    words.object(KIND, name, fields(pairs));
}

/// Whether the address is in a network of the gateway; gives the interface where the wish doesn't name its network.
fn placed(words: &mut Words<'_>, name: &str, kept: &Reservation, wish: &Dhcp) -> Option<String> {
    let reading = words.reading;
    if reading.facts.interfaces.is_empty() {
        return None;
    }
    let Some((interface, net)) = interfaces::home(reading, kept.ip) else {
        let because = format!("{} is in no network of the gateway", kept.ip);
        words.conflict(KIND, name, because, "give the machine an address of the network that it is in");
        return None;
    };
    if is_edge(net, kept.ip) {
        let because =
            format!("{} is the first or last address of {}, which no machine can have", kept.ip, net.trunc());
        words.conflict(KIND, name, because, "give the machine another address");
    }
    let named = wish.networks.iter().any(|network| network.interface.as_str() == interface.key);
    (!named).then(|| interfaces::said(interface))
}

/// Somebody else's reservations.
struct Theirs<'a> {
    by_ip: HashMap<Ipv4Addr, &'a Found>,
    by_mac: HashMap<MacAddr, &'a Found>,
}

impl<'a> Theirs<'a> {
    fn of(words: &Words<'a>) -> Self {
        let (mut by_ip, mut by_mac) = (HashMap::new(), HashMap::new());
        for found in words.foreign(KIND) {
            let mut kept = !found.field("client_id").is_empty();
            for mac in found.list("hwaddr") {
                kept = true;
                if let Ok(mac) = mac.parse() {
                    by_mac.entry(mac).or_insert(found);
                }
            }
            // A host without a card is a name only: it may share its address.
            let ips = found.list("ip").filter(|_| kept).filter_map(|ip| ip.parse().ok());
            by_ip.extend(ips.map(|ip| (ip, found)));
        }
        Self { by_ip, by_mac }
    }

    fn conflicts(&self, words: &mut Words<'_>, name: &str, kept: &Reservation) {
        let place = words.place(KIND);
        let remedy = || format!("delete it ({place}), or leave this reservation out of the wish");
        let same_ip = self.by_ip.get(&kept.ip);
        if let Some(found) = same_ip {
            let because = format!("{}, which is not Muster's, keeps {}", said::of(found), kept.ip);
            words.conflict(KIND, name, because, remedy());
        }
        for mac in &kept.macs {
            let Some(found) = self.by_mac.get(mac) else { continue };
            if same_ip.is_none_or(|other| !std::ptr::eq(*other, *found)) {
                let because = format!("{}, which is not Muster's, has the card {mac}", said::of(found));
                words.conflict(KIND, name, because, remedy());
            }
        }
    }
}

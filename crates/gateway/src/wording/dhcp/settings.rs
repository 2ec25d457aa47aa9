//! dnsmasq's own settings: only what it needs to serve these networks.

use crate::object::{Fields, Kind, Service};
use crate::wish::Dhcp;
use crate::wording::interfaces::called;
use crate::wording::said::page;
use crate::wording::words::Words;

const NAME: &str = "dnsmasq-settings";
const KIND: Kind = Kind::DnsmasqSettings;

/// How many leases dnsmasq gives at most, where it is not told.
const LEASES: u64 = 1000;

pub(super) fn word(words: &mut Words<'_>, wish: &Dhcp) {
    let Some(found) = words.reading.of(KIND).next() else {
        if words.reading.facts.unread.contains_key(&KIND) {
            words.settings(KIND, Fields::new());
        }
        return;
    };
    let mut fields = Fields::from([("enable".into(), "1".into())]);

    // None means all of them, and stays so.
    let mut served: Vec<&str> = found.list("interface").collect();
    let here = |served: &[&str], key: &str| served.contains(&key);
    if !served.is_empty() {
        let missing: Vec<_> = wish.networks.iter().map(|network| network.interface.as_str()).collect();
        for key in missing {
            if !here(&served, key) {
                served.push(key);
            }
        }
        fields.insert("interface".into(), served.join(","));
    }
    for network in &wish.networks {
        if found.list("dhcp.no_interface").any(|key| key == network.interface.as_str()) {
            let because =
                format!("dnsmasq is told to serve no DHCP on {}", called(words.reading, &network.interface));
            words.conflict(
                KIND,
                NAME,
                because,
                format!("take it out of \"Interface [no DHCP]\" ({})", page(KIND)),
            );
        }
        if found.field("dhcp.default_fw_rules") == "0" {
            let called = called(words.reading, &network.interface);
            words.notice(format!(
                "dnsmasq makes no firewall rules of its own here: let UDP 67 in on {called} yourself ({})",
                page(Kind::PassRule)
            ));
        }
    }
    port(words, found.field("enable") == "1", found.field("port"), &mut fields);

    let most = found.field("dhcp.lease_max").parse().unwrap_or(LEASES);
    let wanted: u64 = wish.networks.iter().filter_map(|network| Some(network.range?.count())).sum();
    if wanted > most {
        words.notice(format!(
            "dnsmasq gives {most} leases at most, and the ranges have {wanted} addresses: raise {} ({})",
            if words.reading.facts.file.is_some() { "dhcp-lease-max" } else { "\"DHCP max leases\"" },
            words.place(KIND)
        ));
    }
    words.settings(KIND, fields);
}

/// dnsmasq must not take port 53 from whom has it: empty means 53.
fn port(words: &mut Words<'_>, enabled: bool, port: &str, fields: &mut Fields) {
    if !matches!(port, "" | "53") {
        return;
    }
    let by = words.reading.facts.dns_by.filter(|by| *by != Service::Dnsmasq);
    match (enabled, by) {
        (false, by) => {
            fields.insert("port".into(), "0".into());
            let by = by.map_or_else(|| "free".to_owned(), |by| format!("{by}'s"));
            words.notice(format!(
                "dnsmasq was off, and is switched on for DHCP only: its DNS port becomes 0, so that port 53 stays {by}"
            ));
        }
        (true, Some(by)) => {
            let because = format!("dnsmasq is told to answer DNS on port 53, which {by} has: it can't start");
            words.conflict(
                KIND,
                NAME,
                because,
                format!("set its listen port to 53053, or to 0 for none ({})", page(KIND)),
            );
        }
        (true, None) => {}
    }
}

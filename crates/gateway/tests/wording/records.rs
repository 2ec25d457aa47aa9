//! What stands in the way of names.

use gateway::{Found, Kind, Reading, Service, Wanted, Wish, wording};

use crate::site::{SITE, conflicts, found, notices, placed, reading};

const API: &str = "[[dns]]\nname = 'api.lab'\nip = '192.168.1.10'\n";
const APPS: &str = "[[dns]]\nname = '*.apps.lab'\nip = '192.168.1.11'\n";

fn worded(text: &str, reading: &Reading) -> Wanted {
    wording::records(&SITE, &Wish::from_toml(text).unwrap().dns, reading)
}

fn beside(foreign: &Found, dns_by: Service) -> Reading {
    let mut reading = reading();
    reading.facts.dns_by = Some(dns_by);
    reading.found.push(foreign.clone());
    reading
}

fn override_(host: &str, domain: &str, rr: &str, server: &str) -> Found {
    let fields = [("enabled", "1"), ("hostname", host), ("domain", domain), ("rr", rr), ("server", server)];
    found(Kind::HostOverride, 1, &fields)
}

fn host(host: &str, domain: &str, ip: &str) -> Found {
    found(Kind::Reservation, 1, &[("host", host), ("domain", domain), ("ip", ip)])
}

#[test]
fn foreign_entries_contradict_hide_or_answer_alike() {
    let unbound = "delete it (Services > Unbound DNS > Overrides), or leave this record out of the wish";
    let dnsmasq = "delete it (Services > Dnsmasq DNS & DHCP > Hosts), or leave this record out of the wish";
    let twice = |what: &str, ip: &str, remedy: &str| {
        format!(
            "record api.lab A: {what} answers {ip} for api.lab, and is not Muster's: with both, machines are given either \
             in turn: {remedy}"
        )
    };
    let of_unbound = "the host override \"api lab\"";
    for (text, theirs, expected) in [
        (API, override_("api", "lab", "A", "10.0.0.9"), Some(twice(of_unbound, "10.0.0.9", unbound))),
        (
            API,
            override_("API", "Lab", "A", "10.0.0.9"),
            Some(twice("the host override \"API Lab\"", "10.0.0.9", unbound)),
        ),
        (API, override_("api", "lab", "AAAA", "fd00::1"), None),
        (API, override_("api", "lab", "MX", ""), None),
        (API, override_("api", "other", "A", "10.0.0.9"), None),
        (
            API,
            host("api", "lab", "10.0.0.9"),
            Some(twice("the host \"api lab 10.0.0.9\"", "10.0.0.9", dnsmasq)),
        ),
        (
            API,
            override_("*", "lab", "A", "10.0.0.9"),
            Some(format!(
                "record api.lab A: the host override \"* lab\" hides api.lab, which is below it: {unbound}"
            )),
        ),
        (
            APPS,
            override_("console", "apps.lab", "A", "10.0.0.9"),
            Some(format!(
                "record *.apps.lab A: the host override \"console apps.lab\" is below *.apps.lab, which would hide it: \
                 {unbound}"
            )),
        ),
        (
            APPS,
            override_("", "apps.lab", "A", "10.0.0.9"),
            Some(format!(
                "record *.apps.lab A: the host override \"apps.lab\" is below *.apps.lab, which would hide it: {unbound}"
            )),
        ),
        (APPS, override_("*", "lab", "A", "10.0.0.9"), None),
        (
            APPS,
            override_("*", "apps.lab", "A", "10.0.0.9"),
            Some(format!(
                "record *.apps.lab A: the host override \"* apps.lab\" answers 10.0.0.9 for *.apps.lab, and is not \
                 Muster's: with both, machines are given either in turn: {unbound}"
            )),
        ),
    ] {
        let by = if theirs.kind == Kind::HostOverride { Service::Unbound } else { Service::Dnsmasq };
        let wanted = worded(text, &beside(&theirs, by));
        assert_eq!(conflicts(&wanted), expected.into_iter().collect::<Vec<_>>(), "{theirs:?}");
        assert_eq!(wanted.objects.len(), 1, "it is wanted whatever there is");
    }
    let mut off = override_("api", "lab", "A", "10.0.0.9");
    off.fields.insert("enabled".into(), "0".into());
    assert_eq!(conflicts(&worded(API, &beside(&off, Service::Unbound))), [] as [&str; 0]);

    let alike = worded(API, &beside(&override_("api", "lab", "A", "192.168.1.10"), Service::Unbound));
    assert_eq!(
        (conflicts(&alike).len(), notices(&alike)),
        (
            0,
            vec![
                "api.lab is 192.168.1.10 already, by the host override \"api lab\", which is not Muster's: both answer the \
                  same"
            ]
        )
    );
}

#[test]
fn nobody_on_port_53_is_said() {
    let remedy = "switch on Unbound (Services > Unbound DNS > General), or take the records out of the wish and give them to \
                  the site's own DNS server";
    for (by, words) in [
        (None, "nobody answers DNS on port 53 of the gateway"),
        (Some(Service::Haproxy), "haproxy has port 53 of the gateway, and answers no names"),
    ] {
        let mut reading = reading();
        reading.facts.dns_by = by;
        let wanted = worded(API, &reading);
        assert_eq!(conflicts(&wanted), [format!("records: {words}: {remedy}")]);
        assert!(wanted.objects.is_empty());
        assert_eq!(worded("", &reading), Wanted::default(), "nothing is wished of it");
    }
}

#[test]
fn an_older_release_is_not_told_of_a_field_that_it_would_lose() {
    let mut reading = reading();
    reading.facts.version = "25.7.11".into();
    assert!(!worded(API, &reading).objects[0].fields.contains_key("addptr"));
}

#[test]
fn our_own_entry_is_no_rival_even_with_another_description() {
    let mut mine = placed(&reading(), &worded(API, &reading()));
    for found in &mut mine.found {
        found.fields.insert("description".into(), "api of the lab".into());
        found.fields.insert("server".into(), "10.0.0.9".into());
    }
    assert_eq!(worded(API, &mine), worded(API, &reading()));
}

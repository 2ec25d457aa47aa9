use super::*;

/// What dnsmasq's settings become, and what is said.
fn settings(pairs: &[(&str, &str)], dns_by: Option<Service>) -> (Vec<(String, String)>, Wanted) {
    let mut reading = reading();
    reading.facts.dns_by = dns_by;
    reading.found[0].fields = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let wanted = worded(&reading);
    let settings = wanted.objects.iter().find(|object| object.kind == Kind::DnsmasqSettings).unwrap();
    (settings.fields.clone().into_iter().collect(), wanted)
}

#[test]
fn settings_grow_and_port_53_is_left_to_whom_has_it() {
    let pairs = |expected: &[(&str, &str)]| -> Vec<(String, String)> {
        expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    let unbound = Some(Service::Unbound);
    for (there, dns_by, expected) in [
        (vec![("enable", "1"), ("interface", ""), ("port", "0")], unbound, vec![("enable", "1")]),
        (
            vec![("enable", "1"), ("interface", "opt7,lan"), ("port", "53053")],
            unbound,
            vec![("enable", "1"), ("interface", "opt7,lan,opt1")],
        ),
        (
            vec![("enable", "0"), ("interface", ""), ("port", "")],
            unbound,
            vec![("enable", "1"), ("port", "0")],
        ),
        (
            vec![("enable", "0"), ("interface", ""), ("port", "53")],
            None,
            vec![("enable", "1"), ("port", "0")],
        ),
        (vec![("enable", "0"), ("interface", ""), ("port", "53053")], unbound, vec![("enable", "1")]),
        (
            vec![("enable", "1"), ("interface", ""), ("port", "53")],
            Some(Service::Dnsmasq),
            vec![("enable", "1")],
        ),
    ] {
        let (settings, wanted) = settings(&there, dns_by);
        assert_eq!(settings, pairs(&expected), "{there:?}");
        assert_eq!(conflicts(&wanted), [] as [&str; 0], "{there:?}");
    }
    let (_, switched_on) = settings(&[("enable", "0"), ("port", "")], unbound);
    assert_eq!(
        notices(&switched_on),
        [
            "dnsmasq was off, and is switched on for DHCP only: its DNS port becomes 0, so that port 53 stays unbound's"
        ]
    );
    let (_, both) = settings(&[("enable", "1"), ("port", "")], unbound);
    assert_eq!(
        conflicts(&both),
        [
            "dnsmasq-settings: dnsmasq is told to answer DNS on port 53, which unbound has: it can't start: set its listen \
          port to 53053, or to 0 for none (Services > Dnsmasq DNS & DHCP > General)"
        ]
    );
    let (_, barred) =
        settings(&[("enable", "1"), ("port", "0"), ("dhcp.no_interface", "opt3,opt1")], unbound);
    assert_eq!(
        conflicts(&barred),
        [
            "dnsmasq-settings: dnsmasq is told to serve no DHCP on MACHINES (opt1): take it out of \"Interface [no DHCP]\" (Services > Dnsmasq DNS & DHCP > General)"
        ]
    );
    let (_, few) = settings(
        &[("enable", "1"), ("port", "0"), ("dhcp.lease_max", "100"), ("dhcp.default_fw_rules", "0")],
        unbound,
    );
    assert_eq!(
        notices(&few),
        [
            "dnsmasq gives 100 leases at most, and the ranges have 251 addresses: raise \"DHCP max leases\" (Services > Dnsmasq DNS & DHCP > General)",
            "dnsmasq makes no firewall rules of its own here: let UDP 67 in on LAN (lan) yourself (Firewall > Rules)",
            "dnsmasq makes no firewall rules of its own here: let UDP 67 in on MACHINES (opt1) yourself (Firewall > Rules)",
        ]
    );
}

#[test]
fn settings_that_are_not_there_are_not_worded_and_those_unread_are_asked_for() {
    let mut plain = reading();
    plain.found.clear();
    let has_settings =
        |reading: &Reading| worded(reading).objects.iter().any(|object| object.kind.is_settings());
    assert!(!has_settings(&plain), "a plain dnsmasq has none");
    plain.facts.unread.insert(Kind::DnsmasqSettings, "no privilege".into());
    assert!(has_settings(&plain), "so that the plan says what can't be read");
}

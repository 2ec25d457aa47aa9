//! What stands in the way of balanced ports.

use gateway::{Found, Kind, Reading, Service, ServiceState, Wanted, Wish, wording};

use crate::site::{SITE, conflicts, found, notices, placed, reading, wish};

fn balanced(listen: &str, port: u16, reach: &str) -> String {
    let servers = "[{ name = 'a', ip = '10.10.0.20' }]";
    format!("[[balancer]]\nname = 'web'\nlisten = '{listen}'\nport = {port}\nservers = {servers}\n{reach}\n")
}

fn worded(text: &str, reading: &Reading) -> Wanted {
    wording::balancers(&SITE, &Wish::from_toml(text).unwrap().balancers, reading)
}

fn beside(foreign: Found) -> Reading {
    let mut reading = reading();
    reading.found.push(foreign);
    reading
}

const LAN: &str = "inside = 'lan'";

#[test]
fn the_gateway_owns_the_address() {
    let wanted = worded(&balanced("192.168.1.99", 443, LAN), &reading());
    assert_eq!(
        conflicts(&wanted),
        [
            "frontend web: 192.168.1.99 is no address of the gateway: add 192.168.1.99 as an IP alias (Interfaces > Virtual IPs \
          > Settings), or listen on one of 192.168.1.1 (the address of LAN (lan)), 10.10.0.1 (the address of MACHINES \
          (opt1)), 203.0.113.2 (the address of WAN (wan)), 192.168.1.10 (a virtual address on LAN) and 192.168.1.11 (a \
          virtual address on LAN)"
        ]
    );
    let mut unknown = reading();
    unknown.facts.interfaces.clear();
    unknown.facts.addresses.clear();
    let wanted = worded(&balanced("192.168.1.99", 443, LAN), &unknown);
    assert_eq!(
        notices(&wanted),
        ["The gateway's addresses are not known: whether it owns those that are balanced shows when applied"]
    );
}

#[test]
fn the_gateways_own_web_page_is_seen_beforehand() {
    let remedy = "give the web page another TCP port and switch its HTTP redirect off, or let it listen on other interfaces \
                  only (System > Settings > Administration)";
    for (listen, port, everywhere, expected) in [
        ("192.168.1.1", 443, false, Some("port 443 of 192.168.1.1 itself, for the web page")),
        ("192.168.1.1", 80, false, Some("port 80 of 192.168.1.1 itself, for the web page's redirect")),
        ("192.168.1.1", 8443, false, None),
        ("192.168.1.11", 443, false, None),
        ("192.168.1.11", 443, true, Some("port 443 of all addresses itself, for the web page")),
    ] {
        let mut reading = reading();
        if everywhere {
            reading.facts.web_page.iter_mut().for_each(|page| page.addresses.clear());
        }
        let wanted = worded(&balanced(listen, port, LAN), &reading);
        let expected =
            expected.map(|words| format!("frontend web: the gateway listens on {words}: {remedy}"));
        assert_eq!(conflicts(&wanted), expected.into_iter().collect::<Vec<_>>(), "{listen}:{port}");
    }
}

#[test]
fn a_foreign_frontend_on_the_same_place_is_seen() {
    for (bind, meets) in [
        ("192.168.1.11:443", true),
        ("10.0.0.1:80,192.168.1.11:443", true),
        ("*:443", true),
        ("0.0.0.0:443", true),
        ("[::]:443", true),
        ("192.168.1.11:400-500", true),
        ("shop.example:443", true),
        ("192.168.1.10:443", false),
        ("192.168.1.11:8443", false),
        ("192.168.1.11:500-600", false),
        ("[fd00::1]:443", false),
        ("quic4@192.168.1.11:443", false),
        ("unix@socket", false),
        ("", false),
    ] {
        let theirs = found(Kind::Frontend, 1, &[("enabled", "1"), ("name", "shop"), ("bind", bind)]);
        let said = conflicts(&worded(&balanced("192.168.1.11", 443, LAN), &beside(theirs.clone())));
        let expected = "frontend web: the frontend \"shop\" listens on 192.168.1.11:443 already, and is not Muster's: delete \
                        it or give it another address (Services > HAProxy > Settings > Virtual Services > Public Services), or listen elsewhere";
        assert_eq!(said, vec![expected; usize::from(meets)], "{bind}");
        let mut off = theirs;
        off.fields.insert("enabled".into(), "0".into());
        assert!(conflicts(&worded(&balanced("192.168.1.11", 443, LAN), &beside(off))).is_empty());
    }
}

#[test]
fn haproxy_s_file_has_each_name_once() {
    let ours = wording::balancers(&SITE, &wish().balancers, &reading());
    let mut names: Vec<_> = ours.objects.iter().filter_map(|object| object.fields.get("name")).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "a frontend and its backend, too");
    for kind in [Kind::Server, Kind::Backend, Kind::Frontend, Kind::HealthCheck] {
        let theirs = found(kind, 1, &[("name", "muster-1a2b3c4d-backend-web")]);
        let said = conflicts(&worded(&balanced("192.168.1.11", 443, LAN), &beside(theirs)));
        assert_eq!(said.len(), 1, "{kind}");
        let words = "\"muster-1a2b3c4d-backend-web\" has the name and is not the one that Muster made: delete or rename it";
        assert!(said[0].starts_with("backend web: the ") && said[0].contains(words), "{said:?}");
    }
}

#[test]
fn a_missing_plugin_is_said_once() {
    let mut reading = reading();
    reading.services.insert(Service::Haproxy, ServiceState::Absent);
    let wanted = worded(&balanced("192.168.1.11", 443, LAN), &reading);
    assert_eq!(
        conflicts(&wanted),
        [
            "haproxy-settings: HAProxy's plugin is not installed: install os-haproxy (System > Firmware > Plugins)"
        ]
    );
    assert!(wanted.objects.is_empty());
    assert_eq!(worded("", &reading), Wanted::default());
}

fn rule(interface: &str, fields: &[(&str, &str)]) -> Found {
    let mut rule = found(
        Kind::PassRule,
        1,
        &[
            ("enabled", "1"),
            ("action", "pass"),
            ("interface", interface),
            ("direction", "in"),
            ("ipprotocol", "inet"),
            ("protocol", "any"),
            ("source_net", "any"),
            ("destination_net", "any"),
            ("destination_port", ""),
            ("description", "old rule"),
        ],
    );
    rule.fields.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    rule
}

/// With a rule beside, and aliases that it may name.
fn aliased(rule: Found) -> Reading {
    let mut reading = beside(rule);
    reading.facts.aliases.insert("each_other".to_owned(), vec!["each_other".to_owned(); 4096]);
    for (name, entries) in [
        ("load_balancers", vec!["10.0.0.9", "nested"]),
        ("nested", vec!["192.168.1.8-192.168.1.12"]),
        ("all_but_it", vec!["192.168.1.0/24", "!192.168.1.10"]),
        ("round_about", vec!["round_about", "192.168.1.10"]),
        ("endless", vec!["endless"]),
        ("named", vec!["api.example"]),
        ("cluster_ports", vec!["6443", "22000:23000"]),
        ("web_ports", vec!["80", "443"]),
    ] {
        let entries = entries.into_iter().map(str::to_owned).collect();
        reading.facts.aliases.insert(name.to_owned(), entries);
    }
    reading
}

#[test]
fn what_only_the_gateway_knows_of_an_alias_is_said_as_such() {
    for (field, alias) in [
        ("destination_net", "countries"),
        ("destination_net", "named"),
        ("destination_net", "endless"),
        ("destination_net", "each_other"),
        ("destination_port", "each_other"),
        ("destination_port", "countries"),
    ] {
        let reading = aliased(rule("wan", &[(field, alias)]));
        let wanted = worded(&balanced("192.168.1.10", 22623, LAN), &reading);
        assert_eq!(conflicts(&wanted), [] as [&str; 0], "{alias}");
        let said = notices(&wanted);
        let may = "the firewall rule \"old rule\" may by an alias that only the gateway knows let machines on WAN (wan) reach";
        assert!(said.len() == 1 && said[0].starts_with(may), "{alias}: {said:?}");
    }
}

#[test]
fn machine_configurations_are_for_the_inside_only() {
    let text = balanced("192.168.1.10", 22623, LAN);
    let name = "rule web";
    let everybody = format!(
        "{name}: the firewall rule \"old rule\" lets everybody reach 192.168.1.10:22623, which hands out credentials: narrow \
         it (Firewall > Rules)"
    );
    let some = |on: &str| {
        format!(
            "the firewall rule \"old rule\" lets machines on {on} reach 192.168.1.10:22623, which hands out the cluster's \
             credentials: narrow it (Firewall > Rules)"
        )
    };
    for (theirs, conflict, notice) in [
        (rule("wan", &[]), true, None),
        (rule("", &[]), true, None),
        (rule("lan", &[("interfacenot", "1")]), true, None),
        (
            rule("wan", &[("destination_net", "192.168.1.0/24"), ("destination_port", "22000-23000")]),
            true,
            None,
        ),
        (rule("wan", &[("destination_net", "(self)"), ("protocol", "TCP/UDP")]), true, None),
        (rule("wan", &[("destination_net", "lan"), ("protocol", "TCP")]), true, None),
        (rule("wan", &[("destination_net", "10.0.0.0/8"), ("destination_not", "1")]), true, None),
        (rule("wan", &[("source_net", "198.51.100.0/24")]), false, Some("WAN (wan)")),
        (rule("opt1", &[]), false, Some("MACHINES (opt1)")),
        (rule("lan", &[]), false, None),
        (rule("wan", &[("action", "block")]), false, None),
        (rule("wan", &[("enabled", "0")]), false, None),
        (rule("wan", &[("direction", "out")]), false, None),
        (rule("wan", &[("ipprotocol", "inet6")]), false, None),
        (rule("wan", &[("protocol", "UDP")]), false, None),
        (rule("wan", &[("destination_port", "443")]), false, None),
        (rule("wan", &[("destination_port", "https")]), false, None),
        (rule("wan", &[("destination_net", "lanip")]), false, None),
        (rule("wan", &[("destination_net", "load_balancers")]), true, None),
        (rule("wan", &[("destination_net", "all_but_it")]), false, None),
        (rule("wan", &[("destination_net", "round_about")]), true, None),
        (rule("wan", &[("destination_port", "cluster_ports")]), true, None),
        (rule("wan", &[("destination_port", "web_ports")]), false, None),
        (rule("wan", &[("destination_net", "__lan_network")]), true, None),
        (rule("wan", &[("destination_net", "fd00::/8")]), false, None),
        (rule("", &[("source_net", "198.51.100.0/24")]), false, Some("all interfaces")),
    ] {
        let wanted = worded(&text, &aliased(theirs.clone()));
        let expected: Vec<_> = conflict.then(|| everybody.clone()).into_iter().collect();
        assert_eq!(conflicts(&wanted), expected, "{theirs:?}");
        let expected: Vec<_> = notice.map(some).into_iter().collect();
        assert_eq!(notices(&wanted), expected, "{theirs:?}");
        assert!(
            conflicts(&worded(&balanced("192.168.1.10", 6443, LAN), &aliased(theirs))).is_empty(),
            "another port"
        );
    }
    let outside = conflicts(&worded(&balanced("192.168.1.10", 22623, "inside = ['lan', 'wan']"), &reading()));
    assert_eq!(
        outside,
        [format!(
            "{name}: 192.168.1.10:22623 hands out the cluster's credentials, and would be reached from outside: let only the \
             interfaces of the cluster's machines reach it"
        )]
    );
}

#[test]
fn a_second_way_outside_is_outside() {
    let mut reading = beside(rule("opt1", &[]));
    reading.facts.interfaces[1].outside = true;
    let said = conflicts(&worded(&balanced("192.168.1.10", 22623, LAN), &reading));
    assert!(said.len() == 1 && said[0].contains("lets everybody reach 192.168.1.10:22623"), "{said:?}");
    let said = conflicts(&worded(&balanced("192.168.1.10", 22623, "inside = ['lan', 'opt1']"), &reading));
    assert!(said.len() == 1 && said[0].contains("would be reached from outside"), "{said:?}");
}

#[test]
fn an_interface_that_reaches_it_is_there() {
    assert_eq!(
        conflicts(&worded(&balanced("192.168.1.11", 443, "inside = ['lan', 'opt9']"), &reading())),
        ["rule web: the gateway has no interface opt9: name one of LAN (lan), MACHINES (opt1) and WAN (wan)"]
    );
}

#[test]
fn a_rule_that_blocks_before_ours_is_said_and_one_after_is_not() {
    let text = balanced("192.168.1.11", 443, LAN);
    let block = rule("lan", &[("action", "block")]);
    let said = "the firewall rule \"old rule\" blocks TCP to 192.168.1.11 before Muster's rule lets it pass: move Muster's \
                above it (Firewall > Rules)";
    let blocked = |reading: &Reading| {
        notices(&worded(&text, reading)).iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(blocked(&beside(block.clone())), [said]);
    let mut after = placed(&reading(), &worded(&text, &reading()));
    after.found.push(block);
    assert_eq!(blocked(&after), [] as [&str; 0]);
    for other in [
        rule("opt1", &[("action", "block")]),
        rule("lan", &[("action", "block"), ("source_net", "10.0.0.0/8")]),
        rule("lan", &[("action", "reject"), ("destination_port", "22")]),
    ] {
        assert_eq!(blocked(&beside(other.clone())), [] as [&str; 0], "{other:?}");
    }
}

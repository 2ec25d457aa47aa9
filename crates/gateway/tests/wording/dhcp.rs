//! What stands in the way of addresses and network boot.

use gateway::{Found, Kind, Reading, Service, Wanted, Wish, wording};

use crate::site::{SITE, conflicts, found, notices, placed, reading, wish};

fn worded(reading: &Reading) -> Wanted {
    wording::dhcp(&SITE, &wish().dhcp, reading)
}

/// With these foreign objects beside the usual ones.
fn beside(foreign: impl IntoIterator<Item = Found>) -> Reading {
    let mut reading = reading();
    reading.found.extend(foreign);
    reading
}

fn of(text: &str, reading: &Reading) -> Wanted {
    wording::dhcp(&SITE, &Wish::from_toml(text).unwrap().dhcp, reading)
}

const NETWORK: &str = "[[network]]\ninterface = 'lan'\n";

#[test]
fn foreign_ranges_stay_or_stand_in_the_way() {
    let range = |interface: &str, first: &str, last: &str, mode: &str| {
        let fields = [("interface", interface), ("start_addr", first), ("end_addr", last), ("mode", mode)];
        found(Kind::Range, 1, &fields)
    };
    let mine = format!("{NETWORK}range = '192.168.1.100-192.168.1.199'");
    let overlaps = ["range lan: the range \"192.168.1.150 192.168.1.250\" on LAN (lan) overlaps with \
                     192.168.1.100-192.168.1.199, and is not Muster's: delete it (Services > Dnsmasq DNS & DHCP > DHCP ranges), or \
                     leave the range out of the wish: it then stays as it is"];
    for (theirs, expected) in [
        (range("lan", "192.168.1.150", "192.168.1.250", ""), Some(overlaps)),
        (range("", "192.168.1.150", "192.168.1.250", ""), Some(overlaps)),
        (range("lan", "192.168.1.150", "192.168.1.250", "static"), None),
        (range("opt1", "192.168.1.150", "192.168.1.250", ""), None),
        (range("lan", "::1000", "::2000", ""), None),
    ] {
        let wanted = of(&mine, &beside([theirs.clone()]));
        assert_eq!(conflicts(&wanted), expected.map(Vec::from).unwrap_or_default(), "{theirs:?}");
        assert_eq!(notices(&wanted), [] as [&str; 0], "{theirs:?}");
    }
    let wanted = of(&mine, &beside([range("lan", "192.168.1.200", "192.168.1.250", "")]));
    assert_eq!(
        notices(&wanted),
        [
            "On LAN (lan) machines are given addresses of the range \"192.168.1.200 192.168.1.250\", too, which is not Muster's"
        ]
    );

    let none = of(NETWORK, &reading());
    assert_eq!(
        conflicts(&none),
        ["range lan: LAN (lan) has no range of addresses, and none is wished: name a range for it"]
    );
    let theirs = of(NETWORK, &beside([range("lan", "192.168.1.150", "192.168.1.250", "")]));
    assert_eq!(
        (conflicts(&theirs).len(), theirs.objects.iter().any(|object| object.kind == Kind::Range)),
        (0, false)
    );
    let only_known = of(NETWORK, &beside([range("lan", "192.168.1.0", "", "static")]));
    assert_eq!(
        notices(&only_known),
        ["On LAN (lan) only machines with a reservation are given an address: all ranges are static"]
    );
}

#[test]
fn a_range_fits_its_interface() {
    let ranged = |range: &str| conflicts(&of(&format!("{NETWORK}range = '{range}'"), &reading()));
    for (range, expected) in [
        (
            "192.168.2.1-192.168.2.9",
            "the range 192.168.2.1-192.168.2.9 is not within the network 192.168.1.0/24 of LAN (lan): choose a range \
             within 192.168.1.0/24",
        ),
        (
            "192.168.1.200-192.168.2.9",
            "the range 192.168.1.200-192.168.2.9 is not within the network 192.168.1.0/24 of LAN (lan): choose a range \
             within 192.168.1.0/24",
        ),
        (
            "192.168.1.200-192.168.1.255",
            "the range 192.168.1.200-192.168.1.255 has the first or last address of 192.168.1.0/24, which no machine can \
             have: leave it out",
        ),
        (
            "192.168.1.10-192.168.1.10",
            "the range 192.168.1.10-192.168.1.10 has 192.168.1.10, a virtual address on LAN: choose a range without it",
        ),
        (
            "192.168.1.1-192.168.1.9",
            "the range 192.168.1.1-192.168.1.9 has 192.168.1.1, the address of LAN (lan): choose a range without it",
        ),
    ] {
        assert_eq!(ranged(range), [format!("range lan: {expected}")], "{range}");
    }
    let over_muster = wish();
    let mut dhcp = over_muster.dhcp;
    dhcp.networks[0].range = Some("192.168.1.2-192.168.1.9".parse().unwrap());
    assert_eq!(
        conflicts(&wording::dhcp(&SITE, &dhcp, &reading())),
        [
            "range lan: the range 192.168.1.2-192.168.1.9 has Muster's own address 192.168.1.5: choose a range without it"
        ]
    );
}

#[test]
fn an_interface_is_there_has_an_address_and_serves() {
    let on = |key: &str, change: fn(&mut Reading)| {
        let mut reading = reading();
        change(&mut reading);
        of(&format!("[[network]]\ninterface = '{key}'\nrange = '192.168.1.100-192.168.1.110'"), &reading)
    };
    assert_eq!(
        conflicts(&on("opt9", |_| {})),
        [
            "range opt9: the gateway has no interface opt9: name one of LAN (lan), MACHINES (opt1) and WAN (wan)"
        ]
    );
    assert_eq!(
        conflicts(&on("lan", |reading| reading.facts.interfaces[0].networks.clear())),
        ["range lan: LAN (lan) has no IPv4 address: give it one (Interfaces > lan)"]
    );
    let down = on("lan", |reading| reading.facts.interfaces[0].up = false);
    assert_eq!(
        (conflicts(&down).len(), notices(&down)),
        (0, vec!["LAN (lan) is down: nobody is given an address there until its link is up"])
    );
    let unknown = on("lan", |reading| reading.facts.interfaces.clear());
    assert_eq!(
        notices(&unknown),
        ["The gateway's interfaces are not known: no range could be compared with its network"]
    );
    for (served, counts) in [(vec![], 1), (vec!["lan".to_owned()], 1), (vec!["opt1".to_owned()], 0)] {
        let mut reading = reading();
        reading.facts.other_dhcp.insert("Kea DHCPv4".into(), served);
        let wanted = of(&format!("{NETWORK}range = '192.168.1.100-192.168.1.110'"), &reading);
        let expected = "range lan: Kea DHCPv4 serves DHCP on LAN (lan), too: machines take whichever answers first: switch \
                        Kea DHCPv4 off there, and apply that";
        assert_eq!(conflicts(&wanted), vec![expected; counts]);
    }
}

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

#[test]
fn foreign_reservations_of_the_same_address_or_card_stand_in_the_way() {
    let host =
        |ip: &str, mac: &str| found(Kind::Reservation, 2, &[("host", "old"), ("ip", ip), ("hwaddr", mac)]);
    let name = |ip: &str, mac: &str| format!("the host \"old {ip} {mac}\", which is not Muster's,");
    let remedy =
        "delete it (Services > Dnsmasq DNS & DHCP > Hosts), or leave this reservation out of the wish";
    for (theirs, expected) in [
        (
            host("192.168.1.7", "52:54:00:00:00:01"),
            Some(format!("{} keeps 192.168.1.7: {remedy}", name("192.168.1.7", "52:54:00:00:00:01"))),
        ),
        (
            host("192.168.1.77", "52-54-00-AA-BB-08"),
            Some(format!(
                "{} has the card 52:54:00:aa:bb:08: {remedy}",
                name("192.168.1.77", "52-54-00-AA-BB-08")
            )),
        ),
        (
            host("192.168.1.7", "52:54:00:aa:bb:07"),
            Some(format!("{} keeps 192.168.1.7: {remedy}", name("192.168.1.7", "52:54:00:aa:bb:07"))),
        ),
        (host("192.168.1.77", "52:54:00:00:00:01"), None),
        (host("192.168.1.7", ""), None),
    ] {
        let wanted = worded(&beside([theirs.clone()]));
        let expected: Vec<_> =
            expected.into_iter().map(|words| format!("reservation nas: {words}")).collect();
        assert_eq!(conflicts(&wanted), expected, "{theirs:?}");
    }
}

#[test]
fn a_reservation_is_in_a_network_of_the_gateway() {
    let kept = |ip: &str| {
        let text = format!(
            "{NETWORK}range = '192.168.1.100-192.168.1.110'\n[[reservation]]\nname = 'a'\nip = '{ip}'\nmac = '52:54:00:00:00:01'"
        );
        of(&text, &reading())
    };
    for (ip, expected) in [
        (
            "172.16.0.9",
            "172.16.0.9 is in no network of the gateway: give the machine an address of the network that it is in",
        ),
        ("192.168.1.10", "192.168.1.10 is a virtual address on LAN: give the machine another address"),
        (
            "192.168.1.255",
            "192.168.1.255 is the first or last address of 192.168.1.0/24, which no machine can have: give the machine \
             another address",
        ),
    ] {
        assert_eq!(conflicts(&kept(ip)), [format!("reservation a: {expected}")], "{ip}");
    }
    let elsewhere = kept("10.10.0.9");
    assert_eq!(
        notices(&elsewhere),
        [
            "1 of the addresses to be kept are in the network of MACHINES (opt1), which the wish does not name: they count \
          only if dnsmasq has a range there"
        ]
    );
}

#[test]
fn foreign_boot_entries_count_by_their_place_and_whom_they_are_for() {
    let ours = worded(&reading());
    let boot = |tag: &str, interface: &str| {
        found(Kind::Boot, 3, &[("filename", "pxelinux.0"), ("tag", tag), ("interface", interface)])
    };
    let (class, single) = ("00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b");
    let sets = [
        found(
            Kind::DhcpOption,
            4,
            &[("type", "match"), ("option", "93"), ("value", "7"), ("set_tag", class)],
        ),
        found(Kind::Reservation, 5, &[("host", "x"), ("hwaddr", "52:54:00:00:00:99"), ("set_tag", single)]),
    ];
    let remedy =
        "delete it, or give it a tag that only its machines have (Services > Dnsmasq DNS & DHCP > DHCP boot)";
    for (theirs, whom) in [
        (boot("", ""), Some("every machine")),
        (boot("", "lan"), Some("every machine")),
        (boot(class, ""), Some("machines by their request")),
        (boot("", "opt7"), None),
        (boot(single, ""), None),
        (boot(&format!("{class},{single}"), ""), None),
    ] {
        let mut before = beside(sets.clone());
        before.found.push(theirs.clone());
        let after = {
            let mut after = placed(&beside(sets.clone()), &ours);
            after.found.push(theirs.clone());
            after
        };
        let (before, after) = (worded(&before), worded(&after));
        let expected = |words: fn(&str) -> String| whom.map(words).into_iter().collect::<Vec<_>>();
        assert_eq!(
            notices(&before),
            expected(|whom| format!(
                "the boot entry \"pxelinux.0\" is for {whom}, and no longer counts for those that Muster's entries fit: \
                 they come after it"
            )),
            "{theirs:?}"
        );
        let said: Vec<_> = whom
            .map(|whom| {
                format!(
                    "boot: the boot entry \"pxelinux.0\" comes after Muster's and is for {whom}: dnsmasq takes the last \
                     that fits: {remedy}"
                )
            })
            .into_iter()
            .collect();
        assert_eq!((conflicts(&before).len(), conflicts(&after)), (0, said), "{theirs:?}");
    }
}

#[test]
fn foreign_options_that_tell_another_file_stand_in_the_way() {
    let option = |code: &str, kind: &str, interface: &str| {
        found(
            Kind::DhcpOption,
            6,
            &[("type", kind), ("option", code), ("value", "10.0.0.9"), ("interface", interface)],
        )
    };
    for (theirs, counts) in [
        (option("66", "set", ""), 1),
        (option("67", "set", "opt1"), 1),
        (option("67", "set", "opt7"), 0),
        (option("66", "match", ""), 0),
        (option("42", "set", ""), 0),
    ] {
        let wanted = worded(&beside([theirs.clone()]));
        let expected = format!(
            "boot: the DHCP option \"{} 10.0.0.9\" tells every machine another server or file to boot: delete it (Services > Dnsmasq DNS & DHCP > DHCP options)",
            theirs.field("option")
        );
        assert_eq!(conflicts(&wanted), vec![expected; counts], "{theirs:?}");
    }
    let domain = [("type", "set"), ("option", "15"), ("value", "old.example"), ("interface", "lan")];
    assert_eq!(
        conflicts(&worded(&beside([found(Kind::DhcpOption, 7, &domain)]))),
        [
            "option 15 lan: the DHCP option \"15 old.example\" tells LAN (lan) another domain: delete it (Services > Dnsmasq DNS & DHCP > \
          DHCP options), or leave the domain out of the wish"
        ]
    );
}

#[test]
fn tags_are_one_of_a_kind_among_all_servers_and_a_foreign_bios_is_no_matter() {
    assert_eq!(conflicts(&worded(&beside([found(Kind::Tag, 8, &[("tag", "bios")])]))), [] as [&str; 0]);
    let other = gateway::SiteId(uuid::Uuid::from_u128(0x9999_9999 << 96));
    let theirs = wording::dhcp(&other, &wish().dhcp, &reading());
    let tags = |wanted: &Wanted| -> Vec<String> {
        let tags = wanted.objects.iter().filter(|object| object.kind == Kind::Tag);
        tags.map(|object| object.fields["tag"].clone()).collect()
    };
    assert!(tags(&theirs).iter().all(|tag| !tags(&worded(&reading())).contains(tag)));
    for tag in tags(&theirs) {
        assert!(tag.bytes().all(|b| b.is_ascii_alphanumeric()), "{tag}");
    }
    let stolen = found(Kind::Tag, 9, &[("tag", "muster1a2b3c4defi64")]);
    assert_eq!(
        conflicts(&worded(&beside([stolen]))),
        [
            "muster1a2b3c4defi64: the tag \"muster1a2b3c4defi64\" has the name and is not the one that Muster made: delete it, \
          with what refers to it (Services > Dnsmasq DNS & DHCP > DHCP tags)"
        ]
    );
}

#[test]
fn what_is_ours_stays_ours_when_somebody_edits_its_description_and_a_copy_is_not() {
    let mut edited = placed(&reading(), &worded(&reading()));
    for found in &mut edited.found {
        found.fields.remove("description");
        found.fields.remove("descr");
    }
    assert_eq!(conflicts(&worded(&edited)), [] as [&str; 0]);

    let mut copied = placed(&reading(), &worded(&reading()));
    let range = copied.of(Kind::Range).next().unwrap().clone();
    copied.found.push(Found { id: Some(uuid::Uuid::from_u128(1)), ..range });
    assert_eq!(conflicts(&worded(&copied)).len(), 1);
}

#[test]
fn network_boot_wants_a_network() {
    let mut dhcp = wish().dhcp;
    dhcp.networks.clear();
    dhcp.reservations.clear();
    assert_eq!(
        conflicts(&wording::dhcp(&SITE, &dhcp, &reading())),
        ["boot: no network is wished whose machines would boot: name the interface of one, as [[network]]"]
    );
    assert_eq!(wording::dhcp(&SITE, &gateway::wish::Dhcp::default(), &reading()), Wanted::default());
}

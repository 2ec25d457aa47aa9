use super::*;

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
fn where_there_are_no_pages_the_file_is_named() {
    let mut reading = beside([
        found(
            Kind::Range,
            1,
            &[("interface", "lan"), ("start_addr", "192.168.1.9"), ("end_addr", "192.168.1.99")],
        ),
        found(Kind::Boot, 2, &[("filename", "theirs.efi")]),
        found(Kind::DhcpOption, 3, &[("type", "set"), ("option", "67"), ("value", "theirs.efi")]),
        found(
            Kind::Reservation,
            4,
            &[("host", "old"), ("ip", "192.168.1.7"), ("hwaddr", "52:54:00:00:00:01")],
        ),
        found(Kind::Tag, 5, &[("tag", "muster1a2b3c4dbios")]),
    ]);
    let file = "/etc/dnsmasq.d/muster.conf";
    reading.facts.file = Some(file.into());
    reading.facts.interfaces[1].networks.clear();
    reading.facts.dns_by = Some(Service::Dnsmasq);
    let mut wish = wish();
    wish.dhcp.networks[0].range = Some("192.168.1.50-192.168.1.60".parse().unwrap());
    let wanted = crate::site::all(&Wish { balancers: Vec::new(), ..wish }, &reading);
    let said =
        [conflicts(&wanted), notices(&wanted).into_iter().map(str::to_owned).collect()].concat().join("\n");
    assert!(!said.contains(" > "), "a page of OPNsense's is named:\n{said}");
    assert!(said.matches(file).count() >= 4, "{said}");
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

use super::*;

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

/// The numbers of option 93 that a site may have a loader for, each in a class of its own.
const CLIENTS: [(u16, &str); 11] = [
    (0, "file = 'undionly.kpxe'"),
    (6, "file = 'snponly-i386.efi'"),
    (7, "file = 'snponly.efi'"),
    (9, "file = 'ipxe.efi'"),
    (10, "file = 'snponly-arm32.efi'"),
    (11, "file = 'snponly-arm64.efi'"),
    (15, "url = 'http://192.168.1.5:8080/boot/ipxe/snponly-i386.efi'"),
    (16, "url = 'http://192.168.1.5:8080/boot/ipxe/snponly.efi'"),
    (17, "url = 'http://192.168.1.5:8080/boot/ipxe/ebc.efi'"),
    (18, "url = 'http://192.168.1.5:8080/boot/ipxe/snponly-arm32.efi'"),
    (19, "url = 'http://192.168.1.5:8080/boot/ipxe/snponly-arm64.efi'"),
];

#[test]
fn each_client_architecture_has_its_tag_its_match_and_its_entry_and_ipxe_comes_last() {
    let classes: String =
        CLIENTS.map(|(code, loads)| format!("{{ class = 'c{code}', codes = [{code}], {loads} }},")).concat();
    let boot = "[boot]\nserver = '192.168.1.5'\nscript = 'http://192.168.1.5:8080/boot/boot.ipxe'\n";
    let wanted = of(
        &format!("{NETWORK}range = '192.168.1.100-192.168.1.199'\n{boot}firmware = [{classes}]"),
        &reading(),
    );
    assert_eq!(conflicts(&wanted), [] as [&str; 0]);
    let with = |kind: Kind, pairs: &[(&str, &str)]| -> Vec<&gateway::Object> {
        let of_kind = wanted.objects.iter().filter(|object| object.kind == kind);
        of_kind
            .filter(|object| {
                pairs.iter().all(|(name, value)| object.fields.get(*name).is_some_and(|is| is == value))
            })
            .collect()
    };
    for (code, loads) in CLIENTS {
        let tags = with(Kind::Tag, &[("tag", &format!("muster1a2b3c4dc{code}"))]);
        let [tag] = tags[..] else { panic!("{code}: {tags:?}") };
        let (tag, code) = (tag.id.unwrap().to_string(), code.to_string());
        let says = [("type", "match"), ("option", "93"), ("value", code.as_str()), ("set_tag", tag.as_str())];
        assert_eq!(with(Kind::DhcpOption, &says).len(), 1, "{code}");
        let file = loads.split('\'').nth(1).unwrap();
        assert_eq!(with(Kind::Boot, &[("tag", &tag), ("filename", file)]).len(), 1, "{code}");
        // HTTP Boot wants to be told in option 60 that it is meant.
        let told = with(Kind::DhcpOption, &[("type", "set"), ("option", "60"), ("tag", &tag)]);
        assert_eq!(told.len(), usize::from(loads.starts_with("url")), "{code}");
    }
    let entries = with(Kind::Boot, &[]);
    assert_eq!(entries.len(), CLIENTS.len() + 1);
    assert!(entries.last().unwrap().fields["filename"].ends_with("/boot/boot.ipxe"));
}

use super::*;
use crate::trail::Client;
use proptest::prelude::*;

const MAC: MacAddr = MacAddr::new([0x52, 0x54, 0, 0xaa, 0, 1]);

fn read(log: &str) -> Vec<Sighting> {
    let mut reader = Reader::default();
    let mut seen: Vec<Sighting> = log.lines().flat_map(|line| reader.line(line.as_bytes())).collect();
    seen.extend(reader.pause());
    seen
}

fn in_short(sighting: &Sighting) -> String {
    let told = match &sighting.told {
        Told::Discover => "discover".to_owned(),
        Told::Offer(address) => format!("offer {address}"),
        Told::Ack(address) => format!("ack {address}"),
        Told::Lease(address) => format!("lease {address}"),
        Told::Refused(reason) => format!("refused {reason}"),
    };
    let file = sighting.boot_file.as_deref().unwrap_or("-");
    format!("{:?} {:?} {told} {file}", sighting.client(), sighting.arch())
}

/// dnsmasq 2.90 with `log-dhcp`: a firmware that asks twice, iPXE, a running system.
#[test]
fn a_real_log_is_read() {
    let seen = read(include_str!("log-dhcp.txt"));
    assert!(seen.iter().all(|sighting| sighting.mac == MAC));
    assert_eq!(
        seen.iter().map(in_short).collect::<Vec<_>>(),
        [
            "Firmware Some(7) discover -",
            "Firmware Some(7) offer 10.98.0.52 snponly.efi",
            "Firmware Some(7) discover -",
            "Firmware Some(7) offer 10.98.0.52 snponly.efi",
            "Ipxe Some(7) discover -",
            "Ipxe Some(7) offer 10.98.0.52 http://10.98.0.1:8080/boot/boot.ipxe",
            "Ipxe Some(7) discover -",
            "Ipxe Some(7) offer 10.98.0.52 http://10.98.0.1:8080/boot/boot.ipxe",
            "Ipxe Some(7) ack 10.98.0.52 http://10.98.0.1:8080/boot/boot.ipxe",
            "System None discover -",
            "System None offer 10.98.0.52 -",
        ]
    );
    let offer = &seen[1];
    assert_eq!(offer.next_server.as_deref(), Some("10.98.0.1"));
    assert_eq!(offer.tags, ["efi64", "v0"]);
    assert_eq!(seen[4].user_class.as_deref(), Some("iPXE"));
}

/// It pings an address before it offers it, and its router advertisements go on meanwhile.
#[test]
fn what_a_request_said_is_not_forgotten_while_the_server_thinks() {
    let mut reader = Reader::default();
    for line in
        ["7 vendor class: PXEClient:Arch:00000:UNDI:002001", "7 user class: iPXE", "RTR-ADVERT(br0) fd99::"]
    {
        assert!(reader.line(format!("dnsmasq-dhcp[1]: {line}").as_bytes()).is_empty());
        assert!(reader.pause().is_empty());
    }
    for line in [
        "7 DHCPDISCOVER(br0) 52:54:00:aa:00:01 ",
        "RTR-SOLICIT(br0) 52:54:00:aa:00:01",
        "7 DHCPOFFER(br0) 10.0.0.5 52:54:00:aa:00:01 ",
    ] {
        assert!(reader.line(format!("dnsmasq-dhcp[1]: {line}").as_bytes()).is_empty());
    }
    let seen = reader.pause();
    assert_eq!(
        seen.iter().map(in_short).collect::<Vec<_>>(),
        ["Ipxe Some(0) discover -", "Ipxe Some(0) offer 10.0.0.5 -"]
    );
    assert!(reader.pause().is_empty());
}

#[test]
fn without_log_dhcp_there_are_bare_lines() {
    let seen = read(
        "dnsmasq-dhcp: DHCPDISCOVER(br0) 52:54:00:aa:00:01\n\
         dnsmasq-dhcp: DHCPOFFER(br0) 10.0.0.5 52:54:00:aa:00:01\n\
         dnsmasq-dhcp: DHCPREQUEST(br0) 10.0.0.5 52:54:00:aa:00:01\n\
         dnsmasq-dhcp: DHCPACK(br0) 10.0.0.5 52:54:00:aa:00:01 node1\n\
         dnsmasq-dhcp: DHCPNAK(br0) 10.0.0.9 52:54:00:aa:00:01 wrong network\n\
         dnsmasq-dhcp: DHCPDISCOVER(br0) 52:54:00:aa:00:01 no address available\n",
    );
    assert_eq!(
        seen.iter().map(in_short).collect::<Vec<_>>(),
        [
            "System None discover -",
            "System None offer 10.0.0.5 -",
            "System None ack 10.0.0.5 -",
            "System None refused wrong network -",
            "System None discover -",
            "System None refused no address available -",
        ]
    );
}

#[test]
fn a_file_in_the_header_of_the_answer_counts_like_one_in_its_options() {
    let seen = read(
        "dnsmasq-dhcp: 7 vendor class: PXEClient:Arch:00000:UNDI:002001\n\
         dnsmasq-dhcp: 7 DHCPREQUEST(br0) 10.0.0.5 52:54:00:aa:00:01\n\
         dnsmasq-dhcp: 7 tags: bios, br0\n\
         dnsmasq-dhcp: 7 DHCPACK(br0) 10.0.0.5 52:54:00:aa:00:01\n\
         dnsmasq-dhcp: 7 bootfile name: undionly.kpxe\n\
         dnsmasq-dhcp: 7 server name: 10.0.0.1\n\
         dnsmasq-dhcp: 7 next server: 10.0.0.1\n",
    );
    assert_eq!(
        seen.iter().map(in_short).collect::<Vec<_>>(),
        ["Firmware Some(0) ack 10.0.0.5 undionly.kpxe"]
    );
    assert_eq!(seen[0].next_server.as_deref(), Some("10.0.0.1"));
}

#[test]
fn a_lease_is_told_once_however_often_its_file_is_written() {
    let mut reader = Reader::default();
    let line = b"1795323276 52:54:00:aa:00:01 10.98.0.52 * 01:52:54:00:aa:00:01";
    assert_eq!(in_short(&reader.line(line)[0]), "System None lease 10.98.0.52 -");
    assert!(reader.line(line).is_empty());
    assert!(reader.line(b"duid 00:01:00:01:30").is_empty());
    let renewed = b"1795366476 52:54:00:aa:00:01 10.98.0.52 * 01:52:54:00:aa:00:01";
    assert_eq!(reader.line(renewed).len(), 1);
}

proptest! {
    /// Whatever is thrown between them, the lines of a whole exchange under its number are read; and no line makes more
    /// than two sightings, or one that is longer than a line.
    #[test]
    fn hostile_lines_spoil_nothing(noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20)) {
        let mut reader = Reader::default();
        for line in &noise {
            let seen = reader.line(line);
            prop_assert!(seen.len() <= 4);
        }
        reader.pause();
        let log = include_str!("log-dhcp.txt");
        let seen: usize = log.lines().map(|line| reader.line(line.as_bytes()).len()).sum::<usize>() + reader.pause().len();
        prop_assert_eq!(seen, 11);
    }

    #[test]
    fn what_a_machine_says_never_becomes_another_machines_step(class in "[ -~]{0,200}", name in "[ -~]{0,64}") {
        let log = format!(
            "dnsmasq-dhcp: 7 vendor class: {class}\ndnsmasq-dhcp: 7 client provides name: {name}\n\
             dnsmasq-dhcp: 7 DHCPACK(br0) 10.0.0.5 52:54:00:aa:00:01 {name}\n"
        );
        let seen = read(&log);
        prop_assert_eq!(seen.len(), 1);
        prop_assert_eq!(seen[0].mac, MAC);
        prop_assert_eq!(&seen[0].told, &Told::Ack("10.0.0.5".parse().unwrap()));
        prop_assert!(seen[0].client() != Client::Ipxe);
    }
}

use inventory::MacAddr;

use super::cause::Party;
use super::*;
use crate::dhcp::{Offer, Speaker};
use crate::http::HttpFault;
use crate::ipxe::{End, FileKind};
use crate::tftp::TftpFault;

const SERVER: std::net::Ipv4Addr = std::net::Ipv4Addr::new(10, 0, 0, 1);
const MUSTER: std::net::Ipv4Addr = std::net::Ipv4Addr::new(10, 0, 0, 5);

fn offer(file: &str) -> Offer {
    Offer {
        xid: 1,
        mac: MacAddr::new([2, 0, 0, 0, 0, 1]),
        server: SERVER,
        server_mac: MacAddr::new([2, 0, 0, 0, 0, 9]),
        address: Some([10, 0, 0, 50].into()),
        next_server: Some(MUSTER),
        server_name: "muster".to_owned(),
        file: file.to_owned(),
        vendor_class: String::new(),
        name_servers: Vec::new(),
    }
}

fn firmware(code: u16) -> Speaker {
    Speaker::Firmware(Firmware::by_code(code).unwrap())
}

fn ipxe(code: u16) -> Speaker {
    Speaker::Ipxe(Firmware::by_code(code).unwrap().ipxe().unwrap())
}

/// The cause's word, or what is aimed at.
fn aimed(speaker: Speaker, offers: &[Offer]) -> String {
    let seen = DhcpSeen { offers: offers.to_vec(), own_mac_answered: false };
    match aim(speaker, &seen) {
        Ok(Aim::Http { url }) => url,
        Ok(Aim::Tftp { server, file, .. }) => format!("{server}:{file}"),
        Err(fault) => fault.cause.word().to_owned(),
    }
}

#[test]
fn each_offer_leads_where_firmware_would_go() {
    let http = Offer { vendor_class: "HTTPClient".to_owned(), ..offer("http://10.0.0.5/snponly.efi") };
    let proxy =
        Offer { server: MUSTER, address: None, vendor_class: "PXEClient".to_owned(), ..offer("p.efi") };
    let script = "http://10.0.0.5:8080/boot/boot.ipxe";
    let cases: [(Speaker, Vec<Offer>, &str); 18] = [
        (firmware(7), vec![], "dhcp-silent"),
        (firmware(7), vec![offer("a.efi")], "10.0.0.5:a.efi"),
        (firmware(7), vec![offer("a.efi"), Offer { xid: 2, ..offer("a.efi") }], "10.0.0.5:a.efi"),
        (firmware(7), vec![offer("")], "no-boot-file"),
        (firmware(7), vec![Offer { next_server: None, ..offer("a.efi") }], "no-next-server"),
        (firmware(7), vec![offer("http://x/a.efi")], "url-for-tftp"),
        (firmware(7), vec![offer("a.efi"), offer("b.efi")], "unsteady-dhcp"),
        (firmware(7), vec![offer("a.efi"), Offer { server: MUSTER, ..offer("") }], "second-dhcp-server"),
        (firmware(7), vec![offer("a.efi"), Offer { server: MUSTER, ..offer("a.efi") }], "10.0.0.5:a.efi"),
        (firmware(7), vec![offer(""), proxy.clone()], "10.0.0.5:p.efi"),
        (firmware(7), vec![proxy], "no-address"),
        (firmware(16), vec![http.clone()], "http://10.0.0.5/snponly.efi"),
        (firmware(16), vec![Offer { vendor_class: String::new(), ..http }], "no-http-client"),
        (firmware(16), vec![offer("snponly.efi")], "no-url"),
        (ipxe(16), vec![offer(script)], script),
        (ipxe(16), vec![offer("tftp://10.0.0.5/boot.ipxe")], "10.0.0.5:boot.ipxe"),
        (ipxe(16), vec![offer("http://10.0.0.5/ipxe.efi")], "loop"),
        (ipxe(0), vec![offer("undionly.kpxe")], "loop"),
    ];
    for (speaker, offers, expected) in cases {
        assert_eq!(aimed(speaker, &offers), expected, "{speaker:?} {offers:#?}");
    }
}

#[test]
fn a_second_server_is_named_with_its_card() {
    let other = Offer { server: MUSTER, server_mac: MacAddr::new([2, 0, 0, 0, 0, 0xaa]), ..offer("") };
    let seen = DhcpSeen { offers: vec![other, offer("a.efi")], own_mac_answered: false };
    let said = aim(firmware(0), &seen).unwrap_err().cause.to_string();
    for word in
        ["10.0.0.1 (02:00:00:00:00:09, names \"a.efi\")", "10.0.0.5 (02:00:00:00:00:aa, no boot file)"]
    {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn silence_that_is_only_for_strangers_is_told_from_silence() {
    let seen = DhcpSeen { offers: Vec::new(), own_mac_answered: true };
    assert_eq!(aim(firmware(0), &seen).unwrap_err().cause, Cause::DhcpFiltered);
}

#[test]
fn a_loader_must_be_a_program_for_that_firmware() {
    let aim = Aim::Tftp { server: MUSTER, file: "x".to_owned(), named: None };
    let judged = |code, bytes: &[u8]| {
        let judged = judge_loader(Firmware::by_code(code).unwrap(), &aim, &Ok(bytes.to_vec()));
        judged.err().map(|fault| fault.cause.word())
    };
    assert_eq!(judged(0, &[0xea, 1, 2]), None);
    assert_eq!(judged(7, &[0xea, 1, 2]), Some("wrong-program"));
    for text in [&b"#!ipxe\n"[..], b"<html>", b""] {
        assert_eq!(judged(0, text), Some("no-program"));
    }
}

#[test]
fn an_address_in_the_names_place_is_only_blamed_where_the_file_did_not_come() {
    let aim = Aim::Tftp { server: SERVER, file: "x".to_owned(), named: Some(MUSTER) };
    let judged = |fault| {
        judge_loader(Firmware::by_code(0).unwrap(), &aim, &Err(FileFault::Tftp(fault)))
            .unwrap_err()
            .cause
            .word()
    };
    assert_eq!(judged(TftpFault::Closed(SERVER)), "address-as-name");
    assert_eq!(judged(TftpFault::LargeBlocksLost(SERVER)), "mtu");
}

fn run(end: End, fetched: &[(FileKind, Option<HttpFault>)]) -> Result<(Reached, Vec<String>), Fault> {
    let fetched = fetched
        .iter()
        .map(|(what, fault)| Fetched { what: *what, url: "http://m/x".to_owned(), fault: fault.clone() })
        .collect();
    let echoes = vec!["Muster: because I say so".to_owned(), "bye".to_owned()];
    judge_run(&RunSeen { url: "http://m/boot.ipxe".to_owned(), fetched, end, echoes })
}

#[test]
fn a_run_is_judged_by_where_it_ends_and_what_was_missing() {
    let missing = || Some(HttpFault::Missing(404));
    let starts = || End::Starts("http://m/k".to_owned());
    let stops = || End::Stops { line: "x".to_owned(), why: "no".to_owned() };
    let (reached, notes) = run(starts(), &[(FileKind::Kernel, None)]).unwrap();
    assert_eq!(reached, Reached::Kernel { url: "http://m/k".to_owned() });
    assert_eq!(notes, ["Muster: because I say so"]);
    // A fall-back that worked is a word, no fault.
    assert_eq!(run(starts(), &[(FileKind::Script, missing())]).unwrap().1.len(), 2);
    assert_eq!(run(End::Disk, &[]).unwrap().0, Reached::LocalDisk);
    for (what, hop) in
        [(FileKind::Script, Hop::Script), (FileKind::Kernel, Hop::Kernel), (FileKind::Initrd, Hop::Initrd)]
    {
        for end in [End::Disk, stops()] {
            assert_eq!(run(end, &[(what, missing())]).unwrap_err().hop, hop);
        }
    }
    assert_eq!(run(stops(), &[]).unwrap_err().cause.word(), "script-stops");
}

/// One of each, so that none is without a remedy.
fn causes() -> Vec<Cause> {
    let party = || Box::new(Party::from(&offer("a")));
    let file = || "x".to_owned();
    let tftp = [
        TftpFault::NoHost(SERVER),
        TftpFault::Closed(SERVER),
        TftpFault::Silent(SERVER),
        TftpFault::Missing { server: SERVER, file: file(), said: file() },
        TftpFault::Refused { server: SERVER, file: file(), code: 2, said: file() },
        TftpFault::LargeBlocksLost(SERVER),
        TftpFault::Stalled { server: SERVER, file: file(), after_bytes: 1 },
        TftpFault::Cut { server: SERVER, file: file(), said_bytes: 2, came_bytes: 1 },
        TftpFault::TooLong { server: SERVER, file: file() },
        TftpFault::Local { server: SERVER, own: MUSTER, why: file() },
    ];
    let http = [
        HttpFault::NoUrl,
        HttpFault::Tls,
        HttpFault::NoName(file()),
        HttpFault::NoHost,
        HttpFault::Closed,
        HttpFault::Silent,
        HttpFault::Stalled { after_bytes: 1 },
        HttpFault::Cut { said_bytes: 2, came_bytes: 1 },
        HttpFault::Redirect { status: 302, location: file() },
        HttpFault::Missing(404),
        HttpFault::Status(500),
        HttpFault::NoHead(405),
        HttpFault::NoLength,
        HttpFault::TooLong,
        HttpFault::Broken(file()),
    ];
    let mut causes = vec![
        Cause::DhcpSilent,
        Cause::DhcpFiltered,
        Cause::OnlyProxy(SERVER),
        Cause::SecondServer { one: party(), other: party() },
        Cause::Unsteady { server: SERVER, one: file(), other: file() },
        Cause::NoBootFile(SERVER),
        Cause::NoNextServer { server: SERVER, file: file() },
        Cause::NoHttpClient(SERVER),
        Cause::NotAUrl(file()),
        Cause::UrlForTftp(file()),
        Cause::Loop(file()),
        Cause::AddressAsName { fault: TftpFault::Closed(SERVER), name: MUSTER },
        Cause::NoProgram { file: file(), is: "it is text" },
        Cause::Script { url: file(), why: file(), line: Default::default() },
    ];
    causes.extend(tftp.map(Cause::Tftp));
    causes.extend(http.map(|fault| Cause::Http { url: file(), fault }));
    causes
}

#[test]
fn every_fault_has_a_sentence_and_a_setting_that_mends_it() {
    let hops = [Hop::Dhcp, Hop::Tftp, Hop::Http, Hop::IpxeDhcp, Hop::Script, Hop::Kernel, Hop::Initrd];
    for firmware in Firmware::supported() {
        for cause in causes() {
            for hop in hops {
                let fault = Fault { hop, cause: cause.clone() };
                let Outcome::Fails { because, settings, cause, .. } =
                    Verdict::new(firmware, Err(fault)).outcome
                else {
                    panic!("a fault is a failure");
                };
                assert!(!because.is_empty() && !settings.is_empty(), "{hop} {cause}");
                assert!(settings.iter().all(|setting| !setting.set.is_empty()));
            }
        }
    }
}

#[test]
fn what_is_set_in_dhcp_is_said_for_both_places() {
    let dhcp = [
        Cause::DhcpSilent,
        Cause::NoBootFile(SERVER),
        Cause::Loop("x".to_owned()),
        Cause::NoHttpClient(SERVER),
    ];
    for cause in dhcp {
        let fault = Fault { hop: Hop::IpxeDhcp, cause };
        let settings = settings(Firmware::by_code(16).unwrap(), &fault);
        let places: Vec<Where> = settings.iter().map(|setting| setting.place).collect();
        assert!(places.contains(&Where::Dnsmasq) && places.contains(&Where::Opnsense), "{fault:?}");
    }
}

#[test]
fn a_firmware_without_a_binary_is_unsupported_whatever_was_seen() {
    let fault = Fault { hop: Hop::Dhcp, cause: Cause::DhcpSilent };
    let verdict = Verdict::new(Firmware::by_code(6).unwrap(), Err(fault));
    assert!(!verdict.fails() && matches!(verdict.outcome, Outcome::Unsupported { .. }));
}

#[test]
fn the_json_is_stable() {
    let fault = Fault { hop: Hop::Tftp, cause: Cause::Tftp(TftpFault::LargeBlocksLost(SERVER)) };
    let json = serde_json::to_value(Verdict::new(Firmware::by_code(0).unwrap(), Err(fault))).unwrap();
    assert_eq!(json["code"], 0);
    assert_eq!(
        (&json["verdict"], &json["hop"], &json["cause"]),
        (&"fails".into(), &"tftp".into(), &"mtu".into())
    );
    assert_eq!(json["settings"][0]["where"], "network");
    let reached = Reached::Kernel { url: "u".to_owned() };
    let json =
        serde_json::to_value(Verdict::new(Firmware::by_code(0).unwrap(), Ok((reached, vec![])))).unwrap();
    assert_eq!((&json["verdict"], &json["reached"]["kernel"]["url"]), (&"boots".into(), &"u".into()));
}

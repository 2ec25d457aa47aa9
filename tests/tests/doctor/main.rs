//! `muster doctor boot` on a site that works, and on one that is broken in one place at a time.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

mod site;

use std::net::Ipv4Addr;

use lab::{Deadline, Namespace, Process, Scratch};
use site::{DOCTOR, LOADERS, SUPPORTED, Site, WEB};

const BY_TFTP: &[u64] = &[0, 7, 9, 11];
const BY_HTTP: &[u64] = &[16, 19];

#[test]
fn on_a_site_that_works_every_firmware_boots() {
    let site = Site::new();
    let report = site.examine();
    report.expect(&[]);
    let unsupported = report.json["firmwares"].as_array().unwrap();
    let unsupported: Vec<_> = unsupported.iter().filter(|f| f["verdict"] == "unsupported").collect();
    assert_eq!(unsupported.len(), 42 - SUPPORTED.len());
    assert!(unsupported.iter().all(|firmware| !firmware["because"].as_str().unwrap().is_empty()));
    let servers = report.json["dhcp_servers"].as_array().unwrap();
    assert!(servers.len() == 1 && servers[0]["address"] == "10.99.0.1", "{servers:?}");
}

#[test]
fn musters_own_image_is_loaded_from_its_disk() {
    let site = Site::new();
    site.use_own_image();
    let report = site.examine();
    report.expect(&[]);
    assert!(report.kernel(7).unwrap().starts_with("http://10.99.0.1:8080/boot/"), "{:#}", report.json);
}

#[test]
fn no_lease_is_taken() {
    let site = Site::new();
    let dnsmasq = site.dnsmasq();
    site.examine_from(&site.doctor, "eth0", &[]).expect(&[]);
    assert!(dnsmasq.leases().unwrap().is_empty());
    assert!(!dnsmasq.process().log().text().contains("DHCPREQUEST"));
}

#[test]
fn a_dhcp_server_on_the_same_machine_is_heard_too() {
    let site = Site::new();
    let _dnsmasq = site.dnsmasq();
    let report = site.examine_from(&site.server, "br0", &[]);
    report.expect(&[]);
    assert!(
        report.json["notes"][0].as_str().unwrap().contains("runs a DHCP server itself"),
        "{:#}",
        report.json
    );
}

#[test]
fn a_silent_dhcp_server() {
    let site = Site::new();
    let report = site.examine_from(&site.doctor, "eth0", &[]);
    report.expect(&[(&SUPPORTED, "dhcp/dhcp-silent")]).mended_by(0, "dnsmasq", "dhcp-range=");
}

#[test]
fn a_dhcp_server_that_answers_known_machines_only() {
    let mut site = Site::new();
    let show = Process::run(
        "cat",
        site.doctor.command("cat").arg("/sys/class/net/eth0/address"),
        Deadline::seconds(10),
    );
    let mac = show.unwrap();
    site.options.extra_lines.push(format!("dhcp-host={},10.99.0.77", mac.trim()));
    site.options.extra_lines.push("dhcp-ignore=tag:!known".to_owned());
    site.examine().expect(&[(&SUPPORTED, "dhcp/dhcp-filtered")]).mended_by(
        7,
        "dnsmasq",
        "dhcp-ignore=tag:!known",
    );
}

#[test]
fn no_boot_file_at_all() {
    let mut site = Site::new();
    site.remove("dhcp-boot=");
    site.examine()
        .expect(&[(&SUPPORTED, "dhcp/no-boot-file")])
        .mended_by(7, "dnsmasq", "dhcp-boot=tag:efi64,snponly.efi,muster,MUSTER")
        .mended_by(0, "opnsense", "filename undionly.kpxe");
}

#[test]
fn an_architecture_that_was_forgotten() {
    let mut site = Site::new();
    site.remove("option:client-arch,9");
    site.examine().expect(&[(&[9], "dhcp/no-boot-file")]).mended_by(9, "dnsmasq", "client-arch,9");
}

#[test]
fn without_the_rule_for_ipxe_it_loads_itself_for_ever() {
    let mut site = Site::new();
    site.remove("set:ipxe,175");
    site.examine()
        .expect(&[(&SUPPORTED, "ipxe-dhcp/loop")])
        .because(7, &["snponly.efi", "for ever"])
        .mended_by(7, "dnsmasq", "dhcp-match=set:ipxe,175")
        .mended_by(7, "opnsense", "must be the last");
}

#[test]
fn ipxes_line_before_the_others_is_the_same_loop() {
    let mut site = Site::new();
    let at = site.options.boot_lines.iter().position(|line| line.contains("tag:ipxe,http")).unwrap();
    let line = site.options.boot_lines.remove(at);
    site.options.boot_lines.insert(0, line);
    site.examine().expect(&[(&SUPPORTED, "ipxe-dhcp/loop")]);
}

#[test]
fn a_next_server_that_no_machine_has() {
    let mut site = Site::new();
    site.replace("10.99.0.1,10.99.0.1", "muster,10.99.0.250");
    site.examine().expect(&[(BY_TFTP, "tftp/no-host")]).because(0, &["10.99.0.250"]).mended_by(
        0,
        "dnsmasq",
        "fourth field",
    );
}

#[test]
fn a_next_server_without_tftp() {
    let mut site = Site::new();
    site.server.ip(&["address", "add", "10.99.0.3/24", "dev", "br0"]).unwrap();
    site.replace("10.99.0.1,10.99.0.1", "muster,10.99.0.3");
    site.examine()
        .expect(&[(BY_TFTP, "tftp/port-closed")])
        .because(7, &["10.99.0.3", "no TFTP server"])
        .mended_by(7, "muster", "--tftp-listen");
}

#[test]
fn an_address_where_the_servers_name_belongs() {
    let mut site = Site::new();
    // As OPNsense writes it when only an address is entered; dnsmasq then names itself.
    site.server.ip(&["address", "add", "10.99.0.3/24", "dev", "br0"]).unwrap();
    site.replace("10.99.0.1,10.99.0.1", "10.99.0.1,10.99.0.3");
    site.examine().expect(&[(BY_TFTP, "tftp/address-as-name")]).mended_by(7, "opnsense", "a servername too");
}

#[test]
fn a_firewall_before_tftp() {
    let site = Site::new();
    site.server.ip(&["rule", "add", "ipproto", "udp", "to", &DOCTOR.to_string(), "blackhole"]).unwrap();
    site.examine().expect(&[(BY_TFTP, "tftp/no-answer")]).mended_by(0, "network", "UDP 69");
}

#[test]
fn a_loader_that_is_not_there() {
    let site = Site::new();
    std::fs::remove_file(site.loaders.join("undionly.kpxe")).unwrap();
    site.examine()
        .expect(&[(&[0], "tftp/missing-file")])
        .because(0, &["undionly.kpxe", "10.99.0.1"])
        .mended_by(0, "muster", "put undionly.kpxe into --tftp-dir");
}

#[test]
fn a_bios_that_is_given_a_uefi_program() {
    let mut site = Site::new();
    site.replace("tag:bios,undionly.kpxe", "tag:bios,snponly.efi");
    site.examine()
        .expect(&[(&[0], "tftp/wrong-program")])
        .because(0, &["a UEFI program for x86-64", "a BIOS program"])
        .mended_by(0, "dnsmasq", "undionly.kpxe");
}

/// Another dnsmasq, on a machine of its own.
fn second_dnsmasq(site: &Site, lines: &[String], ready: &str) -> (Namespace, Process, Scratch) {
    let (place, _) = site.server.add_neighbour(Ipv4Addr::new(10, 99, 0, 9)).unwrap();
    let folder = Scratch::new().unwrap();
    let mut command = place.command("dnsmasq");
    command.args(["--keep-in-foreground", "--log-facility=-", "--port=0", "--interface=eth0", "--no-ping"]);
    command.args(["--conf-file=/dev/null", "--user=root", "--group=root", "--dhcp-authoritative"]);
    command.arg(format!("--dhcp-leasefile={}", folder.path().join("leases").display()));
    command.arg(format!("--pid-file={}", folder.path().join("pid").display()));
    command.args(lines.iter().map(|line| format!("--{line}")));
    let process = Process::spawn("the second dnsmasq", &command).unwrap();
    process.wait_for_line(ready, Deadline::seconds(20)).unwrap();
    (place, process, folder)
}

#[test]
fn a_proxy_dhcp_server_beside_one_that_gives_addresses_only() {
    let mut site = Site::new();
    let mut lines = std::mem::take(&mut site.options.boot_lines);
    // HTTP Boot is no matter of ProxyDHCP on dnsmasq.
    lines.retain(|line| !line.contains("http64") && !line.contains("httparm64"));
    lines.push("dhcp-range=10.99.0.0,proxy".to_owned());
    // Without a service dnsmasq keeps silent in this mode.
    for (architecture, file) in [("x86PC", "undionly.kpxe"), ("BC_EFI", "snponly.efi")] {
        lines.push(format!("pxe-service=tag:!ipxe,{architecture},iPXE,{file},10.99.0.1"));
    }
    let (_place, proxy, _folder) = second_dnsmasq(&site, &lines, "DHCP, proxy");
    let dnsmasq = site.dnsmasq();
    let report = site.examine_from(&site.doctor, "eth0", &["--arch", "0,7"]);
    for code in [0, 7] {
        assert!(report.kernel(code).is_some(), "{:#}\n{}", report.json, proxy.log().tail(60));
    }
    drop(dnsmasq);
}

#[test]
fn a_second_dhcp_server() {
    let site = Site::new();
    let range = "dhcp-range=10.99.0.200,10.99.0.210,1h".to_owned();
    let (stranger, _second, _folder) = second_dnsmasq(&site, &[range], "DHCP, IP range");
    let mac = Process::run(
        "cat",
        stranger.command("cat").arg("/sys/class/net/eth0/address"),
        Deadline::seconds(10),
    );
    site.examine()
        .expect(&[(&SUPPORTED, "dhcp/second-dhcp-server")])
        .because(7, &["10.99.0.1", "10.99.0.9", mac.unwrap().trim(), "no boot file"])
        .mended_by(7, "network", "switch one of the two off");
}

#[test]
fn a_script_that_has_moved() {
    let mut site = Site::new();
    site.replace("http://10.99.0.1:8080/boot/boot.ipxe", &format!("{WEB}/moved.ipxe"));
    site.examine()
        .expect(&[(&SUPPORTED, "script/redirect")])
        .because(11, &["302", "http://10.99.0.1:8080/boot/boot.ipxe"])
        .mended_by(11, "dnsmasq", "dhcp-boot=tag:ipxe,");
}

#[test]
fn a_script_that_is_not_there() {
    let mut site = Site::new();
    site.replace("/boot/boot.ipxe", "/boot/bot.ipxe");
    site.examine()
        .expect(&[(&SUPPORTED, "script/missing-file")])
        .because(0, &["/boot/bot.ipxe", "404"])
        .mended_by(0, "opnsense", "/boot/boot.ipxe");
}

#[test]
fn a_firewall_before_http() {
    let site = Site::new();
    site.server.ip(&["rule", "add", "ipproto", "tcp", "sport", "8080", "blackhole"]).unwrap();
    // Whoever loads by HTTP does not even get to iPXE.
    site.examine()
        .expect(&[(BY_TFTP, "script/no-answer"), (BY_HTTP, "http/no-answer")])
        .mended_by(0, "network", "TCP to this port")
        .mended_by(16, "network", "TCP to this port");
}

#[test]
fn a_link_that_takes_no_full_packets() {
    let site = Site::new();
    // In this order: a bridge that was not told otherwise takes its smallest plug's MTU, and then its machine knows of it.
    site.server.ip(&["link", "set", &site.plug, "mtu", "1300"]).unwrap();
    site.server.ip(&["link", "set", "br0", "mtu", "1500", "gso_max_segs", "1"]).unwrap();
    site.examine()
        .expect(&[(BY_TFTP, "tftp/mtu"), (BY_HTTP, "http/stalled")])
        .mended_by(0, "network", "MTU 1500")
        .mended_by(16, "network", "MTU 1500");
}

#[test]
fn http_boot_whose_mark_is_not_sent_back() {
    let mut site = Site::new();
    site.remove("HTTPClient");
    site.examine().expect(&[(BY_HTTP, "dhcp/no-http-client")]).mended_by(
        16,
        "dnsmasq",
        "dhcp-option-force=tag:http64,60,HTTPClient",
    );
}

#[test]
fn http_boot_that_is_given_a_file_name() {
    let mut site = Site::new();
    site.replace(&format!("{LOADERS}/snponly.efi"), "snponly.efi");
    site.examine().expect(&[(&[16], "dhcp/no-url")]);
}

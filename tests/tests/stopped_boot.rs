//! A boot that stops at a broken hop is explained, is mended, and is followed all the while: over a new start of the server.

use lab::{Deadline, Dnsmasq, DnsmasqOptions, Firmware, Machine, MachineSpec, Muster, Namespace, Scratch};
use muster_tests::programs;

const MAC: &str = "52:54:00:00:00:07";
const BOOT: u64 = 300;

#[test]
fn a_wrong_url_in_dhcp_is_named_and_mended_while_somebody_looks_on() {
    let programs = programs().unwrap();
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    // Nobody has this address.
    let wrong = DnsmasqOptions::new("http://10.99.0.77:8080/boot/boot.ipxe");
    let dnsmasq = Dnsmasq::start(&namespace, &wrong).unwrap();
    let log = |dnsmasq: &Dnsmasq| format!("dhcp_log = {:?}\n", dnsmasq.log_file());
    let muster = Muster::start(&namespace, &programs, folder.path(), &log(&dnsmasq)).unwrap();
    let follower = muster.spawn(&["host", "trail", MAC, "--follow"]).unwrap();
    let spec = || MachineSpec::furnished("lost", Firmware::Bios, MAC, "CZ1007");
    let mut machine = Machine::plug_in(spec(), &namespace).unwrap();
    machine.power_on().unwrap();
    let told = |what: &str| {
        follower.wait_for_line(what, Deadline::seconds(BOOT)).unwrap_or_else(|error| {
            panic!(
                "{error:#}\nconsole:\n{}\ndnsmasq:\n{}",
                machine.console().tail(40),
                dnsmasq.process().log().tail(60)
            )
        })
    };
    told("has the address");
    let stopped = told("stopped: iPXE was told to load http://10.99.0.77:8080/boot/boot.ipxe");
    assert!(stopped.contains("did not ask this server"), "{stopped}");
    told("The URL leads elsewhere");
    let boots = muster.json(&["boot", "trails"]).unwrap();
    assert_eq!(
        (boots[0]["attempt"]["mac"].as_str(), boots[0]["host"].is_null()),
        (Some(MAC), true),
        "{boots:#}"
    );
    assert_eq!(boots[0]["attempt"]["standing"]["hop"], "chain", "{boots:#}");

    machine.power_off_hard();
    drop(muster);
    drop(dnsmasq);
    let dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new(&Muster::boot_url())).unwrap();
    let muster = Muster::start(&namespace, &programs, folder.path(), &log(&dnsmasq)).unwrap();
    machine.power_on().unwrap();
    // No discovery image is chosen: its way ends at its own disk.
    follower.wait_for_line("done: It was sent to its own disk", Deadline::seconds(BOOT)).unwrap_or_else(
        |error| {
            panic!(
                "{error:#}\nfollower:\n{}\nmuster:\n{}",
                follower.log().text(),
                muster.process().log().tail(40)
            )
        },
    );
    let printed = follower.log().text();
    let mut steps: Vec<&str> = printed.lines().filter(|line| line.starts_with("  +")).collect();
    let count = steps.len();
    assert!(printed.contains("trying again") && count >= 8, "{printed}");
    // Each boot has one heading. Switched on again quickly enough, the machine's question is taken for a retry of the first.
    let headings = printed.lines().filter(|line| line.ends_with(MAC)).count();
    assert!(matches!(headings, 1 | 2), "{printed}");
    let in_database = muster.json(&["host", "trail", MAC]).unwrap();
    let stored: usize =
        in_database.as_array().unwrap().iter().map(|boot| boot["steps"].as_array().unwrap().len()).sum();
    steps.dedup();
    assert_eq!(count, stored, "{printed}\n{in_database:#}");
}

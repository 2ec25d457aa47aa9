//! The firewall is set up by one command, and machines boot; then it is taken back.
#![expect(clippy::unwrap_used, reason = "a test may")]

use lab::{Deadline, Firmware, Machine, MachineSpec, Muster, Namespace, Scratch};
use muster_tests::opnsense::OpnSense;
use muster_tests::programs;

/// Emulated machines, beside other tests.
const PATIENCE: u64 = 600;

/// Boots a machine until it has its own script: there is no discovery system, and so it is told that.
fn boots(namespace: &Namespace, firmware: Firmware, mac: &str, opnsense: &OpnSense) {
    let mut machine = Machine::plug_in(MachineSpec::new("machine", firmware, mac), namespace).unwrap();
    machine.power_on().unwrap();
    machine.wait_for_console("run muster image use", Deadline::seconds(PATIENCE)).unwrap_or_else(|error| {
        let log = opnsense.process().log().tail(60);
        panic!("{error:#}\n{}\nOPNsense:\n{log}", machine.console().tail(60))
    });
}

#[test]
fn one_command_sets_the_firewall_up_and_another_takes_it_back() {
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let opnsense = OpnSense::start(&namespace).unwrap();
    let before = opnsense.dnsmasq_conf().unwrap_or_default();
    let muster = Muster::start(&namespace, &programs().unwrap(), folder.path(), "").unwrap();

    let add =
        ["gateway", "add", "opnsense", &opnsense.url, "--fingerprint", &opnsense.pin, "--key-file", "-"];
    let what = ["--interface", "lan", "--classes", "bios,efi64,http64", "--yes"];
    let said = muster.run_with_input(&[&add[..], &what].concat(), &opnsense.credential).unwrap();
    println!("{said}");
    // The doctor has played what was set up, on the wire.
    for firmware in ["BIOS", "UEFI x86-64", "UEFI HTTP x86-64"] {
        let line = said.lines().find(|line| line.contains(firmware) && line.contains("boots"));
        assert!(line.is_some(), "the doctor does not say that {firmware} boots:\n{said}");
    }
    let conf = opnsense.dnsmasq_conf().unwrap();
    let last = conf.lines().rfind(|line| line.starts_with("dhcp-boot=")).unwrap();
    assert!(last.contains(&Muster::boot_url()), "the last entry is not iPXE's:\n{conf}");

    boots(&namespace, Firmware::Bios, "52:54:00:00:00:51", &opnsense);
    boots(&namespace, Firmware::Uefi, "52:54:00:00:00:52", &opnsense);

    let plan = muster.json(&["gateway", "plan", "opnsense"]).unwrap();
    assert_eq!(plan.get("changes").unwrap().as_array().unwrap().len(), 0, "{plan:#}");

    let taken_back = muster.run(&["gateway", "rollback", "opnsense", "--yes"]).unwrap();
    println!("{taken_back}");
    let after = opnsense.dnsmasq_conf().unwrap();
    assert!(!after.contains("dhcp-boot="), "{after}");
    if !before.is_empty() {
        assert_eq!(after, before);
    }
}

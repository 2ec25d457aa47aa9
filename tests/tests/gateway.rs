//! The firewall is set up by one command, and machines boot; then it is taken back. And a server that is killed in the middle.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::time::Duration;

use fake_opnsense::{FakeOpnSense, Trouble, When};
use lab::{Deadline, Firmware, Machine, MachineSpec, Muster, Namespace, Process, Scratch};
use muster_tests::{opnsense, programs};

/// Emulated machines, beside other tests.
const PATIENCE: u64 = 600;

/// Sets the firewall up, as an operator does without a terminal.
fn set_up(muster: &Muster, fake: &FakeOpnSense) -> anyhow::Result<String> {
    let (url, pin) = (fake.url(), fake.fingerprint());
    let add = ["gateway", "add", "opnsense", &url, "--fingerprint", &pin, "--key-file", "-"];
    let what = ["--interface", "lan", "--classes", "bios,efi64,http64", "--yes"];
    muster.run_with_input(&[&add[..], &what].concat(), &opnsense::credential())
}

/// Boots a machine until it has its own script: there is no discovery system, and so it is told that.
fn boots(namespace: &Namespace, firmware: Firmware, mac: &str, fake: &FakeOpnSense) {
    let mut machine = Machine::plug_in(MachineSpec::new("machine", firmware, mac), namespace).unwrap();
    machine.power_on().unwrap();
    machine.wait_for_console("run muster image use", Deadline::seconds(PATIENCE)).unwrap_or_else(|error| {
        panic!("{error:#}\n{}\ndnsmasq.conf:\n{}", machine.console().tail(60), fake.dnsmasq_file())
    });
}

/// The changes that a plan has now.
fn changes(muster: &Muster) -> Vec<serde_json::Value> {
    let plan = muster.json(&["gateway", "plan", "opnsense"]).unwrap();
    plan.get("changes").unwrap().as_array().unwrap().clone()
}

#[test]
fn one_command_sets_the_firewall_up_and_another_takes_it_back() {
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let fake = opnsense::start(&namespace).unwrap();
    let before = fake.config();
    let muster = Muster::start(&namespace, &programs().unwrap(), folder.path(), "").unwrap();

    let said = set_up(&muster, &fake).unwrap();
    println!("{said}");
    // The doctor has played what was set up, on the wire.
    for firmware in ["BIOS", "UEFI x86-64", "UEFI HTTP x86-64"] {
        let line = said.lines().find(|line| line.contains(firmware) && line.contains("boots"));
        assert!(line.is_some(), "the doctor does not say that {firmware} boots:\n{said}");
    }
    let conf = fake.dnsmasq_file();
    let last = conf.lines().rfind(|line| line.starts_with("dhcp-boot=")).unwrap();
    assert!(last.contains(&Muster::boot_url()), "the last entry is not iPXE's:\n{conf}");

    boots(&namespace, Firmware::Bios, "52:54:00:00:00:51", &fake);
    boots(&namespace, Firmware::Uefi, "52:54:00:00:00:52", &fake);

    assert_eq!(changes(&muster), Vec::<serde_json::Value>::new());
    let taken_back = muster.run(&["gateway", "rollback", "opnsense", "--yes"]).unwrap();
    println!("{taken_back}");
    assert_eq!(fake.config(), before, "not all is as it was");
    assert!(!fake.dnsmasq_file().contains("dhcp-boot="));
}

#[test]
fn a_server_that_is_killed_in_the_middle_says_so_and_a_second_apply_heals_it() {
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let fake = opnsense::start(&namespace).unwrap();
    fake.human("anna", |desk| {
        let answer = desk.post("dnsmasq/settings/addTag", &serde_json::json!({"tag": {"tag": "printers"}}));
        assert_eq!(answer.0, 200);
    });
    let before = fake.config();
    let programs = programs().unwrap();
    let muster = Muster::start(&namespace, &programs, folder.path(), "").unwrap();

    // The sixth object is saved, and the answer to it never comes.
    fake.forget_requests();
    fake.trouble(When::writing().nth(6).once(), Trouble::HangAfter);
    let (url, pin) = (fake.url(), fake.fingerprint());
    let key = folder.path().join("key");
    std::fs::write(&key, opnsense::credential()).unwrap();
    let add = ["gateway", "add", "opnsense", &url, "--fingerprint", &pin, "--interface", "lan", "--yes"];
    let adding: Process = muster.spawn(&[&add[..], &["--key-file", key.to_str().unwrap()]].concat()).unwrap();
    let deadline = Deadline::seconds(60).asking_every(Duration::from_millis(20));
    deadline.wait_for("the sixth write", || Ok((fake.writes().len() == 6).then_some(()))).unwrap();
    muster.process().kill();
    muster.process().wait_for_exit(Deadline::seconds(10)).unwrap();
    assert!(!adding.wait_for_exit(Deadline::seconds(60)).unwrap().success());
    drop(muster);
    fake.heal();

    let muster = Muster::start(&namespace, &programs, folder.path(), "").unwrap();
    let shown = muster.run(&["gateway", "show", "opnsense"]).unwrap();
    assert!(shown.contains("interrupted"), "{shown}");
    let left = changes(&muster);
    assert!(!left.is_empty());
    let applied = muster.run(&["gateway", "apply", "opnsense", "--yes"]).unwrap();
    println!("{shown}\n{applied}");
    assert_eq!(changes(&muster), Vec::<serde_json::Value>::new());
    let conf = fake.dnsmasq_file();
    assert_eq!(conf.matches("boot.ipxe").count(), 1, "{conf}");

    muster.run(&["gateway", "remove", "opnsense", "--yes"]).unwrap();
    assert_eq!(fake.config(), before, "not all is as it was");
}

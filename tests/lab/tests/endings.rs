//! A whole site that is ended in the middle: asked to, or killed outright.

#![expect(clippy::unwrap_used, reason = "in a test it is the way to fail")]

use std::path::PathBuf;
use std::process::Command;

use lab::interrupt::{self, Interrupted};
use lab::{
    Deadline, Dnsmasq, DnsmasqOptions, Firmware, Machine, MachineSpec, Namespace, Ntfy, Process, packages,
};
use rustix::process::Signal;

#[test]
#[ignore = "no test: the site that the others start and end"]
fn site_to_be_ended() {
    packages::require(packages::LAB).unwrap();
    interrupt::catch().unwrap();
    let namespace = Namespace::new().unwrap();
    let _dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new("http://10.99.0.1:8080/")).unwrap();
    let _ntfy = Ntfy::start(&namespace, namespace.address()).unwrap();
    let spec = MachineSpec::new("machine", Firmware::Bios, "52:54:00:00:00:01");
    let mut machine = Machine::plug_in(spec, &namespace).unwrap();
    machine.power_on().unwrap();
    println!("site {} is up", namespace.name());
    let error = machine.wait_for_console("what no machine says", Deadline::seconds(1000)).unwrap_err();
    assert!(error.is::<Interrupted>(), "{error:#}");
}

/// The running site and its namespace's name.
fn site() -> (Process, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "site_to_be_ended", "--ignored", "--nocapture"]);
    let site = Process::spawn("site", &command).unwrap();
    let line = site.wait_for_line(" is up", Deadline::seconds(120)).unwrap();
    let name = line.split_whitespace().find(|word| word.starts_with("muster-")).unwrap();
    // QEMU was only just started: it enters the namespace a moment later.
    Deadline::seconds(20)
        .wait_for("dnsmasq, ntfy and QEMU in the namespace", || {
            Ok((programs_in(name).len() == 3).then_some(()))
        })
        .unwrap();
    (site, name.to_owned())
}

fn programs_in(namespace: &str) -> Vec<String> {
    let output = Command::new("ip").args(["netns", "pids", namespace]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).split_whitespace().map(str::to_owned).collect()
}

fn file_of(namespace: &str) -> PathBuf {
    PathBuf::from("/run/netns").join(namespace)
}

#[test]
fn a_site_that_is_asked_to_end_leaves_nothing() {
    let (site, namespace) = site();
    let folders = lab::cache::root().join("run");
    site.signal(Signal::TERM);
    let status = site.wait_for_exit(Deadline::seconds(60)).unwrap();
    assert!(status.success(), "{}", site.log().text());
    assert!(!file_of(&namespace).exists());
    let owner = namespace.rsplit_once('-').unwrap().0;
    let left = std::fs::read_dir(folders).unwrap().flatten();
    let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with(owner));
    assert_eq!(left.count(), 0);
}

#[test]
fn a_site_that_is_killed_takes_its_programs_with_it_and_the_next_one_sweeps_up() {
    let (site, namespace) = site();
    let programs = programs_in(&namespace);
    // Only the site itself: its programs have groups of their own.
    site.kill();
    Deadline::seconds(20)
        .wait_for("the end of all programs", || {
            Ok(programs.iter().all(|pid| !PathBuf::from("/proc").join(pid).exists()).then_some(()))
        })
        .unwrap();
    let _next = Namespace::new().unwrap();
    assert!(!file_of(&namespace).exists());
}

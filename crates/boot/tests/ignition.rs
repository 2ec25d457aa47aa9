//! The Ignition document: valid for every edition, nothing in it that knows a disk, its units and scripts sound.

use std::process::Command;

use ignition_config::{Config, v3_2};
use proptest::prelude::*;
use serde_json::Value;

use crate::kickstart::{Given, KEY};
use crate::{golden_file, shell};

fn given() -> Given {
    Given::new("http://10.99.0.1:8080", [0xab; 32])
}

fn parsed(document: &str) -> v3_2::Config {
    match Config::parse_str(document).unwrap() {
        (Config::V3_2(config), warnings) if warnings.is_empty() => config,
        other => panic!("{other:?}"),
    }
}

/// What a file with `data:` contents holds.
fn content(document: &str, path: &str) -> String {
    let files = parsed(document).storage.unwrap().files.unwrap();
    let file = files.into_iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
    let source = file.contents.unwrap().source.unwrap();
    let escaped = source.strip_prefix("data:,").unwrap_or_else(|| panic!("{source}"));
    let mut bytes = Vec::new();
    let mut rest = escaped.bytes();
    while let Some(byte) = rest.next() {
        let hex: Vec<u8> = if byte == b'%' { rest.by_ref().take(2).collect() } else { Vec::new() };
        bytes.extend(if hex.is_empty() { vec![byte] } else { hex::decode(hex).unwrap() });
    }
    String::from_utf8(bytes).unwrap()
}

fn unit(document: &str, name: &str) -> String {
    let units = parsed(document).systemd.unwrap().units.unwrap();
    let unit = units.into_iter().find(|unit| unit.name == name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(unit.enabled, Some(true));
    unit.contents.unwrap()
}

#[test]
fn the_document_is_as_it_is_meant() {
    let given = given();
    golden_file::same("discovery.ign", &given.ignition(0).replace(given.ticket.reveal(), "TICKET"));
    let script = content(&given.ignition(0), "/usr/local/bin/muster-console");
    golden_file::same("muster-console.sh", &script);
}

#[test]
fn every_edition_of_ignition_reads_it_to_its_end() {
    // The document names the oldest; one that a node's installer asks for may be any.
    for edition in ["3.1.0", "3.2.0", "3.3.0", "3.4.0", "3.5.0", "3.6.0"] {
        for agent in [0, 1] {
            let mut document: Value = serde_json::from_str(&given().ignition(agent)).unwrap();
            document["ignition"]["version"] = edition.into();
            let (_, warnings) = Config::parse_str(&document.to_string()).unwrap();
            assert!(warnings.is_empty(), "{edition}: {warnings:?}");
        }
    }
}

#[test]
fn the_agent_is_the_one_that_was_promised_or_none() {
    let given = given();
    for (agent, arch, byte) in [(0, "x86_64", "ab"), (1, "aarch64", "cd")] {
        let files = parsed(&given.ignition(agent)).storage.unwrap().files.unwrap();
        let file = files.iter().find(|file| file.path == "/usr/local/bin/muster-agent").unwrap();
        let contents = file.contents.clone().unwrap();
        let url = format!("http://10.99.0.1:8080/boot/agent/{arch}/muster-agent?mac=52-54-00-aa-bb-01");
        assert_eq!((contents.source, file.mode), (Some(url), Some(0o755)));
        assert_eq!(contents.verification.unwrap().hash, Some(format!("sha256-{}", byte.repeat(32))));
    }
}

#[test]
fn secrets_are_in_one_file_that_root_alone_can_read() {
    let given = given();
    let document = given.ignition(0);
    let ticket = given.ticket.reveal();
    assert_eq!(document.matches(ticket).count(), 1);
    let settings = content(&document, "/etc/muster-agent/agent.env");
    assert!(settings.lines().any(|line| line == format!("MUSTER_TICKET='{ticket}'")), "{settings}");
    let files = parsed(&document).storage.unwrap().files.unwrap();
    let file = files.iter().find(|file| file.path == "/etc/muster-agent/agent.env").unwrap();
    assert_eq!(file.mode, Some(0o600));
    let users = parsed(&document).passwd.unwrap().users.unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!((users[0].name.as_str(), &users[0].password_hash), ("core", &None));
    assert_eq!(users[0].ssh_authorized_keys, Some(vec![KEY.to_owned()]));
}

#[test]
fn nothing_in_it_knows_a_disk() {
    let document: Value = serde_json::from_str(&given().ignition(0)).unwrap();
    let keys = |path: &str| -> Vec<String> {
        document.pointer(path).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    // A list of what may be there: no disks, filesystems, luks, raid, kernelArguments, nor what comes to be invented.
    assert_eq!(keys(""), ["ignition", "passwd", "storage", "systemd"]);
    assert_eq!(keys("/ignition"), ["version"]);
    assert_eq!(keys("/storage"), ["files"]);
    assert_eq!(keys("/systemd"), ["units"]);
    let text = document.to_string();
    for word in [
        "/dev/sd",
        "/dev/nvme",
        "/dev/disk",
        "coreos-installer",
        "coreos.inst",
        "mkfs",
        "wipefs",
        "sgdisk",
        "mdadm%20--",
    ] {
        assert!(!text.contains(word), "{word}");
    }
    for file in document["storage"]["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        assert!(path.starts_with("/etc/") || path.starts_with("/usr/local/bin/muster-"), "{path}");
    }
}

#[test]
fn no_array_and_no_volume_is_assembled() {
    let document = given().ignition(0);
    assert_eq!(content(&document, "/etc/mdadm.conf"), "AUTO -all\n");
    assert!(content(&document, "/etc/lvm/lvmlocal.conf").contains("auto_activation_volume_list = []"));
}

#[test]
fn people_at_the_machine_see_the_server() {
    let document = given().ignition(0);
    assert!(content(&document, "/etc/issue.d/40_muster.issue").contains("https://10.99.0.1:8443"));
    let script = content(&document, "/usr/local/bin/muster-console");
    assert!(script.contains("the server is https://10.99.0.1:8443"), "{script}");
    assert!(
        content(&document, "/etc/systemd/journald.conf.d/40-muster.conf").contains("ForwardToConsole=yes")
    );
    shell::check("muster-console", &script);
}

#[test]
fn systemd_finds_no_fault_with_the_units() {
    let document = given().ignition(0);
    let dir = tempfile::tempdir().unwrap();
    let names = ["muster-agent.service", "muster-console.service"];
    for name in names {
        // The programs come with Ignition: some that are there stand in.
        let unit = unit(&document, name).replace("/usr/local/bin/muster-agent ", "/bin/true ");
        let unit = unit.replace("/usr/local/bin/muster-console", "/bin/true");
        std::fs::write(dir.path().join(name), unit).unwrap();
    }
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--man=no"]).args(names.map(|name| dir.path().join(name)));
    let output = verify.output().unwrap_or_else(|error| panic!("systemd-analyze: {error}"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !said.contains("muster-"), "{said}");
}

proptest! {
    #[test]
    fn no_name_of_a_key_breaks_it(comment in "[ -~]{0,60}") {
        let mut given = given();
        if let Ok(key) = format!("{} {comment}", KEY.rsplit_once(' ').unwrap().0).parse() {
            given.ssh_key = key;
            let users = parsed(&given.ignition(0)).passwd.unwrap().users.unwrap();
            prop_assert_eq!(users[0].ssh_authorized_keys.clone(), Some(vec![given.ssh_key.to_string()]));
        }
    }
}

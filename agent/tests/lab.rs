//! The collectors on captures of the lab's own machines (`report --dump`): disks of every kind, cards and a switch, a server
//! with NUMA, a TPM and a BMC. Unlike the fixtures these travel with the repository. `MUSTER_WRITE_GOLDEN=1` writes the
//! golden files anew.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::Path;
use std::process::Command;

use muster_agent::collect::Collectors;
use muster_agent::root::Root;

fn is_told_as_ever(machine: &str) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let folder = tempfile::tempdir().unwrap();
    let archive = tests.join(format!("lab/{machine}.tar.gz"));
    let status = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(status.success());
    let sections = Collectors::new(Root::at(folder.path().to_owned())).all();
    let told = serde_json::to_string_pretty(&sections).unwrap() + "\n";
    let golden = tests.join(format!("golden/lab-{machine}.json"));
    if std::env::var_os("MUSTER_WRITE_GOLDEN").is_some() {
        std::fs::write(&golden, &told).unwrap();
    }
    let expected = std::fs::read_to_string(golden).unwrap();
    let differing =
        told.lines().zip(expected.lines()).enumerate().find(|(_, (found, wanted))| found != wanted);
    assert_eq!(differing, None, "MUSTER_WRITE_GOLDEN=1 writes it anew");
    assert_eq!(told.len(), expected.len());
}

#[test]
fn disks_of_every_kind() {
    is_told_as_ever("storage");
}

#[test]
fn cards_bonds_and_the_switch() {
    is_told_as_ever("network");
}

#[test]
fn a_server_with_everything() {
    is_told_as_ever("platform");
}

//! The collectors on a captured machine: QEMU with most things that a collector can stumble over.
//!
//! The tree lies outside the repository. Where it is not there the test says so and passes, unless `MUSTER_FIXTURES`
//! promises that it is. `MUSTER_WRITE_GOLDEN=1` writes the golden file anew.
#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

#[path = "support/fixture.rs"]
mod fixture;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use inventory::sections::{Disk, Nic, Transport};
use inventory::{Limits, ManualClock, Report, Section, Sections, Timestamp};
use muster_agent::collect::Collectors;
use muster_agent::report::Reporter;
use muster_agent::root::Root;
use muster_agent::sample::Sampler;
use muster_agent::start::Start;

/// The tree, unpacked; `None` where the fixtures are not there.
fn zoo() -> Option<PathBuf> {
    fixture::unpacked("qemu-zoo/zoo-a.tar.gz")
}

fn report(root: &Path) -> Report {
    let root = Root::at(root.to_owned());
    let start = Arc::new(Start::new(&root).unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(1)));
    Reporter { collectors: Collectors::new(root), start, clock }.all()
}

fn data<T>(section: &Section<T>) -> &T {
    match section {
        Section::Ok { data } => data,
        Section::Partial { warnings, .. } => panic!("{warnings:?}"),
        Section::Failed { reason } => panic!("{reason}"),
        Section::Untold => panic!("not collected"),
    }
}

#[test]
fn the_whole_report_is_the_golden_one_each_time() {
    let Some(zoo) = zoo() else { return };
    let json = |sections: &Sections| serde_json::to_string_pretty(sections).unwrap() + "\n";
    let first = json(&report(&zoo).sections);
    assert_eq!(first, json(&report(&zoo).sections));
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/zoo-a.json");
    if std::env::var_os("MUSTER_WRITE_GOLDEN").is_some() {
        std::fs::write(&golden, &first).unwrap();
    }
    let expected = std::fs::read_to_string(golden).unwrap();
    // The first line that differs says more than two whole reports.
    let differing =
        first.lines().zip(expected.lines()).enumerate().find(|(_, (found, wanted))| found != wanted);
    assert_eq!(differing, None, "MUSTER_WRITE_GOLDEN=1 writes it anew");
    assert_eq!(first.len(), expected.len());
}

#[test]
fn the_server_takes_the_report_and_the_sample() {
    let Some(zoo) = zoo() else { return };
    let report = report(&zoo);
    let read: Report = inventory::parse(&serde_json::to_vec(&report).unwrap(), Limits::REPORT).unwrap();
    assert_eq!(read, report);

    let root = Root::at(zoo);
    let start = Arc::new(Start::new(&root).unwrap());
    let sample = Sampler::new(root, start, Arc::new(ManualClock::at(Timestamp(1)))).sample();
    let read: inventory::Sample =
        inventory::parse(&serde_json::to_vec(&sample).unwrap(), Limits::SMALL).unwrap();
    assert_eq!((read.uptime_secs, read.temperatures.len(), read.warnings.len()), (Some(21), 4, 0));
}

#[test]
fn disks_are_told_from_what_stands_beside_them() {
    let Some(zoo) = zoo() else { return };
    let report = report(&zoo);
    let disks = data(&report.sections.disks);
    let names: Vec<&str> = disks.iter().map(|disk| disk.name.as_str()).collect();
    // Without the hidden NVMe paths and the empty DVD drive.
    assert_eq!(names, ["nvme0n1", "nvme2n1", "sda", "sdb", "sdc", "sdd", "sde", "sdf", "sdg", "vda"]);
    let disk = |name: &str| -> &Disk { disks.iter().find(|disk| disk.name == name).unwrap() };
    assert!(
        disks[..8]
            .iter()
            .all(|disk| disk.size_bytes.is_some_and(|size| size == 256 << 20 || size == 64 << 20))
    );
    assert_eq!(disk("nvme0n1").serial.as_deref(), Some("NVMESER01"));
    assert_eq!(disk("nvme0n1").path.as_deref(), Some("pci0000:00/0000:00:01.0"));
    assert_eq!(disk("sda").wwn, disk("sdb").wwn);
    assert_eq!(disk("sdc").serial.as_deref(), Some("WD-WCC1"));
    assert_eq!((disk("sdc").transport, disk("sdc").vendor.as_deref()), (Some(Transport::Ata), None));
    assert_eq!((disk("sdd").transport, disk("sdd").rotational), (Some(Transport::Scsi), None));
    assert_eq!((disk("sde").transport, disk("sde").removable), (Some(Transport::Usb), Some(true)));
    assert_eq!((disk("vda").serial.as_deref(), disk("vda").vendor.as_deref()), (Some("VBLK1"), None));
}

#[test]
fn cards_are_told_from_bonds_and_dongles() {
    let Some(zoo) = zoo() else { return };
    let report = report(&zoo);
    let nics = data(&report.sections.nics);
    let names: Vec<&str> = nics.iter().map(|nic| nic.name.as_str()).collect();
    assert_eq!(names, ["bond0", "eth0", "eth1", "eth2", "usb0"]);
    let nic = |name: &str| -> &Nic { nics.iter().find(|nic| nic.name == name).unwrap() };
    assert!(!nic("bond0").physical);
    assert_eq!(nic("eth0").pci_address.as_deref(), Some("0000:00:0a.0"));
    assert_eq!((nic("eth0").driver.as_deref(), nic("eth0").speed_mbps), (Some("virtio_net"), None));
    assert_eq!((nic("eth1").speed_mbps, nic("eth1").addresses[0].as_str()), (Some(1000), "10.0.2.15/24"));
    // Both have the address that the machine booted from.
    assert_eq!(nic("eth1").mac, nic("usb0").mac);
    assert_eq!((nic("eth1").boot, nic("usb0").boot, nic("usb0").usb), (true, false, true));
    let identity = report.identity();
    assert_eq!(identity.nics.iter().filter(|nic| nic.usb).count(), 1);
    assert_eq!(identity.system_uuid.as_deref(), Some("03000200-0400-0500-0006-000700080009"));
}

#[test]
fn firmware_processors_memory_and_sensors_are_what_they_are() {
    let Some(zoo) = zoo() else { return };
    let sections = report(&zoo).sections;
    let cpu = data(&sections.cpu);
    assert_eq!((cpu.sockets, cpu.cores, cpu.threads), (Some(2), Some(4), Some(4)));
    let memory = data(&sections.memory);
    assert_eq!((memory.installed_bytes, memory.ecc.as_deref()), (Some(3 << 30), Some("multi-bit ECC")));
    assert_eq!(memory.slots[0].part.as_deref(), Some("36ASF4G72PZ"));
    assert_eq!(data(&sections.firmware).vendor.as_deref(), Some("Fake BIOS Inc."));
    assert_eq!(data(&sections.system).board.as_ref().unwrap().product.as_deref(), Some("X11DPU"));
    // Three controllers, two drives.
    let nvme = data(&sections.sensors).iter().filter(|sensor| sensor.chip == "nvme").count();
    assert_eq!(nvme, 2);
    assert!(data(&sections.filesystems).is_empty());
}

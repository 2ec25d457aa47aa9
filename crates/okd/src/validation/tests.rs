//! Each rule on a machine that is good but for one thing.

mod cases;

use boot::Arch;
use boot::site::CoreOs;
use hosts::State;
use inventory::sections::{
    BootMode, Content, Cpu, Disk, Drive, Firmware, Memory, Partition, Signature, Transport, Usage,
};
use inventory::{AgentStamp, ClockState, DriveHealth, DriveVerdict};

use super::*;
use crate::cluster::{Config, Validity};
use crate::disk::Selector;
use crate::role::Role;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const HOUR_MS: i64 = 3_600_000;
const GIB: u64 = 1 << 30;

/// A host, and all that is known of it and its cluster.
struct Room {
    known: Known,
    assignment: Assignment,
    cluster: Cluster,
    others: Vec<Assignment>,
    incidents: Vec<String>,
}

impl Room {
    fn findings(&self) -> Vec<Finding> {
        let Self { known, assignment, cluster, others, incidents } = self;
        validate(&known.candidate(assignment, cluster, others, incidents, NOW))
    }

    /// Beside the one that is written: with a file system of that label on its second partition.
    fn another_disk(&mut self, label: &str) {
        let partition = |number| Partition { name: format!("sdb{number}"), number, ..Partition::default() };
        let signature = Signature {
            kind: "ext4".into(),
            usage: Usage::Filesystem,
            label: Some(label.into()),
            ..Signature::default()
        };
        let holds =
            |device: &str, signatures| Content { device: device.into(), signatures, ..Content::default() };
        self.known.inventory.disks.as_mut().unwrap().push(Disk {
            name: "sdb".into(),
            model: Some("WDC".into()),
            serial: Some("WD1".into()),
            by_id: vec!["ata-WDC_WD1".into()],
            partitions: vec![partition(1), partition(2)],
            ..Disk::default()
        });
        let contents = [holds("sdb", vec![]), holds("sdb1", vec![]), holds("sdb2", vec![signature])];
        self.known.inventory.contents.as_mut().unwrap().extend(contents);
    }

    fn disk(&mut self) -> &mut Disk {
        &mut self.known.inventory.disks.as_mut().unwrap()[0]
    }

    fn content(&mut self) -> &mut Content {
        &mut self.known.inventory.contents.as_mut().unwrap()[0]
    }

    fn cpu(&mut self) -> &mut Cpu {
        self.known.inventory.cpu.as_mut().unwrap()
    }

    fn clock(&mut self) -> &mut ClockState {
        self.known.sample.as_mut().unwrap().clock.as_mut().unwrap()
    }

    fn health(&mut self) -> &mut DriveHealth {
        &mut self.known.drives[0].health
    }

    fn image(&mut self) -> &mut CoreOs {
        self.cluster.image.as_mut().unwrap()
    }

    /// Another host of the cluster.
    fn neighbour(&self, role: Role, hostname: &str) -> Assignment {
        Assignment {
            host: hostname.parse().unwrap(),
            role,
            hostname: hostname.parse().unwrap(),
            address: None,
            ..self.assignment.clone()
        }
    }
}

fn good() -> Room {
    let disk = Disk {
        name: "sda".into(),
        size_bytes: Some(480_103_981_056),
        model: Some("INTEL SSDSC2KB480G8".into()),
        serial: Some("PHYF1".into()),
        transport: Some(Transport::Ata),
        by_id: vec!["ata-INTEL_SSDSC2KB480G8_PHYF1".into()],
        ..Disk::default()
    };
    let inventory = Inventory {
        cpu: Some(Cpu {
            architecture: Some("x86_64".into()),
            threads: Some(16),
            x86_64_level: Some(3),
            ..Cpu::default()
        }),
        memory: Some(Memory {
            installed_bytes: Some(32 * GIB),
            usable_bytes: Some(31 * GIB),
            ..Memory::default()
        }),
        firmware: Some(Firmware {
            boot_mode: Some(BootMode::Uefi),
            secure_boot: Some(false),
            ..Firmware::default()
        }),
        drives: Some(vec![Drive { device: "sda".into(), serial: disk.serial.clone(), ..Drive::default() }]),
        contents: Some(vec![Content { device: "sda".into(), ..Content::default() }]),
        disks: Some(vec![disk]),
        ..Inventory::default()
    };
    let selector: Selector = "serial=PHYF1".parse().unwrap();
    let stamp = AgentStamp { boot_id: None, start_id: "start-1".into(), seq: 1 };
    let health =
        DriveHealth { serial: Some("PHYF1".into()), verdict: DriveVerdict::Passed, ..DriveHealth::default() };
    let asset = |letter: &str| letter.repeat(64).parse().unwrap();
    Room {
        assignment: Assignment {
            host: "node1".parse().unwrap(),
            cluster: "okd1".parse().unwrap(),
            role: Role::ControlPlane,
            hostname: "cp1".parse().unwrap(),
            address: Some([10, 0, 0, 21].into()),
            target: resolve(&selector, &inventory).unwrap(),
            disk: selector.to_string(),
            network: None,
            wipe: None,
            accepted: vec![],
            version: 1,
            changed_at: NOW,
        },
        known: Known {
            host: HostFacts {
                id: "node1".parse().unwrap(),
                name: "node1".into(),
                place: None,
                state: State::Assigned,
                approved: true,
                last_seen_at: Some(NOW),
                goodbye_at: None,
            },
            inventory,
            sample: Some(Sample {
                clock: Some(ClockState {
                    server_ahead_ms: Some(20),
                    rtc_ahead_secs: Some(0),
                    ..ClockState::default()
                }),
                ..Sample::new(stamp, NOW)
            }),
            drives: vec![DriveWord { at: NOW, health }],
        },
        cluster: Cluster {
            name: "okd1".parse().unwrap(),
            domain: "example.lan".parse().unwrap(),
            infra_id: "okd1-x7k2p".into(),
            cluster_id: "c".into(),
            spec: "3.2.0".into(),
            image: Some(CoreOs {
                arch: Arch::X86_64,
                build: "10.0.20250628-0".into(),
                kernel: asset("a"),
                initramfs: asset("b"),
                rootfs: asset("c"),
            }),
            front: None,
            configs: Role::ALL
                .map(|role| Config {
                    role,
                    size_bytes: 1,
                    validity: Validity {
                        from: Timestamp(NOW.millis() - HOUR_MS),
                        until: Timestamp(NOW.millis() + 1000 * HOUR_MS),
                    },
                })
                .to_vec(),
            created_at: NOW,
            wiped_at: None,
        },
        others: vec![],
        incidents: vec![],
    }
}

#[test]
fn a_good_machine_is_good_in_every_rule() {
    let findings = good().findings();
    let bad: Vec<_> = findings.iter().filter(|finding| finding.verdict != Verdict::Good).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(findings.iter().all(|finding| finding.todo.is_empty() && !finding.words.is_empty()));
    let mut rules: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let count = rules.len();
    rules.sort_unstable();
    rules.dedup();
    assert_eq!((rules.len(), count), (19, 19), "each rule speaks once: {rules:?}");
}

#[test]
fn data_is_lost_only_where_its_disk_was_typed_out() {
    let mut room = good();
    room.content().signatures = vec![Signature { kind: "ntfs".into(), ..Signature::default() }];
    room.disk().wwn = Some("naa.55cd2e4150a0".into());
    room.disk().by_id.push("wwn-0x55cd2e4150a0".into());
    room.assignment.target = resolve(&room.assignment.disk.parse().unwrap(), &room.known.inventory).unwrap();
    for (typed, verdict) in [
        (None, Verdict::Refused),
        (Some("PHYF"), Verdict::Refused),
        (Some("ata-INTEL_SSDSC2KB480G8_PHYF1"), Verdict::Refused),
        (Some("sda"), Verdict::Refused),
        (Some("PHYF1"), Verdict::Warning),
        (Some("phyf1"), Verdict::Warning),
        (Some("naa.55cd2e4150a0"), Verdict::Warning),
        (Some("0x55CD2E4150A0"), Verdict::Warning),
    ] {
        room.assignment.wipe = typed.map(str::to_owned);
        let findings = room.findings();
        let found = findings.iter().find(|finding| finding.rule == "disk-data").unwrap();
        assert_eq!(found.verdict, verdict, "{typed:?}: {found:?}");
        assert!(verdict == Verdict::Warning || found.todo.contains("--wipe-data PHYF1"), "{found:?}");
    }
}

#[test]
fn another_disks_file_systems_may_be_called_anything_else() {
    let mut room = good();
    room.another_disk("Boot");
    assert!(!is_refused(&room.findings()));
    // What was not read may be called anything: one disk, or all of them.
    room.known.inventory.contents.as_mut().unwrap()[1].unread = Some("it sleeps".into());
    let findings = room.findings();
    let found = findings.iter().find(|finding| finding.rule == "root-label").unwrap();
    assert!(found.verdict == Verdict::Warning && found.words.contains("it sleeps"), "{found:?}");
    room.known.inventory.contents = None;
    let findings = room.findings();
    let found = findings.iter().find(|finding| finding.rule == "boot-label").unwrap();
    assert_eq!(found.verdict, Verdict::Warning, "{found:?}");
}

#[test]
fn what_makes_a_poor_node_can_be_accepted_and_what_makes_none_can_not() {
    let mut room = good();
    room.cpu().threads = Some(2);
    room.cpu().x86_64_level = Some(1);
    room.incidents = vec!["hot".into()];
    let refused = |room: &Room| {
        let findings = room.findings();
        let refused = findings.iter().filter(|finding| finding.verdict == Verdict::Refused);
        refused.map(|finding| finding.rule.clone()).collect::<Vec<_>>()
    };
    assert_eq!(refused(&room), ["cpu-level", "cores", "incidents"]);
    room.assignment.accepted = ["cores", "cpu-level", "incidents"].map(str::to_owned).to_vec();
    assert_eq!(refused(&room), ["cpu-level"]);
    let findings = room.findings();
    let cores = findings.iter().find(|finding| finding.rule == "cores").unwrap();
    assert!(cores.verdict == Verdict::Warning && cores.words.ends_with("(accepted)"), "{cores:?}");
}

#[test]
fn only_what_the_operator_said_keeps_a_role_from_being_written_down() {
    let mut room = good();
    room.cpu().threads = Some(1);
    room.cluster.image = None;
    assert!(refusals_of_what_was_said(&room.findings()).is_empty());
    room.assignment.hostname = "localhost".parse().unwrap();
    let findings = room.findings();
    let said: Vec<&str> =
        refusals_of_what_was_said(&findings).iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(said, ["hostname"]);
    // The host's own assignment stands among those of its cluster.
    let mut room = good();
    room.others = vec![room.assignment.clone()];
    assert!(!is_refused(&room.findings()));
}

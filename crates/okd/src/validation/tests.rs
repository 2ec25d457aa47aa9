//! Each rule on a machine that is good but for one thing.

use boot::Arch;
use boot::site::CoreOs;
use hosts::State;
use inventory::sections::{
    BootMode, Content, Cpu, Disk, Drive, Firmware, Memory, Partition, Signature, Transport,
};
use inventory::{AgentStamp, ClockState, DriveHealth, DriveVerdict, DriveWarning};

use super::*;
use crate::cluster::{Config, Front, Validity};
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
    assert_eq!((rules.len(), count), (16, 16), "each rule speaks once: {rules:?}");
}

/// What is changed, which rule says so, how bad it is, a part of its words.
type Case = (fn(&mut Room), &'static str, Verdict, &'static str);

#[test]
fn each_rule_finds_its_own() {
    use Verdict::{Refused, Warning};
    let cases: &[Case] = &[
        (|r| r.others = vec![r.neighbour(Role::ControlPlane, "cp1")], "hostname", Refused, "is cp1 already"),
        (|r| r.assignment.hostname = "localhost".parse().unwrap(), "hostname", Refused, "no name"),
        (|r| r.assignment.hostname = "localhost-live".parse().unwrap(), "hostname", Refused, "no name"),
        (|r| r.assignment.hostname = "api-int".parse().unwrap(), "hostname", Refused, "cluster's own"),
        (|r| r.assignment.hostname = "17".parse().unwrap(), "hostname", Refused, "a number"),
        (|r| r.assignment.hostname = "n".repeat(50).parse().unwrap(), "hostname", Refused, "63 at most"),
        (
            |r| {
                r.assignment.role = Role::Bootstrap;
                r.others = vec![r.neighbour(Role::Bootstrap, "b1")];
            },
            "role",
            Refused,
            "b1 is the bootstrap",
        ),
        (
            |r| {
                r.others =
                    ["a", "b", "c", "d", "e"].map(|name| r.neighbour(Role::ControlPlane, name)).to_vec()
            },
            "role",
            Refused,
            "5 control-plane nodes",
        ),
        (
            |r| {
                let other = r.neighbour(Role::Worker, "w1");
                r.others = vec![Assignment { address: r.assignment.address, ..other }];
            },
            "address",
            Refused,
            "kept for w1",
        ),
        (
            |r| {
                r.cluster.front = Some(Front {
                    gateway: "gw".parse().unwrap(),
                    api: [10, 0, 0, 21].into(),
                    ingress: None,
                    inside: vec![],
                    everybody: false,
                });
            },
            "address",
            Refused,
            "cluster itself",
        ),
        (
            |r| r.assignment.address = Some([127, 0, 0, 1].into()),
            "address",
            Refused,
            "no address of a machine",
        ),
        (|r| r.cluster.configs.clear(), "config", Refused, "wiped"),
        (
            |r| r.cluster.configs[1].validity.from = Timestamp(NOW.millis() - 12 * HOUR_MS),
            "config",
            Refused,
            "12 hours",
        ),
        (|r| r.cluster.image = None, "image", Refused, "no boot image"),
        (|r| r.cpu().architecture = Some("aarch64".into()), "image", Refused, "is for 64-bit x86"),
        (|r| r.cpu().architecture = None, "image", Warning, "not known"),
        (|r| r.cpu().x86_64_level = Some(2), "cpu-level", Refused, "needs x86-64-v3"),
        (|r| r.cpu().x86_64_level = None, "cpu-level", Warning, "not known"),
        (
            |r| {
                r.cpu().x86_64_level = Some(2);
                r.image().build = "mine".into();
            },
            "cpu-level",
            Warning,
            "does not say",
        ),
        (|r| r.cpu().threads = Some(3), "cores", Refused, "asks for 4"),
        (|r| r.known.inventory.cpu = None, "cores", Warning, "not known"),
        (
            |r| {
                r.known.inventory.memory =
                    Some(Memory { installed_bytes: Some(12 * GIB), ..Memory::default() })
            },
            "memory",
            Refused,
            "asks for 16 GiB",
        ),
        (
            |r| r.known.inventory.memory = Some(Memory { usable_bytes: Some(GIB), ..Memory::default() }),
            "memory-live",
            Refused,
            "2 GiB to come up",
        ),
        (|r| r.known.inventory.memory = None, "memory", Warning, "not known"),
        (|r| r.disk().serial = Some("PHYF2".into()), "disk", Refused, "fits none"),
        (|r| r.known.inventory.disks = None, "disk", Refused, "not known yet"),
        (|r| r.disk().size_bytes = Some(64_000_000_000), "disk-size", Refused, "64 GB"),
        (|r| r.disk().size_bytes = Some(480_103_981_568), "disk-identity", Refused, "was chosen is INTEL"),
        (|r| r.assignment.target.serial = Some("OLD1".into()), "disk-identity", Refused, "serial OLD1"),
        (|r| r.health().serial = Some("OTHER1".into()), "disk-identity", Refused, "drives that answer"),
        (
            |r| {
                r.content().signatures =
                    vec![Signature { kind: "ceph_bluestore".into(), ..Signature::default() }]
            },
            "disk-data",
            Refused,
            "ceph_bluestore",
        ),
        (|r| r.content().unread = Some("the disk sleeps".into()), "disk-data", Refused, "sleeps"),
        (
            |r| {
                r.content().unread = Some("the disk sleeps".into());
                r.assignment.wipe = Some("PHYF1".into());
            },
            "disk-data",
            Refused,
            "not known",
        ),
        (|r| r.known.inventory.contents = None, "disk-data", Refused, "not read yet"),
        (
            |r| {
                r.disk().partitions = vec![Partition {
                    name: "sda1".into(),
                    number: 1,
                    size_bytes: Some(GIB),
                    ..Partition::default()
                }];
            },
            "disk-data",
            Refused,
            "partition 1 was not read",
        ),
        (|r| r.assignment.wipe = Some("WRONG1".into()), "disk-data", Refused, "\"WRONG1\" may be lost"),
        (|r| r.health().verdict = DriveVerdict::Failing, "disk-health", Refused, "foretells"),
        (|r| r.health().warnings = vec![DriveWarning::ReadOnly], "disk-health", Refused, "no more writes"),
        (
            |r| r.health().warnings = vec![DriveWarning::ReliabilityDegraded],
            "disk-health",
            Refused,
            "no longer reliable",
        ),
        (|r| r.health().pending_sectors = Some(8), "disk-health", Warning, "8 sectors"),
        (|r| r.health().used_percent = Some(97), "disk-health", Warning, "97 %"),
        (
            |r| r.known.inventory.firmware.as_mut().unwrap().secure_boot = Some(true),
            "secure-boot",
            Refused,
            "bad shim",
        ),
        (|r| r.known.inventory.firmware = None, "secure-boot", Warning, "not known"),
        (|r| r.clock().rtc_ahead_secs = Some(-300), "clock", Refused, "5 minutes behind"),
        (|r| r.clock().rtc_ahead_secs = Some(7200), "clock", Refused, "whole hours"),
        (|r| r.clock().server_ahead_ms = Some(200_000), "clock", Refused, "3 minutes behind"),
        (|r| r.clock().server_ahead_ms = None, "clock", Warning, "not known"),
        (|r| r.known.sample = None, "clock", Warning, "not known"),
        (|r| r.incidents = vec!["node1 is too hot".into()], "incidents", Refused, "too hot"),
    ];
    for (nth, (change, rule, verdict, words)) in cases.iter().enumerate() {
        let mut room = good();
        change(&mut room);
        let findings = room.findings();
        let found = findings.iter().find(|finding| finding.rule == *rule);
        let Some(found) = found else { panic!("case {nth}: {rule} says nothing: {findings:#?}") };
        assert_eq!(found.verdict, *verdict, "case {nth}: {found:?}");
        assert!(found.words.contains(words), "case {nth}: {words:?} in {found:?}");
        let todo = format!("{} {}", found.words, found.todo);
        assert!(*rule == "config" || !found.todo.is_empty(), "case {nth}: {todo}");
        assert_eq!(is_refused(&findings), *verdict == Refused, "case {nth}: {findings:#?}");
    }
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

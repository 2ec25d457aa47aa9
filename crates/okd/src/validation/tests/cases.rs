//! One thing that is wrong, and the rule that says so.

use inventory::DriveWarning;
use inventory::sections::{Memory, Partition, Signature};

use super::*;
use crate::cluster::Front;

/// What is changed, which rule says so, how bad it is, a part of its words.
type Case = (fn(&mut Room), &'static str, Verdict, &'static str);

#[test]
fn each_rule_finds_its_own() {
    use Verdict::{Refused, Warning};
    let cases: &[Case] = &[
        (|r| r.another_disk("boot"), "boot-label", Refused, "sdb2 of WDC"),
        (|r| r.another_disk("root"), "root-label", Refused, "sdb2 of WDC"),
        (
            |r| {
                let mut other = r.neighbour(Role::Worker, "w1");
                let fixed = "[[card]]\nmac = \"52:54:00:aa:bb:09\"\naddresses = [\"10.0.0.21/24\"]\n";
                other.network = Some(crate::network::NodeNetwork::from_toml(fixed).unwrap());
                r.others = vec![other];
            },
            "address",
            Refused,
            "kept for w1",
        ),
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

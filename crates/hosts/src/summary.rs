//! Differences in a sentence for people. Pure.

use serde_json::Value;

use crate::diff::{Change, ChangeKind};

/// Phrases of one summary, and things named in one phrase.
const PHRASES: usize = 5;
const NAMED: usize = 3;
/// Characters of one value.
const VALUE: usize = 40;

/// Lists whose items are counted, and what one of them is called.
const COUNTED: [(&str, &str); 10] = [
    ("disks", "disk"),
    ("drives", "drive"),
    ("contents", "volume"),
    ("nics", "network card"),
    ("pci", "PCI device"),
    ("gpus", "graphics card"),
    ("usb", "USB device"),
    ("infiniband", "InfiniBand port"),
    ("filesystems", "filesystem"),
    ("sensors", "sensor"),
];

/// Says in one line what changed: `1 disk added (S3R1), memory 32 → 64 GiB`. Empty when nothing did.
#[must_use]
pub fn summary(changes: &[Change]) -> String {
    let told: Vec<&Change> = changes.iter().filter(|change| !is_told_by_another(change, changes)).collect();
    let mut phrases = Vec::new();
    for kind in [ChangeKind::Added, ChangeKind::Removed] {
        phrases.extend(COUNTED.iter().filter_map(|(section, noun)| counted(&told, section, noun, kind)));
    }
    phrases.extend(told.iter().filter(|change| !is_counted(change)).map(|change| phrase(change)));
    phrases.dedup();
    let more = phrases.len().saturating_sub(PHRASES);
    phrases.truncate(PHRASES);
    match more {
        0 => phrases.join(", "),
        more => format!("{} and {more} more", phrases.join(", ")),
    }
}

/// One thing that was done shows in several places: a disk that is gone took its drive and its volumes along, a module more
/// changes the sum and its slot's six fields.
fn is_told_by_another(change: &Change, changes: &[Change]) -> bool {
    match change.path()[..] {
        ["memory", "slots", ..] => {
            changes.iter().any(|other| other.path()[..] == ["memory", "installed_bytes"])
        }
        ["contents", disk, "table", ..] => changes
            .iter()
            .any(|other| matches!(other.path()[..], ["disks", of, "partitions", ..] if of == disk)),
        ["drives" | "contents", key] => changes.iter().any(|other| match other.path()[..] {
            ["disks", disk] if other.kind == change.kind => {
                key.strip_prefix(disk).is_some_and(|rest| rest.is_empty() || rest.starts_with(" part "))
            }
            _ => false,
        }),
        _ => false,
    }
}

fn is_counted(change: &Change) -> bool {
    change.kind != ChangeKind::Changed
        && matches!(change.path()[..], [section, _] if COUNTED.iter().any(|(name, _)| *name == section))
}

fn counted(changes: &[&Change], section: &str, noun: &str, kind: ChangeKind) -> Option<String> {
    let named: Vec<&str> = changes
        .iter()
        .filter(|change| change.kind == kind)
        .filter_map(|change| match change.path()[..] {
            [of, key] if of == section => Some(key),
            _ => None,
        })
        .collect();
    let first = named.iter().take(NAMED).map(|name| shorten(name)).collect::<Vec<_>>().join(", ");
    let dots = if named.len() > NAMED { ", …" } else { "" };
    let plural = if named.len() == 1 { "" } else { "s" };
    let verb = if kind == ChangeKind::Added { "added" } else { "removed" };
    (!named.is_empty()).then(|| format!("{} {noun}{plural} {verb} ({first}{dots})", named.len()))
}

fn phrase(change: &Change) -> String {
    let path = change.path();
    match (&path[..], &change.before, &change.after) {
        (["memory", "installed_bytes" | "usable_bytes"], Some(before), Some(after)) => {
            match (before.as_u64(), after.as_u64()) {
                (Some(before), Some(after)) => format!("memory {}", sizes(before, after)),
                _ => "memory changed".to_owned(),
            }
        }
        (["neighbours", card], before, after) => switch_port(card, before.as_ref(), after.as_ref()),
        (["contents", volume, "signatures"], before, after) => {
            let (before, after) = (signatures(before.as_ref()), signatures(after.as_ref()));
            format!("{}: {before} → {after}", shorten(volume))
        }
        (["disks" | "contents", disk, "partitions" | "table", ..], ..) => {
            format!("partitions of {} changed", shorten(disk))
        }
        ([section], _, Some(_)) => format!("{section} told for the first time"),
        ([section], ..) => format!("{section} not told any more"),
        (_, Some(before), Some(after)) => format!("{}: {} → {}", place(&path), value(before), value(after)),
        (_, None, Some(after)) => format!("{}: now {}", place(&path), value(after)),
        (_, Some(before), None) => format!("{}: no longer {}", place(&path), value(before)),
        (_, None, None) => place(&path),
    }
}

fn place(path: &[&str]) -> String {
    path.iter().map(|part| shorten(part)).collect::<Vec<_>>().join(" ")
}

/// What is on a volume: `ext4`.
fn signatures(told: Option<&Value>) -> String {
    let kinds = told.and_then(Value::as_array).into_iter().flatten();
    let kinds: Vec<String> = kinds.filter_map(|one| one.get("kind")?.as_str().map(shorten)).collect();
    if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(" and ") }
}

/// Which cable was moved, and from where to where.
fn switch_port(card: &str, before: Option<&Value>, after: Option<&Value>) -> String {
    let text = |port: &Value, field: &str| port.get(field).and_then(Value::as_str).map(shorten);
    let vlan = |port: Option<&Value>| port.and_then(|port| port.get("port_vlan")?.as_u64());
    let tells_vlan = before.is_some() && after.is_some() && vlan(before) != vlan(after);
    let named = |port: &Value| {
        let switch = text(port, "system_name").or_else(|| text(port, "chassis_id"));
        let parts = [
            switch,
            text(port, "port_id"),
            vlan(Some(port)).filter(|_| tells_vlan).map(|id| format!("VLAN {id}")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let card = shorten(card);
    match (before.map(named), after.map(named)) {
        (Some(before), Some(after)) if before == after => format!("switch port of {card} changed: {after}"),
        (Some(before), Some(after)) => format!("switch port of {card} changed: {before} → {after}"),
        (None, Some(after)) => format!("switch port of {card}: now {after}"),
        (Some(before), None) => format!("switch port of {card}: no longer {before}"),
        (None, None) => format!("switch port of {card} changed"),
    }
}

fn sizes(before: u64, after: u64) -> String {
    let unit = |bytes: u64| if bytes.is_multiple_of(1 << 30) { (1 << 30, "GiB") } else { (1 << 20, "MiB") };
    let ((size, name), (other, other_name)) = (unit(before), unit(after));
    if name == other_name {
        format!("{} → {} {name}", before / size, after / size)
    } else {
        format!("{} {name} → {} {other_name}", before / size, after / other)
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => shorten(text),
        Value::Object(_) | Value::Array(_) => "…".to_owned(),
        plain => plain.to_string(),
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= VALUE {
        return text.to_owned();
    }
    let kept: String = text.chars().take(VALUE).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use inventory::sections::{
        Content, Cpu, Disk, Drive, Firmware, Memory, MemorySlot, Neighbour, Partition, PciDevice, Signature,
    };

    use super::*;
    use crate::diff::diff;
    use crate::document::Inventory;

    fn disks(serials: &[&str]) -> Option<Vec<Disk>> {
        let disk = |serial: &&str| Disk { serial: Some((*serial).to_owned()), ..Disk::default() };
        Some(serials.iter().map(disk).collect())
    }

    fn memory(gib: u64) -> Option<Memory> {
        let slot =
            MemorySlot { size_bytes: Some(gib << 30), locator: Some("A1".into()), ..MemorySlot::default() };
        Some(Memory { installed_bytes: Some(gib << 30), slots: vec![slot], ..Memory::default() })
    }

    fn said(old: &Inventory, new: &Inventory) -> String {
        summary(&diff(old, new))
    }

    #[test]
    fn what_a_hand_did_is_said_in_a_line() {
        let old = Inventory { disks: disks(&["A", "B"]), memory: memory(32), ..Inventory::default() };
        let new = Inventory { disks: disks(&["A", "B", "S3R1"]), memory: memory(64), ..Inventory::default() };
        assert_eq!(said(&old, &new), "1 disk added (S3R1), memory 32 → 64 GiB");
        assert_eq!(said(&new, &old), "1 disk removed (S3R1), memory 64 → 32 GiB");
        assert_eq!(said(&old, &old), "");
        let swapped = Inventory { disks: disks(&["A", "C"]), ..old.clone() };
        assert_eq!(said(&old, &swapped), "1 disk added (C), 1 disk removed (B)");
        let many = Inventory { disks: disks(&["1", "2", "3", "4"]), ..old.clone() };
        assert_eq!(said(&Inventory { disks: disks(&[]), ..old }, &many), "4 disks added (1, 2, 3, …)");
    }

    fn heard(switch: &str, port: &str, vlan: u16) -> Inventory {
        let neighbour = Neighbour {
            nic: "3c:ec:ef:00:00:01".into(),
            system_name: Some(switch.into()),
            port_id: port.into(),
            port_vlan: Some(vlan),
            ..Neighbour::default()
        };
        Inventory { neighbours: Some(vec![neighbour]), ..Inventory::default() }
    }

    #[test]
    fn a_cable_that_was_moved_is_told_with_both_of_its_ports() {
        let old = heard("sw1", "Eth1/7", 10);
        let card = "switch port of 3c:ec:ef:00:00:01";
        assert_eq!(
            said(&old, &heard("sw2", "Eth1/3", 10)),
            format!("{card} changed: sw1 Eth1/7 → sw2 Eth1/3")
        );
        assert_eq!(
            said(&old, &heard("sw1", "Eth1/7", 20)),
            format!("{card} changed: sw1 Eth1/7 VLAN 10 → sw1 Eth1/7 VLAN 20")
        );
        let silent = Inventory { neighbours: Some(vec![]), ..Inventory::default() };
        assert_eq!(said(&silent, &old), format!("{card}: now sw1 Eth1/7"));
        assert_eq!(said(&old, &silent), format!("{card}: no longer sw1 Eth1/7"));
    }

    #[test]
    fn what_went_with_a_disk_is_not_told_again() {
        let content = |device: &str| Content { device: device.into(), ..Content::default() };
        let named = |disks: Option<Vec<Disk>>| {
            let name = |disk: Disk| Disk { name: format!("of-{}", disk.serial.as_deref().unwrap()), ..disk };
            disks.map(|disks| disks.into_iter().map(name).collect::<Vec<_>>())
        };
        let both = Inventory {
            disks: named(disks(&["A", "B"])),
            contents: Some(vec![content("of-A"), content("of-B1"), content("of-B")]),
            drives: Some(vec![Drive { device: "of-B".into(), ..Drive::default() }]),
            pci: Some(vec![PciDevice { address: "0000:3b:00.0".into(), ..PciDevice::default() }]),
            ..Inventory::default()
        };
        let one = Inventory {
            disks: named(disks(&["A"])),
            contents: Some(vec![content("of-A")]),
            drives: Some(vec![]),
            pci: Some(vec![]),
            ..Inventory::default()
        };
        assert_eq!(said(&both, &one), "1 disk removed (B), 1 PCI device removed (0000:3b:00.0)");
        let emptied = Inventory { contents: Some(vec![]), ..both.clone() };
        assert_eq!(said(&emptied, &both), "3 volumes added (A, B, B part 1)");
    }

    #[test]
    fn a_disk_that_was_parted_anew_is_told_once() {
        let parted = |sizes: &[u64]| {
            let part = |(number, size): (u32, &u64)| Partition {
                number,
                size_bytes: Some(*size),
                ..Partition::default()
            };
            let partitions = (1..).zip(sizes).map(part).collect();
            let disk = Disk { serial: Some("A".into()), partitions, ..Disk::default() };
            Inventory { disks: Some(vec![disk]), ..Inventory::default() }
        };
        assert_eq!(said(&parted(&[1, 2, 3]), &parted(&[4, 5])), "partitions of A changed");
        let formatted = |kind: &str| {
            let signature = Signature { kind: kind.into(), ..Signature::default() };
            let signatures = if kind.is_empty() { vec![] } else { vec![signature] };
            let content = Content { device: "vda1".into(), signatures, ..Content::default() };
            Inventory { contents: Some(vec![content]), ..Inventory::default() }
        };
        assert_eq!(said(&formatted("ext4"), &formatted("xfs")), "vda1: ext4 → xfs");
        assert_eq!(said(&formatted(""), &formatted("crypto_LUKS")), "vda1: nothing → crypto_LUKS");
    }

    #[test]
    fn fields_sections_and_floods() {
        let firmware = |version: &str| Inventory {
            firmware: Some(Firmware { version: Some(version.to_owned()), ..Firmware::default() }),
            ..Inventory::default()
        };
        assert_eq!(said(&firmware("1.0"), &firmware("2.0")), "firmware version: 1.0 → 2.0");
        assert_eq!(said(&Inventory::default(), &firmware("1")), "firmware told for the first time");
        let long = said(&firmware(&"a".repeat(9000)), &firmware("b"));
        assert!(long.len() < 100, "{long}");
        let cpu = |n: u32| Inventory {
            cpu: Some(Cpu {
                sockets: Some(n),
                cores: Some(n),
                threads: Some(n),
                dies: Some(n),
                model: Some(n.to_string()),
                vendor: Some(n.to_string()),
                microcode: Some(n.to_string()),
                ..Cpu::default()
            }),
            ..Inventory::default()
        };
        assert!(said(&cpu(1), &cpu(2)).ends_with(" and 2 more"));
        let kib = Inventory {
            memory: Some(Memory { usable_bytes: Some(512 << 20), ..Memory::default() }),
            ..Inventory::default()
        };
        let gib = Inventory {
            memory: Some(Memory { usable_bytes: Some(1 << 30), ..Memory::default() }),
            ..Inventory::default()
        };
        assert_eq!(said(&kib, &gib), "memory 512 MiB → 1 GiB");
    }
}

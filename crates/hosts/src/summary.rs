//! Differences in a sentence for people. Pure.

use serde_json::Value;

use crate::diff::{Change, ChangeKind};

/// Phrases of one summary, and things named in one phrase.
const PHRASES: usize = 5;
const NAMED: usize = 3;
/// Characters of one value.
const VALUE: usize = 40;

/// Lists whose items are counted, and what one of them is called.
const COUNTED: [(&str, &str); 4] =
    [("disks", "disk"), ("nics", "network card"), ("filesystems", "filesystem"), ("sensors", "sensor")];

/// Says in one line what changed: `1 disk added (S3R1), memory 32 → 64 GiB`. Empty when nothing did.
#[must_use]
pub fn summary(changes: &[Change]) -> String {
    let mut phrases = Vec::new();
    for kind in [ChangeKind::Added, ChangeKind::Removed] {
        phrases.extend(COUNTED.iter().filter_map(|(section, noun)| counted(changes, section, noun, kind)));
    }
    let filled = |change: &&Change| matches!(path(change)[..], ["memory", "slots", ..]);
    let memory_told = changes.iter().any(|change| path(change)[..] == ["memory", "installed_bytes"]);
    let rest = changes.iter().filter(|change| !is_counted(change));
    // A module more changes the sum and its slot's six fields: the sum says it.
    phrases.extend(rest.filter(|change| !(memory_told && filled(change))).map(phrase));
    let more = phrases.len().saturating_sub(PHRASES);
    phrases.truncate(PHRASES);
    match more {
        0 => phrases.join(", "),
        more => format!("{} and {more} more", phrases.join(", ")),
    }
}

fn path(change: &Change) -> Vec<&str> {
    change.path.iter().map(String::as_str).collect()
}

fn is_counted(change: &Change) -> bool {
    change.kind != ChangeKind::Changed
        && matches!(path(change)[..], [section, _] if COUNTED.iter().any(|(name, _)| *name == section))
}

fn counted(changes: &[Change], section: &str, noun: &str, kind: ChangeKind) -> Option<String> {
    let named: Vec<&str> = changes
        .iter()
        .filter(|change| change.kind == kind)
        .filter_map(|change| match path(change)[..] {
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
    let path = path(change);
    match (&path[..], &change.before, &change.after) {
        (["memory", "installed_bytes" | "usable_bytes"], Some(before), Some(after)) => {
            match (before.as_u64(), after.as_u64()) {
                (Some(before), Some(after)) => format!("memory {}", sizes(before, after)),
                _ => "memory changed".to_owned(),
            }
        }
        ([section], _, Some(_)) => format!("{section} told for the first time"),
        ([section], ..) => format!("{section} not told any more"),
        (_, Some(before), Some(after)) => format!("{}: {} → {}", path.join(" "), value(before), value(after)),
        (_, None, Some(after)) => format!("{}: now {}", path.join(" "), value(after)),
        (_, Some(before), None) => format!("{}: no longer {}", path.join(" "), value(before)),
        (_, None, None) => path.join(" "),
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
    use inventory::sections::{Cpu, Disk, Firmware, Memory, MemorySlot};

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
                max_mhz: Some(n),
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

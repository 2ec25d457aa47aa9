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
mod tests;

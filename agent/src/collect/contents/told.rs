//! What was found, in the words of the report. What stands on a disk may be anything: all of it is cleaned.

use decode::signature::{self, Findings};
use inventory::sections::{Content, PartitionTable, Signature, TableEntry, TableKind, Usage};

use super::family::Device;
use crate::probe::clean;

pub(super) fn unread(device: &Device, reason: String) -> Content {
    Content { device: device.name.clone(), unread: Some(reason), ..Content::default() }
}

pub(super) fn content(device: &Device, findings: Findings) -> Content {
    Content {
        device: device.name.clone(),
        unread: None,
        table: findings.table.map(table),
        signatures: findings.signatures.into_iter().map(signature).collect(),
    }
}

fn table(table: signature::Table) -> PartitionTable {
    PartitionTable {
        kind: match table.kind {
            signature::TableKind::Gpt => TableKind::Gpt,
            signature::TableKind::Mbr => TableKind::Mbr,
        },
        id: table.id,
        hybrid: table.hybrid,
        partitions: table.partitions.into_iter().map(entry).collect(),
        damaged: table.damaged.map(str::to_owned),
    }
}

fn entry(entry: signature::Entry) -> TableEntry {
    TableEntry {
        number: entry.number,
        kind: entry.kind,
        uuid: entry.uuid,
        name: plain(entry.name),
        start_bytes: entry.start_bytes,
        size_bytes: entry.size_bytes,
        bootable: entry.bootable,
    }
}

fn signature(found: signature::Signature) -> Signature {
    let array = found.array.unwrap_or_default();
    Signature {
        kind: found.kind.to_owned(),
        usage: match found.usage {
            signature::Usage::Filesystem => Usage::Filesystem,
            signature::Usage::Member => Usage::Member,
            signature::Usage::Crypto => Usage::Crypto,
            signature::Usage::Other => Usage::Other,
        },
        version: plain(found.version),
        label: plain(found.label),
        uuid: plain(found.uuid),
        size_bytes: found.size_bytes,
        group: plain(found.group),
        level: array.level,
        devices: array.devices,
        role: array.role,
        damaged: found.damaged.map(str::to_owned),
    }
}

fn plain(text: Option<String>) -> Option<String> {
    clean(text?.as_bytes())
}

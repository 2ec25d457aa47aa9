//! Disks, drives, arrays, filesystems, volumes.

use std::collections::HashMap;

use hosts::{DriveWord, Inventory};
use inventory::sections::{Content, Disk, HolderKind, Partition, TableKind};
use inventory::{ArrayState, FilesystemUse, Sample};

use super::cell::{Cell, Table, dash, joined, or_dash, table, word};
use super::drives;
use crate::format;

pub(super) fn disks(inventory: &Inventory, words: &[DriveWord]) -> Table {
    let rows = inventory.disks.iter().flatten().map(|disk| {
        let rpm = disk.rotation_rpm.filter(|rpm| *rpm > 1).map(|rpm| format!("{rpm} rpm"));
        let kind = rpm.or_else(|| disk.rotational.map(|spins| if spins { "HDD" } else { "SSD" }.to_owned()));
        let paths = disk
            .multipath
            .as_ref()
            .map(|paths| format!("path to {}", paths.joined_by.as_ref().unwrap_or(&paths.group)));
        let transport = disk.transport.and_then(|transport| word(&transport));
        let driver = disk.driver.clone().filter(|driver| transport.as_ref() != Some(driver));
        let read_only = disk.read_only.filter(|is_so| *is_so).map(|_| "read-only".to_owned());
        [
            disk.name.clone().into(),
            or_dash(disk.size_bytes.map(format::capacity)),
            drives::of_disk(disk, inventory, words),
            or_dash(model(&disk.vendor, &disk.model)),
            or_dash(joined([transport, kind, driver, paths, read_only], ", ")),
            or_dash(joined([disk.serial.clone(), disk.wwn.clone()], " · ")),
        ]
    });
    table("Disks", &["Disk", "Size", "Health", "Model", "Attached", "Serial · WWN"], rows)
}

/// Maker and model; some models begin with their maker.
fn model(vendor: &Option<String>, model: &Option<String>) -> Option<String> {
    let is_told = |vendor: &String| model.as_ref().is_some_and(|model| model.starts_with(vendor.as_str()));
    joined([vendor.clone().filter(|vendor| !is_told(vendor)), model.clone()], " ")
}

/// Those that are no disk of the kernel's: behind RAID controllers and USB bridges.
pub(super) fn hidden_drives(inventory: &Inventory, words: &[DriveWord]) -> Table {
    let disks = || inventory.disks.iter().flatten();
    let is_disk = |device: &str| {
        disks().any(|disk| {
            disk.name == device || disk.name.strip_prefix(device).is_some_and(|rest| rest.starts_with('n'))
        })
    };
    let hidden = inventory.drives.iter().flatten().filter(|drive| !is_disk(&drive.device));
    let rows = hidden.map(|drive| {
        let is_it = |word: &&DriveWord| {
            word.health.device == drive.device
                || (drive.serial.is_some() && word.health.serial == drive.serial)
        };
        let health = words.iter().find(is_it).map(|word| &word.health);
        [
            drive.device.clone().into(),
            or_dash(drive.capacity_bytes.map(format::capacity)),
            drives::told(Some(drive), health),
            or_dash(model(&drive.vendor, &drive.model)),
            or_dash(drive.serial.clone()),
            or_dash(drive.firmware.clone()),
        ]
    });
    table("Drives behind controllers", &["Drive", "Size", "Health", "Model", "Serial", "Firmware"], rows)
}

pub(super) fn arrays(sample: Option<&Sample>) -> Table {
    let rows = sample.into_iter().flat_map(|sample| &sample.arrays).map(|array| {
        let members = array.members.iter().map(|member| {
            let state = member.state.as_deref().filter(|state| *state != "in_sync");
            state.map_or_else(
                || member.name.clone(),
                |state| format!("{} ({})", member.name, state.replace('_', " ")),
            )
        });
        let disks = array
            .disks_active
            .zip(array.disks_wanted)
            .map(|(active, wanted)| format!("{active} of {wanted}"));
        let percent = array.sync_percent.map(|percent| format!("{percent:.0} %"));
        [
            array.name.clone().into(),
            array_state(array),
            or_dash(joined([word(&array.kind), array.level.clone()], " ")),
            or_dash(disks),
            or_dash(joined([array.sync_action.clone(), percent], " ")),
            or_dash(Some(members.collect::<Vec<_>>().join(", "))),
        ]
    });
    table("Arrays", &["Array", "State", "Kind", "Disks", "Doing", "Members"], rows)
}

fn array_state(array: &ArrayState) -> Cell {
    let state = array.state.clone().unwrap_or_default();
    match array.degraded {
        Some(missing) if missing > 0 => Cell::badge("bad", "degraded", format!("{missing} missing, {state}")),
        _ if matches!(state.as_str(), "inactive" | "DEGRADED" | "SUSPENDED" | "FAULTED") => {
            Cell::badge("bad", state, "")
        }
        _ => Cell::badge("good", if state.is_empty() { "whole" } else { &state }, ""),
    }
}

pub(super) fn filesystems(inventory: &Inventory, sample: Option<&Sample>) -> Table {
    let told = |filesystem: &FilesystemUse| {
        let mut all = inventory.filesystems.iter().flatten();
        all.find(|one| one.mount == filesystem.mount).map(|one| (one.device.clone(), one.kind.clone()))
    };
    let rows = sample.into_iter().flat_map(|sample| &sample.filesystems).map(|filesystem| {
        let (device, kind) = told(filesystem).unwrap_or_default();
        [
            filesystem.mount.clone().into(),
            format::bytes(filesystem.size_bytes).into(),
            fullness(filesystem),
            or_dash(filesystem.used_inodes_percent().map(|percent| format!("{percent:.0} %"))),
            or_dash(Some(kind)),
            or_dash(Some(device)),
        ]
    });
    table("Filesystems", &["Mounted at", "Size", "Used", "Files", "Kind", "Device"], rows)
}

fn fullness(filesystem: &FilesystemUse) -> Cell {
    let percent = filesystem.used_percent();
    let text = joined(
        [Some(format::bytes(filesystem.used_bytes)), percent.map(|percent| format!("{percent:.0} %"))],
        ", ",
    );
    let text = text.unwrap_or_default();
    match percent {
        _ if filesystem.read_only_by_error => Cell::badge("bad", "read-only by error", text),
        _ if filesystem.errors.is_some_and(|errors| errors > 0) => Cell::badge("bad", "errors", text),
        _ if filesystem.read_only => Cell::badge("", "read-only", text),
        Some(percent) if percent >= 95.0 => Cell::badge("bad", "full", text),
        Some(percent) if percent >= 85.0 => Cell::badge("warn", "nearly full", text),
        _ => text.into(),
    }
}

/// Disk by disk what is on it, then what is stacked upon them.
pub(super) fn volumes(inventory: &Inventory) -> Table {
    let contents: HashMap<&str, &Content> =
        inventory.contents.iter().flatten().map(|content| (content.device.as_str(), content)).collect();
    let mut rows = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    for disk in inventory.disks.iter().flatten() {
        shown.push(&disk.name);
        let content = contents.get(disk.name.as_str()).copied();
        if content.is_some() || !disk.partitions.is_empty() || !disk.holders.is_empty() {
            rows.push(row(&disk.name, disk.size_bytes, content, None, stacked(disk)));
        }
        for partition in &disk.partitions {
            shown.push(&partition.name);
            let content = contents.get(partition.name.as_str()).copied();
            let entry = entry_name(contents.get(disk.name.as_str()).copied(), partition);
            rows.push(row(&partition.name, partition.size_bytes, content, entry, None));
        }
    }
    shown.sort_unstable();
    let rest = inventory.contents.iter().flatten();
    let rest = rest.filter(|content| shown.binary_search(&content.device.as_str()).is_err());
    rows.extend(rest.map(|content| row(&content.device, None, Some(content), None, None)));
    table("Volumes", &["Device", "Size", "Holds", "Label", "Belongs to", "UUID"], rows).folded()
}

fn row(
    name: &str,
    size_bytes: Option<u64>,
    content: Option<&Content>,
    entry_name: Option<String>,
    stacked: Option<String>,
) -> [Cell; 6] {
    let signatures = || content.into_iter().flat_map(|content| &content.signatures);
    let all = |pick: fn(&inventory::sections::Signature) -> Option<String>| {
        let all: Vec<String> = signatures().filter_map(pick).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    let group = all(|one| joined([one.group.clone(), one.level.clone(), one.role.clone()], " "));
    [
        name.into(),
        or_dash(size_bytes.map(format::capacity)),
        holds(content),
        or_dash(all(|one| one.label.clone()).or(entry_name)),
        or_dash(joined([group, stacked], ", ")),
        or_dash(all(|one| one.uuid.clone())),
    ]
}

fn holds(content: Option<&Content>) -> Cell {
    let Some(content) = content else { return dash() };
    let table = content.table.as_ref();
    let kind = table.map(|table| match table.kind {
        TableKind::Gpt => "GPT",
        TableKind::Mbr => "MBR",
        TableKind::Other => "other table",
    });
    let kinds = content.signatures.iter().map(|one| one.kind.clone()).collect::<Vec<_>>().join(", ");
    let text = joined([kind.map(str::to_owned), Some(kinds)], ", ");
    let damaged = table.and_then(|table| table.damaged.clone());
    let damaged = damaged.or_else(|| content.signatures.iter().find_map(|one| one.damaged.clone()));
    match (damaged, &content.unread) {
        (Some(damage), _) => {
            Cell::badge("warn", "damaged", joined([text, Some(damage)], ": ").unwrap_or_default())
        }
        (None, Some(why)) => Cell::badge("", "not read", why.clone()),
        (None, None) => text.map_or_else(|| "nothing known".into(), Cell::from),
    }
}

fn entry_name(disk: Option<&Content>, partition: &Partition) -> Option<String> {
    let entries = &disk?.table.as_ref()?.partitions;
    entries.iter().find(|entry| entry.number == partition.number)?.name.clone()
}

fn stacked(disk: &Disk) -> Option<String> {
    let holders = disk.holders.iter().filter(|holder| holder.kind != HolderKind::Partition);
    let names: Vec<String> =
        holders.map(|holder| holder.label.as_ref().unwrap_or(&holder.name).clone()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

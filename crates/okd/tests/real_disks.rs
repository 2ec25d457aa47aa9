//! Descriptions held against real drives: what others captured of theirs, and this project's own captures.
//!
//! What others captured is read where it is, and is no part of this repository.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hosts::Inventory;
use inventory::Sections;
use inventory::sections::{Content, Disk, Holder, HolderKind, Partition, Signature, Transport};
use okd::disk::{Fated, fates, resolve};
use okd::{Selector, Target};
use serde_json::Value;

/// A folder of captures. Where none is, one line says so; where one was named and is not there, that is an error.
fn folder(name: &str) -> Option<PathBuf> {
    let named = std::env::var_os("MUSTER_FIXTURES").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = named.clone().unwrap_or(beside).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(named.is_none(), "MUSTER_FIXTURES names no folder with {name}: {}", folder.display());
    println!("no captures at {}: nothing was read", folder.display());
    None
}

fn found(selector: &str, inventory: &Inventory) -> Result<Target, String> {
    let selector: Selector =
        selector.parse().map_err(|error: okd::disk::InvalidSelector| error.to_string())?;
    resolve(&selector, inventory).map_err(|error| error.to_string())
}

fn machine(disks: Vec<Disk>) -> Inventory {
    let read = |disk: &Disk| Content { device: disk.name.clone(), ..Content::default() };
    Inventory { contents: Some(disks.iter().map(read).collect()), disks: Some(disks), ..Inventory::default() }
}

/// The disk that a report of `smartctl` is about.
fn disk(report: &Value) -> Option<Disk> {
    let text = |key: &str| report[key].as_str().map(str::to_owned);
    let model = text("model_name").or_else(|| text("scsi_model_name"))?;
    let wwn = report["wwn"].as_object().map(|name| {
        let part = |key: &str| name[key].as_u64().unwrap();
        format!("naa.{:x}{:06x}{:09x}", part("naa"), part("oui"), part("id"))
    });
    let wwn = wwn.or_else(|| Some(format!("naa.{}", text("logical_unit_id")?.strip_prefix("0x")?)));
    let serial = text("serial_number");
    let word = model.split_whitespace().collect::<Vec<_>>().join("_");
    let transport = match report["device"]["protocol"].as_str()? {
        "NVMe" => Transport::Nvme,
        "ATA" => Transport::Ata,
        _ => Transport::Sas,
    };
    let mut by_id: Vec<String> = serial.iter().map(|serial| format!("ata-{word}_{serial}")).collect();
    by_id.extend(wwn.iter().map(|wwn| format!("wwn-0x{}", &wwn[4..])));
    Some(Disk {
        size_bytes: Some(report["user_capacity"]["bytes"].as_u64()?),
        rotational: report["rotation_rate"].as_u64().map(|rate| rate > 0),
        transport: Some(transport),
        model: Some(model),
        serial,
        wwn,
        by_id,
        ..Disk::default()
    })
}

fn captured() -> Option<Vec<Disk>> {
    let mut disks: Vec<Disk> = Vec::new();
    for name in ["scrutiny", "smartctl_exporter"] {
        for entry in std::fs::read_dir(folder(name)?).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let report: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            disks.extend(disk(&report).filter(|disk| disks.iter().all(|other| other.model != disk.model)));
        }
    }
    for (nth, disk) in disks.iter_mut().enumerate() {
        disk.name = format!("sd{nth}");
    }
    println!("{} real drives were read", disks.len());
    assert!(disks.len() > 20, "{}", disks.len());
    Some(disks)
}

/// As its label says it.
fn label(bytes: u64) -> String {
    match bytes {
        0..1_000_000_000_000 => format!("{}GB", (bytes + 500_000_000) / 1_000_000_000),
        _ => format!("{}.{:02}TB", bytes / 1_000_000_000_000, bytes / 10_000_000_000 % 100),
    }
}

#[test]
fn a_real_drive_is_found_by_what_stays_with_it() {
    let Some(disks) = captured() else { return };
    let mut found_by_name = 0;
    for real in &disks {
        let beside = Disk {
            name: "sdz".into(),
            size_bytes: Some(31_000_000_000),
            serial: Some("BESIDE1".into()),
            by_id: vec!["ata-BESIDE1".into()],
            ..Disk::default()
        };
        let room = machine(vec![beside, real.clone()]);
        let (model, size) = (real.model.as_deref().unwrap(), label(real.size_bytes.unwrap()));
        let target = found(&format!("model=\"{model}\""), &room);
        let Some(serial) = real.serial.as_ref().filter(|serial| !hosts::is_junk(serial)) else {
            // A RAID volume that tells nothing of itself, or a drive whose number was blackened: its WWN will do, if it has one.
            let name = target.map(|target| target.wwn);
            assert!(
                name.as_ref().map_or_else(|why| why.contains("neither a serial number"), Option::is_some),
                "{name:?}"
            );
            continue;
        };
        let target = target.unwrap();
        assert_eq!((target.model.as_deref(), target.serial.as_ref()), (Some(model), Some(serial)));
        assert_eq!(found(&format!("serial={serial}"), &room).unwrap(), target, "{model}");
        assert_eq!(
            found(&format!("size={size},model~\"{model}\""), &room).unwrap(),
            target,
            "{size} {model}"
        );
        assert_eq!(
            found(&format!("size>=32GB,size<={size}"), &room).ok().or(Some(target.clone())),
            Some(target.clone())
        );
        if let Some(wwn) = &target.wwn {
            assert_eq!(found(&format!("wwn=0x{}", &wwn[4..]), &room).unwrap(), target, "{model}");
            assert_eq!(target.by_id, format!("wwn-0x{}", &wwn[4..]), "{model}");
        }
        found_by_name += 1;
    }
    println!("{found_by_name} of them were found by serial number, model and size");
}

/// Whoever captured them wrote the same number over many serial numbers and names: just what a maker does who can't count.
#[test]
fn drives_that_share_their_numbers_are_never_mixed_up() {
    let Some(disks) = captured() else { return };
    let room = machine(disks.clone());
    let (mut named, mut refused) = (0, 0);
    for real in &disks {
        let model = real.model.as_deref().unwrap();
        match found(&format!("model=\"{model}\""), &room) {
            Ok(target) => {
                let owners = disks.iter().filter(|disk| disk.by_id.contains(&target.by_id));
                assert_eq!(owners.map(|disk| disk.model.as_deref().unwrap()).collect::<Vec<_>>(), [model]);
                named += 1;
            }
            Err(why) => {
                assert!(why.contains("can't be installed on"), "{why}");
                refused += 1;
            }
        }
    }
    assert!(found("serial=REDACTED", &room).unwrap_err().contains("disks: "));
    println!("{named} were told apart all the same, {refused} were refused");
    assert!(named > 0);
}

#[test]
fn an_old_servers_volume_is_named_by_the_little_that_it_tells() {
    let Some(folder) = folder("ghw") else { return };
    let text = std::fs::read_to_string(folder.join("dell-r610-block.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let mut contents = Vec::new();
    let mut disks = Vec::new();
    for said in report["block"]["disks"].as_array().unwrap() {
        let text = |key: &str| said[key].as_str().map(str::to_owned).filter(|text| text != "unknown");
        let name = text("name").unwrap();
        if name.starts_with("dm-") || name.starts_with("zram") {
            continue;
        }
        let mut partitions = Vec::new();
        for (nth, part) in said["partitions"].as_array().unwrap().iter().enumerate() {
            let device = part["name"].as_str().unwrap().to_owned();
            let kind = part["type"].as_str().filter(|kind| !kind.is_empty());
            let signatures = kind
                .map(|kind| Signature { kind: kind.to_owned(), ..Signature::default() })
                .into_iter()
                .collect();
            contents.push(Content { device: device.clone(), signatures, ..Content::default() });
            let size_bytes = part["size_bytes"].as_u64();
            partitions.push(Partition {
                name: device,
                number: nth as u32 + 1,
                size_bytes,
                ..Partition::default()
            });
        }
        contents.push(Content { device: name.clone(), ..Content::default() });
        let wwn = text("wwn").map(|wwn| format!("naa.{}", wwn[2..].to_lowercase()));
        let volume = Holder { name: "dm-0".into(), kind: HolderKind::Lvm, label: Some("vg-root".into()) };
        disks.push(Disk {
            by_id: wwn.iter().map(|wwn| format!("wwn-0x{}", &wwn[4..])).collect(),
            holders: if partitions.is_empty() { vec![] } else { vec![volume] },
            by_path: text("bus_path").into_iter().collect(),
            size_bytes: said["size_bytes"].as_u64(),
            removable: said["removable"].as_bool(),
            serial: text("serial_number"),
            model: text("model"),
            wwn,
            partitions,
            name,
            ..Disk::default()
        });
    }
    println!("{} disks of a real server were read", disks.len());
    let room = Inventory { disks: Some(disks), contents: Some(contents), ..Inventory::default() };
    let target = found("by-path~scsi,size>100GB", &room).unwrap();
    assert_eq!((target.by_id.as_str(), target.serial.as_deref()), ("wwn-0xcafe", None));
    assert_eq!(target.carries, ["ext4", "vfat"]);
    assert!(found("model~DVD", &room).unwrap_err().contains("taken out"));
    let fates = fates(&room, &target, None);
    assert!(
        fates[0].words.starts_with("to be written, but not agreed to: PERC_6_i, 499.55 GB, WWN naa.cafe")
    );
    assert!(fates[0].words.contains("logical volume vg-root"), "{}", fates[0].words);
    assert_eq!(fates[1].fate, Fated::Kept);
}

/// What the agent reported of two virtual machines that hold most of what a collector can stumble over.
fn own_capture(name: &str) -> Inventory {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../agent/tests/golden").join(name);
    let sections: Sections = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    Inventory {
        disks: sections.disks.data().cloned(),
        drives: sections.drives.data().cloned(),
        contents: sections.contents.data().cloned(),
        ..Inventory::default()
    }
}

#[test]
fn what_the_agent_reports_of_stacks_and_paths_is_understood() {
    let room = own_capture("lab-storage.json");
    for (selector, by_id, carries) in [
        ("serial=PLAIN", "virtio-PLAIN", &["ext4", "gpt", "swap"][..]),
        ("serial=ARRAY-A", "virtio-ARRAY-A", &["linux_raid_member"]),
        ("serial=S0M1LUN", "wwn-0x5000c500cafe0001", &[]),
        ("model~WDC", "wwn-0x50014ee2cafe0002", &[]),
        ("serial=NVME-BOTH", "nvme-nvme.1b36-4e564d452d424f5448-51454d55204e564d65204374726c-00000001", &[]),
    ] {
        let target = found(selector, &room).unwrap();
        assert_eq!(
            (target.by_id.as_str(), target.carries.as_slice()),
            (by_id, &carries.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>()[..])
        );
        let fates = fates(&room, &target, None);
        let disks: BTreeSet<&str> = fates.iter().map(|fate| fate.disk.as_str()).collect();
        assert_eq!((fates.len(), disks.len()), (12, 12), "two of fourteen disks are a second way to another");
        assert_eq!(fates.iter().filter(|fate| fate.fate == Fated::Written).count(), 1);
        assert!(fates.iter().all(|fate| fate.unread.is_none()), "{fates:#?}");
    }
    let fates = fates(&room, &found("serial=ARRAY-A", &room).unwrap(), Some("ARRAY-A"));
    assert!(fates[0].words.contains("linux_raid_member \"lab:whole\", array md127"), "{}", fates[0].words);
    assert!(found("serial=STICK-1", &room).unwrap_err().contains("USB"));
}

#[test]
fn of_a_machine_whose_disks_were_not_read_nothing_is_held_to_be_empty() {
    let room = own_capture("zoo-a.json");
    let target = found("serial=WD-WCC1", &room).unwrap();
    assert_eq!(target.by_id, "wwn-0x50014ee2b5a2f1c3");
    let fates = fates(&room, &target, None);
    assert_eq!(fates.len(), 9, "two of ten disks are two ways to one drive");
    assert!(fates.iter().all(|fate| fate.unread.is_some() && fate.words.contains("is not known")));
}

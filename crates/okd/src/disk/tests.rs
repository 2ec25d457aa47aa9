//! What a description finds, and what it refuses to find.

mod any;
mod carried;

use super::*;
use hosts::Inventory;
use inventory::sections::{
    Content, Disk, Drive, Holder, HolderKind, Multipath, Partition, PartitionTable, Signature, TableEntry,
    Transport,
};

fn disk(name: &str, serial: &str) -> Disk {
    Disk {
        name: name.into(),
        size_bytes: Some(480_103_981_056),
        model: Some("INTEL SSDSC2KB480G8".into()),
        serial: Some(serial.into()),
        transport: Some(Transport::Ata),
        driver: Some("ahci".into()),
        rotational: Some(false),
        removable: Some(false),
        read_only: Some(false),
        by_id: vec![format!("ata-INTEL_SSDSC2KB480G8_{serial}")],
        by_path: vec![format!("pci-0000:00:17.0-ata-{}", name.bytes().last().unwrap_or_default())],
        ..Disk::default()
    }
}

fn nvme(name: &str, serial: &str, wwn: &str) -> Disk {
    Disk {
        size_bytes: Some(1_000_204_886_016),
        model: Some("Samsung SSD 980 PRO 1TB".into()),
        wwn: Some(wwn.into()),
        transport: Some(Transport::Nvme),
        driver: Some("nvme".into()),
        by_id: vec![format!("nvme-{wwn}"), format!("nvme-Samsung_SSD_980_PRO_1TB_{serial}")],
        by_path: vec!["pci-0000:01:00.0-nvme-1".into()],
        ..disk(name, serial)
    }
}

fn hdd(name: &str, serial: &str) -> Disk {
    Disk {
        size_bytes: Some(4_000_787_030_016),
        model: Some("WDC WD40EFRX-68N32N0".into()),
        rotational: Some(true),
        wwn: Some(format!("naa.50014ee2{serial}")),
        by_id: vec![format!("ata-WDC_{serial}"), format!("wwn-0x50014ee2{serial}")],
        ..disk(name, serial)
    }
}

/// All of them read, and empty.
fn machine(disks: Vec<Disk>) -> Inventory {
    let read = |disk: &Disk| Content { device: disk.name.clone(), ..Content::default() };
    Inventory { contents: Some(disks.iter().map(read).collect()), disks: Some(disks), ..Inventory::default() }
}

fn found(selector: &str, inventory: &Inventory) -> Result<Target, String> {
    let selector: Selector = selector.parse().map_err(|error: InvalidSelector| error.to_string())?;
    resolve(&selector, inventory).map_err(|error| error.to_string())
}

fn by_id(selector: &str, inventory: &Inventory) -> String {
    found(selector, inventory).map_or_else(|why| format!("refused: {why}"), |target| target.by_id)
}

#[test]
fn a_description_finds_its_one_disk() {
    let room =
        machine(vec![disk("sda", "PHYF1"), hdd("sdb", "WCC1"), nvme("nvme0n1", "S5GX1", "eui.0025385b")]);
    let (ssd, wd, samsung) = ("ata-INTEL_SSDSC2KB480G8_PHYF1", "wwn-0x50014ee2WCC1", "nvme-eui.0025385b");
    for (selector, expected) in [
        ("serial=PHYF1", ssd),
        ("serial= phyf1", ssd),
        ("wwn=0x50014ee2wcc1", wd),
        ("wwn=naa.50014ee2WCC1", wd),
        ("wwn=wwn-0x50014ee2WCC1", wd),
        ("wwn~0025385B", samsung),
        ("by-path=pci-0000:01:00.0-nvme-1", samsung),
        ("by-path=/dev/disk/by-path/pci-0000:01:00.0-nvme-1", samsung),
        ("rotational=yes", wd),
        ("rotational!=no", wd),
        ("size>1TB", wd),
        ("size>=4TB", wd),
        ("size=1TB", samsung),
        ("size<500GB", ssd),
        ("size<=480GB", ssd),
        ("size=480103981056", ssd),
        ("model~samsung", samsung),
        ("model=samsung ssd  980 pro 1tb", samsung),
        ("model=\"Samsung SSD 980 PRO 1TB\"", samsung),
        ("transport=nvme", samsung),
        ("transport!=nvme,rotational=no", ssd),
        ("size!=1TB , rotational=no", ssd),
        ("model!=WDC WD40EFRX-68N32N0,size<1TB", ssd),
    ] {
        assert_eq!(by_id(selector, &room), expected, "{selector}");
    }
}

#[test]
fn what_is_no_description_says_why() {
    for (text, why) in [
        ("sda", "after the next boot"),
        ("/dev/sda", "after the next boot"),
        ("/dev/disk/by-id/wwn-0x5", "after the next boot"),
        ("nvme0n1", "after the next boot"),
        ("vdb", "after the next boot"),
        ("mmcblk0", "after the next boot"),
        ("name=sda", "after the next boot"),
        ("device=/dev/sda", "after the next boot"),
        ("", "nothing at all"),
        ("serial=A,,size>1GB", "between two commas"),
        ("serial", "is no condition"),
        ("biggest", "is no condition"),
        ("serial==A", "two operators"),
        ("size=>1GB", "two operators"),
        ("serial=", "compared with nothing"),
        ("serial>A", "takes =, != and ~"),
        ("size~4TB", "takes =, !="),
        ("size>=big", "is no size"),
        ("size>=480G", "is no size"),
        ("rotational=maybe", "yes or no"),
        ("rotational>no", "= and != only"),
        ("transport=pigeon", "expected one of nvme"),
        ("colour=blue", "nothing that a disk is chosen by"),
        ("vendor=WD", "nothing that a disk is chosen by"),
        ("model=\"a", "not closed"),
        ("model=a\"b\"c", "quote in the middle"),
        ("serial=a\nb", "one line"),
    ] {
        let error = text.parse::<Selector>().unwrap_err().to_string();
        assert!(error.contains(why), "{text:?}: {error}");
    }
    assert!(vec!["rotational=no"; 17].join(",").parse::<Selector>().is_err());
    assert!(format!("serial={}", "x".repeat(600)).parse::<Selector>().is_err());
}

#[test]
fn several_or_none_are_named() {
    let room = machine(vec![disk("sda", "PHYF1"), disk("sdb", "PHYF2"), hdd("sdc", "WCC1")]);
    let several = found("rotational=no", &room).unwrap_err();
    for part in ["fits 2 disks", "serial PHYF1", "serial PHYF2", "(sda at present)", "more closely"] {
        assert!(several.contains(part), "{part}: {several}");
    }
    let none = found("serial=PHYF3,size>=400GB", &room).unwrap_err();
    for part in ["fits none", "PHYF1", "not serial=PHYF3", "WCC1"] {
        assert!(none.contains(part), "{part}: {none}");
    }
    let many = machine((0..20).map(|n| disk(&format!("sd{n}"), &format!("MANY{n}"))).collect());
    assert!(found("rotational=no", &many).unwrap_err().contains("and 14 more"));
    assert!(found("serial=A1B", &machine(vec![])).unwrap_err().contains("no disks"));
    assert!(found("serial=A1B", &Inventory::default()).unwrap_err().contains("not known yet"));
}

#[test]
fn what_no_node_is_installed_on_is_not_found_and_said() {
    let stick = Disk { transport: Some(Transport::Usb), ..disk("sda", "USB1") };
    let card = Disk { removable: Some(true), ..disk("sdb", "CARD1") };
    let locked = Disk { read_only: Some(true), ..disk("sdc", "LOCK1") };
    let far = Disk { transport: Some(Transport::Iscsi), ..disk("sdd", "FAR1") };
    let zoned = Disk { zoned: Some("host-managed".into()), ..disk("sde", "ZONE1") };
    let sizeless = Disk { size_bytes: None, ..disk("sdf", "NONE1") };
    let good = disk("sdg", "GOOD1");
    let room = machine(vec![stick, card, locked, far, zoned, sizeless, good]);
    assert_eq!(found("rotational=no", &room).unwrap().serial.as_deref(), Some("GOOD1"));
    for (serial, why) in [
        ("USB1", "attached by USB"),
        ("CARD1", "taken out"),
        ("LOCK1", "read-only"),
        ("FAR1", "iSCSI"),
        ("ZONE1", "zones"),
        ("NONE1", "how large"),
    ] {
        let error = found(&format!("serial={serial}"), &room).unwrap_err();
        assert!(error.contains(why), "{serial}: {error}");
    }
}

#[test]
fn a_drive_behind_a_raid_controller_is_explained() {
    let volume = Disk { driver: Some("megaraid_sas".into()), ..hdd("sda", "VOL1") };
    let hidden = Drive {
        device: "/dev/bus/0 megaraid,4".into(),
        behind: Some("megaraid_sas".into()),
        serial: Some("Z1X2".into()),
        model: Some("ST4000NM0035".into()),
        capacity_bytes: Some(4_000_787_030_016),
        ..Drive::default()
    };
    let elsewhere = Drive { behind: Some("hpsa".into()), serial: Some("H1H2".into()), ..hidden.clone() };
    let room = Inventory { drives: Some(vec![hidden, elsewhere]), ..machine(vec![volume]) };
    let error = found("serial=Z1X2", &room).unwrap_err();
    assert!(error.contains("behind the RAID controller (megaraid_sas)") && error.contains("HBA"), "{error}");
    // What the written volume may be made of is not said to be kept; what stands behind another controller is.
    let target = found("serial=VOL1", &room).unwrap();
    let words: Vec<String> = fates(&room, &target, None).into_iter().map(|fate| fate.words).collect();
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(words[1].starts_with("kept: ST4000NM0035, 4 TB, serial H1H2"), "{words:?}");
}

#[test]
fn several_ways_to_a_drive_are_one_drive() {
    let way = |name: &str, path: &str| Disk {
        multipath: Some(Multipath { group: "naa.50014ee2WCC1".into(), paths: 2, joined_by: None }),
        by_path: vec![path.into()],
        ..hdd(name, "WCC1")
    };
    let mut room = machine(vec![way("sda", "pci-a"), way("sdb", "pci-b"), hdd("sdc", "WCC2")]);
    assert_eq!(by_id("serial=WCC1", &room), "wwn-0x50014ee2WCC1");
    assert_eq!(by_id("by-path=pci-b", &room), "wwn-0x50014ee2WCC1");
    assert!(found("rotational=yes", &room).unwrap_err().contains("fits 2 disks"));
    let target = found("serial=WCC1", &room).unwrap();
    assert_eq!(fates(&room, &target, None).len(), 2);
    // One way refuses to be read: the other is enough.
    room.contents.as_mut().unwrap()[0].unread = Some("it is passive".into());
    let written = &fates(&room, &target, None)[0];
    assert_eq!((written.fate, written.unread.as_deref()), (Fated::Written, None));
    // Joined by device-mapper, it is read through what stands for all ways.
    let joint = Holder { name: "dm-0".into(), kind: HolderKind::Multipath, label: Some("mpatha".into()) };
    for disk in room.disks.as_mut().unwrap().iter_mut().take(2) {
        disk.holders = vec![joint.clone()];
    }
    let contents = room.contents.as_mut().unwrap();
    contents[1].unread = Some("it is one of several paths: see dm-0".into());
    let signature = Signature { kind: "xfs".into(), ..Signature::default() };
    contents.push(Content { device: "dm-0".into(), signatures: vec![signature], ..Content::default() });
    assert_eq!(found("serial=WCC1", &room).unwrap().carries, ["xfs"]);
}

#[test]
fn a_disk_that_nobody_can_tell_from_others_is_refused() {
    let nameless = Disk { serial: None, by_id: vec![], ..disk("sda", "") };
    let junk = Disk { by_id: vec!["ata-X_0123456789".into()], ..disk("sdb", "0123456789") };
    // udev spells the name in a way that the kernel's command line can't carry.
    let odd = Disk { by_id: vec!["ata-X#1_ODD1".into()], ..disk("sdc", "ODD1") };
    // One name for two disks: nobody knows which of them it leads to.
    let twin = |name: &str| Disk {
        by_id: vec!["ata-X_TWIN".into()],
        size_bytes: Some(name.len() as u64),
        ..disk(name, "TWIN")
    };
    let room = machine(vec![nameless, junk, odd, twin("sdd"), twin("sdee")]);
    for (selector, why) in [
        ("size=480GB,by-path~ata-97", "neither a serial number nor a WWN"),
        ("serial=0123456789", "neither a serial number nor a WWN"),
        ("serial=ODD1", "no name below"),
        ("serial=TWIN,size=3", "no name below"),
    ] {
        let error = found(selector, &room).unwrap_err();
        assert!(error.contains(why), "{selector}: {error}");
    }
    // A namespace shares its drive's serial number with others, and has a name of its own all the same.
    let spaces =
        machine(vec![nvme("nvme0n1", "S5", "eui.0025385b01"), nvme("nvme0n2", "S5", "eui.0025385b02")]);
    assert_eq!(by_id("wwn=eui.0025385b02", &spaces), "nvme-eui.0025385b02");
}

#[test]
fn a_disk_is_the_same_whatever_another_kernel_calls_it() {
    let target = |serial: Option<&str>, wwn: Option<&str>, size_bytes| Target {
        by_id: "nvme-X".to_owned(),
        serial: serial.map(str::to_owned),
        wwn: wwn.map(str::to_owned),
        size_bytes,
        model: None,
        carries: vec![],
    };
    let armed = target(Some("S1"), Some("eui.0025"), 512);
    for (other, is_same) in [
        (target(Some(" s1"), Some("uuid.77"), 512), true),
        (target(Some("S1"), None, 512), true),
        (target(Some("S1"), Some("eui.0026"), 512), false),
        (target(Some("S2"), Some("eui.0025"), 512), false),
        (target(Some("S1"), Some("eui.0025"), 1024), false),
        (target(None, Some("eui.0025"), 512), false),
    ] {
        let renamed = Target { by_id: "wwn-Y".to_owned(), ..other };
        assert_eq!(armed.is_same_disk(&renamed), is_same, "{renamed:?}");
    }
    let nameless = target(None, Some("naa.5000"), 512);
    assert!(nameless.is_same_disk(&target(Some("S1"), Some("0x5000"), 512)));
    assert!(!nameless.is_same_disk(&target(None, None, 512)));
}

//! What a description finds, and what it refuses to find.

use hosts::Inventory;
use inventory::sections::{
    Content, Disk, Drive, Holder, HolderKind, Multipath, Partition, PartitionTable, Signature, TableEntry,
    Transport,
};
use proptest::prelude::*;

use super::*;

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
fn what_lies_on_a_disk_is_known_or_unknown_and_never_guessed() {
    let signature = |kind: &str, label: Option<&str>, group: Option<&str>| Signature {
        kind: kind.into(),
        label: label.map(str::to_owned),
        group: group.map(str::to_owned),
        ..Signature::default()
    };
    let on = |device: &str, signatures: Vec<Signature>| Content {
        device: device.into(),
        signatures,
        ..Content::default()
    };
    let part = |name: &str, number: u32| Partition {
        name: name.into(),
        number,
        size_bytes: Some(1 << 30),
        ..Partition::default()
    };
    let entry = |number: u32| TableEntry { number, ..TableEntry::default() };
    let divided = Disk {
        partitions: vec![
            part("sda1", 1),
            part("sda2", 2),
            Partition { size_bytes: Some(1024), ..part("sda4", 4) },
        ],
        holders: vec![Holder { name: "dm-0".into(), kind: HolderKind::Lvm, label: Some("vg0-root".into()) }],
        ..disk("sda", "PHYF1")
    };
    let table = PartitionTable { partitions: [1, 2, 4].map(entry).to_vec(), ..PartitionTable::default() };
    let whole = Content { table: Some(table.clone()), ..on("sda", vec![]) };
    let contents = vec![
        whole.clone(),
        on("sda1", vec![signature("vfat", Some("EFI"), None)]),
        on("sda2", vec![signature("LVM2_member", None, Some("vg0"))]),
        on("dm-0", vec![signature("xfs", Some("root"), None)]),
    ];
    let room = |disk: Disk, contents: Vec<Content>| Inventory {
        disks: Some(vec![disk]),
        contents: Some(contents),
        ..Inventory::default()
    };
    let carried = |inventory: &Inventory| Carried::on(&drives(inventory)[0], inventory);
    let all = carried(&room(divided.clone(), contents.clone()));
    assert_eq!(all.kinds, ["LVM2_member", "gpt", "vfat", "xfs"]);
    assert_eq!(
        all.words,
        [
            "partition 1: vfat \"EFI\"",
            "partition 2: LVM2_member of vg0",
            "logical volume vg0-root: xfs \"root\""
        ]
    );
    assert_eq!((all.is_data, all.unread), (true, None));

    // Whatever is missing, it is said to be missing.
    for missing in ["sda", "sda1", "sda2"] {
        let less = contents.iter().filter(|content| content.device != missing).cloned().collect();
        let unread = carried(&room(divided.clone(), less)).unread.unwrap();
        assert!(unread.contains("was not read"), "{missing}: {unread}");
        let mut asleep = contents.clone();
        asleep.iter_mut().find(|content| content.device == missing).unwrap().unread =
            Some("the disk sleeps".into());
        assert!(carried(&room(divided.clone(), asleep)).unread.unwrap().contains("sleeps"), "{missing}");
    }
    let hangs = Content { unread: Some("sda2 under it hangs".into()), ..on("dm-0", vec![]) };
    let with_hanging = [&contents[..3], &[hangs]].concat();
    assert!(
        carried(&room(divided.clone(), with_hanging)).unread.unwrap().contains("logical volume vg0-root")
    );
    let unseen = PartitionTable { partitions: vec![entry(7)], ..PartitionTable::default() };
    let whole_only = vec![Content { table: Some(unseen), ..whole.clone() }];
    let told = carried(&room(disk("sda", "PHYF1"), whole_only));
    assert!(told.is_data && told.unread.unwrap().contains("partition 7"));
    let never = Inventory { contents: None, ..machine(vec![disk("sda", "PHYF1")]) };
    assert!(carried(&never).unread.unwrap().contains("not read yet"));

    // A table without partitions is nobody's data, and is named all the same: the machine will find it there.
    let empty = Content { table: Some(PartitionTable::default()), ..on("sda", vec![]) };
    let empty = carried(&room(disk("sda", "PHYF1"), vec![empty]));
    assert_eq!((empty.kinds, empty.is_data, empty.unread), (vec!["gpt".to_owned()], false, None));
    // Partitions that hold nothing known are somebody's.
    let bare = Disk { partitions: vec![part("sda1", 1)], ..disk("sda", "PHYF1") };
    let bare = carried(&room(bare, vec![on("sda", vec![]), on("sda1", vec![])]));
    assert_eq!((bare.kinds, bare.is_data, bare.unread), (vec![], true, None));
}

#[test]
fn every_disk_has_its_line() {
    let mut room = machine(vec![hdd("sda", "WCC1"), disk("sdb", "PHYF1"), disk("sdc", "PHYF2")]);
    let signature = Signature { kind: "ceph_bluestore".into(), ..Signature::default() };
    for content in room.contents.as_mut().unwrap().iter_mut().take(2) {
        content.signatures = vec![signature.clone()];
    }
    let target = found("serial=PHYF1", &room).unwrap();
    let words = |wipe| fates(&room, &target, wipe).into_iter().map(|fate| fate.words).collect::<Vec<_>>();
    let on_it = "INTEL SSDSC2KB480G8, 480.1 GB, serial PHYF1 (sdb at present), with the disk: ceph_bluestore";
    assert_eq!(
        words(Some("phyf1")),
        [
            format!("written, and what is on it is lost: {on_it}"),
            "kept: WDC WD40EFRX-68N32N0, 4 TB, serial WCC1 (sda at present), with the disk: ceph_bluestore"
                .to_owned(),
            "kept: INTEL SSDSC2KB480G8, 480.1 GB, serial PHYF2 (sdc at present), empty".to_owned(),
        ]
    );
    assert_eq!(words(None)[0], format!("to be written, but not agreed to: {on_it}"));
    assert_eq!(words(Some("WCC1"))[0], format!("to be written, but not agreed to: {on_it}"));
}

fn any_disk() -> impl Strategy<Value = Disk> {
    let kinds =
        prop_oneof![Just(Transport::Ata), Just(Transport::Nvme), Just(Transport::Usb), Just(Transport::Sas)];
    let serial = prop_oneof!["[A-D]{3}", Just(String::new())];
    (serial, 0_u64..4, any::<bool>(), any::<bool>(), kinds).prop_map(
        |(serial, size, rotational, removable, transport)| Disk {
            size_bytes: (size > 0).then_some(size * 500_000_000_000),
            rotational: Some(rotational),
            removable: Some(removable),
            transport: Some(transport),
            by_id: vec![format!("ata-X_{serial}")],
            serial: Some(serial.clone()).filter(|serial| !serial.is_empty()),
            ..disk("x", &serial)
        },
    )
}

fn any_selector() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        "serial(=|!=|~)[A-D]{1,3}",
        "size(=|!=|>=|<=|>|<)(500GB|1TB|1\\.5TB)",
        "rotational(=|!=)(yes|no)",
        "transport(=|!=)(ata|nvme|usb|sas)",
        "model~(INTEL|intel ssd|\"WD, 4\")",
    ];
    prop::collection::vec(one, 1..4).prop_map(|conditions| conditions.join(","))
}

proptest! {
    #[test]
    fn no_text_breaks_a_description(text: String) {
        text.parse::<Selector>().ok();
    }

    #[test]
    fn a_description_is_read_as_it_is_written(text in any_selector()) {
        let selector: Selector = text.parse().unwrap();
        prop_assert_eq!(selector.to_string().parse::<Selector>().unwrap(), selector);
    }

    /// The kernel's names and their order say nothing: whatever they are, the same disk is found, or none for the same reason.
    #[test]
    fn the_kernels_names_change_nothing(disks in prop::collection::vec(any_disk(), 0..6), text in any_selector(), turn in 0_usize..6) {
        let named = |disks: &[Disk], first: usize| {
            let name = |(nth, disk): (usize, &Disk)| Disk { name: format!("sd{}", nth + first), ..disk.clone() };
            machine(disks.iter().enumerate().map(name).collect())
        };
        let mut turned = disks.clone();
        turned.rotate_left(turn % disks.len().max(1));
        let (one, other) = (found(&text, &named(&disks, 0)), found(&text, &named(&turned, 10)));
        prop_assert_eq!(one.ok(), other.ok());
    }

    /// What is found can be told from every other disk, is one of those that may be written, and all others are kept.
    #[test]
    fn only_one_disk_is_ever_written(disks in prop::collection::vec(any_disk(), 0..6), text in any_selector()) {
        let room = machine(disks.iter().enumerate().map(|(nth, disk)| Disk { name: format!("sd{nth}"), ..disk.clone() }).collect());
        if let Ok(target) = found(&text, &room) {
            prop_assert!(target.serial.is_some() || target.wwn.is_some());
            let named: Vec<&Disk> = disks.iter().filter(|disk| disk.by_id.contains(&target.by_id)).collect();
            prop_assert_eq!(named.len(), 1);
            prop_assert!(named[0].removable == Some(false) && named[0].transport != Some(Transport::Usb));
            let fates = fates(&room, &target, None);
            prop_assert_eq!(fates.len(), disks.len());
            prop_assert_eq!(fates.iter().filter(|fate| fate.fate == Fated::Written).count(), 1);
        }
    }
}

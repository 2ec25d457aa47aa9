//! What lies on a disk, and what becomes of it.

use super::*;

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

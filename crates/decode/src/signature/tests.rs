//! On what the formats' own tools wrote (`tests/real.txt`), and on what was made by hand where no tool could be run.

mod builder;
mod hand;
mod hostile;

use builder::{Device, real};

use super::*;

/// The one signature on a device, in words.
fn one(device: &Device) -> String {
    let found = device.find();
    let [it] = found.signatures.as_slice() else { panic!("{found:?}") };
    words(it)
}

fn words(it: &Signature) -> String {
    let array = it.array.clone().unwrap_or_default();
    let (size, devices) = (it.size_bytes.map(|n| n.to_string()), array.devices.map(|n| n.to_string()));
    let fields = [&it.version, &it.label, &it.uuid, &size, &it.group, &array.level, &devices, &array.role];
    let fields = fields.map(|field| field.as_deref().unwrap_or("-")).join(" ");
    format!(
        "{} {:?} {fields}{}",
        it.kind,
        it.usage,
        it.damaged.map(|it| format!(": {it}")).unwrap_or_default()
    )
}

#[test]
fn what_the_tools_wrote_is_read_as_they_would() {
    for (name, expected) in [
        ("ext2", "ext2 Filesystem 1.0 old 724bafc2-7e79-4b17-8866-14a8f83dce53 8388608 - - - -"),
        ("ext4", "ext4 Filesystem 1.0 rootfs 11111111-2222-3333-4444-555555555555 67108864 - - - -"),
        ("xfs", "xfs Filesystem 5 xdata 21111111-2222-3333-4444-555555555555 335544320 - - - -"),
        ("btrfs", "btrfs Filesystem - bdata 31111111-2222-3333-4444-555555555555 134217728 - - - -"),
        ("vfat", "vfat Filesystem FAT32 EFISYS DEAD-BEEF 67108864 - - - -"),
        ("vfat16", "vfat Filesystem FAT16 BOOT16 1234-5678 16777216 - - - -"),
        ("exfat", "exfat Filesystem 1.0 exlabel FFA1-E950 67108864 - - - -"),
        ("ntfs", "ntfs Filesystem - ntlabel 5A5CF42855E08146 67108352 - - - -"),
        ("iso", "iso9660 Filesystem - MYISO 2026-11-21-14-23-12-00 358400 - - - -"),
        ("swap", "swap Other 1 swaplab 41111111-2222-3333-4444-555555555555 16777216 - - - -"),
        ("squashfs", "squashfs Filesystem 4.0 - - 221 - - - -"),
        ("erofs", "erofs Filesystem - - 91111111-2222-3333-4444-555555555555 - - - - -"),
        ("f2fs", "f2fs Filesystem 1.15 f2label d201333a-a5af-48a3-bf99-0f7a143693cf 134217728 - - - -"),
        ("nilfs", "nilfs2 Filesystem - nil 9b6f8d49-1f6c-46dc-8af6-c2a32954cd46 - - - - -"),
        ("jfs", "jfs Filesystem - jfsl 3f5ba6e7-d5f1-424f-ad9e-861e0d849069 - - - - -"),
        ("reiser", "reiserfs Filesystem - reis 98efb548-5665-4fff-acdc-dba50e6ada29 - - - - -"),
        ("luks1", "crypto_LUKS Crypto 1 - 61111111-2222-3333-4444-555555555555 - - - - -"),
        ("luks2", "crypto_LUKS Crypto 2 sec 51111111-2222-3333-4444-555555555555 - - - - -"),
        ("pv", "LVM2_member Member LVM2 001 - bfdh1N-BQjU-3d6Q-S50R-qt0j-ITmC-zPsXy3 67108864 vg_data - - -"),
        (
            "bcache",
            "bcache Member - - 9748f4e9-8da6-4ed7-acb8-7a627173ce91 - 744e171a-9f8c-40bb-8f5c-dd6188bf3f58 - - backing",
        ),
    ] {
        let device = real(name);
        assert_eq!(one(&device), expected, "{name}");
        assert_eq!(device.find().table, None, "{name}");
    }
}

#[test]
fn what_was_damaged_is_said_to_be() {
    for (name, offset) in
        [("ext4", 1024 + 0x150), ("xfs", 0x70), ("btrfs", 0x10000 + 0x130), ("pv", 512 + 33)]
    {
        let mut device = real(name);
        device.flip(offset);
        assert!(one(&device).ends_with(": its checksum does not match"), "{name}: {}", one(&device));
    }
    // Another label at the farther end of a filesystem without checksums is another label.
    let mut old = real("ext2");
    old.flip(1024 + 120);
    assert!(!one(&old).contains("checksum"));
    let luks = real("luks2");
    let mut second = Device::of(luks.size_bytes);
    let mut header = luks.bytes(0, 448);
    header[..6].copy_from_slice(b"SKUL\xba\xbe");
    second.write(0x4000, &header);
    assert!(one(&second).ends_with(
        "51111111-2222-3333-4444-555555555555 - - - - -: its first header is gone; the second is there"
    ));
}

#[test]
fn a_gpt_is_read_from_its_first_header_or_from_its_backup() {
    let disk = real("gpt");
    let table = disk.find().table.unwrap();
    assert_eq!((table.kind, table.hybrid, table.damaged), (TableKind::Gpt, false, None));
    assert_eq!(table.id.as_deref(), Some("71111111-2222-3333-4444-555555555555"));
    let [efi, data] = table.partitions.as_slice() else { panic!("{table:?}") };
    assert_eq!((efi.number, efi.start_bytes, efi.size_bytes), (1, 1 << 20, 8 << 20));
    assert_eq!(
        (efi.kind.as_str(), efi.name.as_deref()),
        ("c12a7328-f81f-11d2-ba4b-00a0c93ec93b", Some("EFI System"))
    );
    assert_eq!(efi.uuid.as_deref(), Some("81111111-2222-3333-4444-555555555555"));
    assert_eq!((data.number, data.name.as_deref()), (2, Some("\"><script>")));

    let mut first_gone = real("gpt");
    first_gone.flip(512 + 60);
    let found = first_gone.find().table.unwrap();
    assert_eq!(found.partitions, table.partitions);
    assert!(found.damaged.unwrap().contains("the backup at the end is whole"));

    let mut both_gone = first_gone;
    both_gone.flip(disk.size_bytes - 512 + 60);
    let found = both_gone.find().table.unwrap();
    assert_eq!((found.partitions.len(), found.damaged), (0, Some("both of its headers are damaged or gone")));

    let mut entries = real("gpt");
    entries.flip(1024 + 56);
    let found = entries.find().table.unwrap();
    assert_eq!((found.partitions.len(), found.damaged), (0, Some("its checksum does not match")));

    // Somebody made an MBR over it: that is the table now.
    let mut stale = real("gpt");
    stale.write(450, &[0x83]);
    assert_eq!(stale.find().table.unwrap().kind, TableKind::Mbr);
    let mut hybrid = real("gpt");
    hybrid.write(446 + 16 + 4, &[0xef, 0, 0, 0, 0, 8, 0, 0, 0, 64]);
    assert!(hybrid.find().table.unwrap().hybrid);
}

#[test]
fn an_mbr_is_read_with_the_logical_partitions_behind_it() {
    let table = real("mbr").find().table.unwrap();
    assert_eq!((table.kind, table.id.as_deref()), (TableKind::Mbr, Some("cafebabe")));
    let parts: Vec<_> = table
        .partitions
        .iter()
        .map(|it| (it.number, it.start_bytes >> 9, it.kind.as_str(), it.bootable))
        .collect();
    assert_eq!(
        parts,
        [
            (1, 2048, "0x83", true),
            (2, 18432, "0x82", false),
            (3, 34816, "0x05", false),
            (5, 38912, "0x83", false),
            (6, 51200, "0xfd", false),
        ]
    );
    // A chain that leads back is followed no further.
    let mut loops = real("mbr");
    loops.write(25_165_824 + 446 + 16 + 4, &[5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(loops.find().table.unwrap().partitions.len(), 5);
}

#[test]
fn code_that_ends_as_a_table_does_is_no_table() {
    let mut device = Device::of(1 << 20);
    device.write(0, &[0x90; 510]);
    device.write(510, &[0x55, 0xaa]);
    assert_eq!(device.find(), Findings::default());
    assert_eq!(Device::of(1 << 20).find(), Findings::default());
}

use rustix::io::Errno;

use super::*;
use crate::tree::Builder;

fn ata(tree: Builder, name: &str) -> Builder {
    let device = "/sys/devices/pci0000:00/0000:00:06.0/ata1/host1/target1:0:0/1:0:0:0";
    tree.link(&format!("{BLOCK}/{name}"), &format!("{device}/block/{name}"))
        .link(&format!("{device}/block/{name}/device"), device)
        .file("/sys/devices/pci0000:00/0000:00:06.0/ata1/ata_port/ata1/port_no", "3\n")
        .files(
            device,
            &[("vendor", "ATA     \n"), ("model", "WDC WD40EFRX-68N\n"), ("wwid", "t10.ATA     WDC   X\n")],
        )
        .files(
            &format!("{device}/block/{name}"),
            &[("size", "8\n"), ("hidden", "0\n"), ("ro", "0\n"), ("queue/rotational", "1\n")],
        )
}

fn collected(tree: &Builder) -> (Vec<Disk>, Vec<inventory::Warning>) {
    let probe = Probe::new(tree.root());
    (collect(&probe).unwrap(), probe.into_warnings())
}

#[test]
fn a_sata_disk_is_read_whole() {
    let tree = ata(Builder::new(), "sda")
        .file(
            "/sys/devices/pci0000:00/0000:00:06.0/ata1/host1/target1:0:0/1:0:0:0/vpd_pg80",
            b"\x00\x80\x00\x08 WD-WCC1trailing",
        )
        .file(
            "/sys/devices/pci0000:00/0000:00:06.0/ata1/host1/target1:0:0/1:0:0:0/block/sda/sda2/partition",
            "2",
        );
    let block = "/sys/devices/pci0000:00/0000:00:06.0/ata1/host1/target1:0:0/1:0:0:0/block/sda";
    let tree = tree
        .file(&format!("{block}/sda1/partition"), "1\n")
        .folder(&format!("{block}/sda1/holders/md0"))
        .folder(&format!("{block}/sda1/holders/dm-1"));
    let (disks, warnings) = collected(&tree);
    let [disk] = disks.as_slice() else { panic!("{disks:?}") };
    assert_eq!(disk.size_bytes, Some(4096));
    assert_eq!((disk.vendor.as_deref(), disk.serial.as_deref()), (None, Some("WD-WCC1")));
    assert_eq!(disk.wwn.as_deref(), Some("t10.ATA WDC X"));
    assert_eq!(disk.path.as_deref(), Some("pci0000:00/0000:00:06.0/ata-port3/0:0:0"));
    assert_eq!((disk.hctl.as_deref(), disk.rotational), (Some("1:0:0:0"), Some(true)));
    let numbers: Vec<_> = disk.partitions.iter().map(|part| (part.name.as_str(), part.number)).collect();
    assert_eq!(numbers, [("sda1", 1), ("sda2", 2)]);
    assert_eq!(disk.holders.iter().map(|holder| holder.name.as_str()).collect::<Vec<_>>(), ["dm-1", "md0"]);
    assert_eq!(disk.by_id, ["ata-WDC_WD40EFRX-68N_WD-WCC1"]);
    assert_eq!(disk.by_path, ["pci-0000:00:06.0-ata-3.0", "pci-0000:00:06.0-ata-3"]);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn what_is_no_disk_is_left_out() {
    let mut tree = Builder::new();
    for name in
        ["loop0", "ram0", "zram1", "dm-0", "md127", "sr0", "fd0", "nbd3", "mmcblk0boot0", "mmcblk0rpmb"]
    {
        tree = tree.file(&format!("{BLOCK}/{name}/size"), "8");
    }
    let tree = tree
        .files(&format!("{BLOCK}/nvme0c0n1"), &[("size", "8"), ("hidden", "1")])
        .file(&format!("{BLOCK}/sdz/size"), "0\n")
        .file(&format!("{BLOCK}/mmcblk0/size"), "8\n");
    let (disks, _) = collected(&tree);
    assert_eq!(disks.iter().map(|disk| disk.name.as_str()).collect::<Vec<_>>(), ["mmcblk0"]);
}

#[test]
fn what_can_not_be_read_is_said_and_what_is_not_there_is_not() {
    let (at, device) = (format!("{BLOCK}/sda"), format!("{BLOCK}/sda/device"));
    let real = "/sys/devices/pci0000:00/0000:00:06.0/ata1/host1/target1:0:0/1:0:0:0";
    let tree = ata(Builder::new(), "sda")
        .file(&format!("{real}/model"), "a".repeat(1 << 20))
        .file(&format!("{real}/rev"), "")
        .fails(&format!("{device}/wwid"), Errno::NXIO)
        .fails(&format!("{device}/vpd_pg80"), Errno::IO)
        .refused(&format!("{device}/vendor"))
        .fails(&format!("{at}/ro"), Errno::NOENT);
    let (disks, warnings) = collected(&tree);
    let [disk] = disks.as_slice() else { panic!("{disks:?}") };
    assert_eq!((&disk.model, &disk.firmware, &disk.wwn, disk.read_only), (&None, &None, &None, None));
    let said: Vec<_> =
        warnings.iter().map(|it| (it.path.trim_start_matches(&device), it.reason.as_str())).collect();
    assert_eq!(
        said,
        [
            ("/model", "longer than 65536 bytes"),
            ("/vendor", "permission denied"),
            ("/vpd_pg80", "can't be read: Input/output error (os error 5)"),
        ]
    );
}

#[test]
fn a_disk_that_vanishes_while_it_is_read_is_a_disk_of_few_words() {
    let tree = ata(Builder::new(), "sda").link(&format!("{BLOCK}/sdb"), "/sys/devices/gone/block/sdb");
    let (disks, warnings) = collected(&tree);
    assert_eq!(disks.len(), 2);
    assert_eq!(disks[1], Disk { name: "sdb".to_owned(), ..Disk::default() });
    assert!(warnings.is_empty());
}

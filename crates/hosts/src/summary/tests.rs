//! What was done, in sentences.

use inventory::sections::{
    Content, Cpu, Disk, Drive, Firmware, Memory, MemorySlot, Neighbour, Partition, PciDevice, Signature,
};

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

fn heard(switch: &str, port: &str, vlan: u16) -> Inventory {
    let neighbour = Neighbour {
        nic: "3c:ec:ef:00:00:01".into(),
        system_name: Some(switch.into()),
        port_id: port.into(),
        port_vlan: Some(vlan),
        ..Neighbour::default()
    };
    Inventory { neighbours: Some(vec![neighbour]), ..Inventory::default() }
}

#[test]
fn a_cable_that_was_moved_is_told_with_both_of_its_ports() {
    let old = heard("sw1", "Eth1/7", 10);
    let card = "switch port of 3c:ec:ef:00:00:01";
    assert_eq!(said(&old, &heard("sw2", "Eth1/3", 10)), format!("{card} changed: sw1 Eth1/7 → sw2 Eth1/3"));
    assert_eq!(
        said(&old, &heard("sw1", "Eth1/7", 20)),
        format!("{card} changed: sw1 Eth1/7 VLAN 10 → sw1 Eth1/7 VLAN 20")
    );
    let silent = Inventory { neighbours: Some(vec![]), ..Inventory::default() };
    assert_eq!(said(&silent, &old), format!("{card}: now sw1 Eth1/7"));
    assert_eq!(said(&old, &silent), format!("{card}: no longer sw1 Eth1/7"));
}

#[test]
fn what_went_with_a_disk_is_not_told_again() {
    let content = |device: &str| Content { device: device.into(), ..Content::default() };
    let named = |disks: Option<Vec<Disk>>| {
        let name = |disk: Disk| Disk { name: format!("of-{}", disk.serial.as_deref().unwrap()), ..disk };
        disks.map(|disks| disks.into_iter().map(name).collect::<Vec<_>>())
    };
    let both = Inventory {
        disks: named(disks(&["A", "B"])),
        contents: Some(vec![content("of-A"), content("of-B1"), content("of-B")]),
        drives: Some(vec![Drive { device: "of-B".into(), ..Drive::default() }]),
        pci: Some(vec![PciDevice { address: "0000:3b:00.0".into(), ..PciDevice::default() }]),
        ..Inventory::default()
    };
    let one = Inventory {
        disks: named(disks(&["A"])),
        contents: Some(vec![content("of-A")]),
        drives: Some(vec![]),
        pci: Some(vec![]),
        ..Inventory::default()
    };
    assert_eq!(said(&both, &one), "1 disk removed (B), 1 PCI device removed (0000:3b:00.0)");
    let emptied = Inventory { contents: Some(vec![]), ..both.clone() };
    assert_eq!(said(&emptied, &both), "3 volumes added (A, B, B part 1)");
}

#[test]
fn a_disk_that_was_parted_anew_is_told_once() {
    let parted = |sizes: &[u64]| {
        let part = |(number, size): (u32, &u64)| Partition {
            number,
            size_bytes: Some(*size),
            ..Partition::default()
        };
        let partitions = (1..).zip(sizes).map(part).collect();
        let disk = Disk { serial: Some("A".into()), partitions, ..Disk::default() };
        Inventory { disks: Some(vec![disk]), ..Inventory::default() }
    };
    assert_eq!(said(&parted(&[1, 2, 3]), &parted(&[4, 5])), "partitions of A changed");
    let formatted = |kind: &str| {
        let signature = Signature { kind: kind.into(), ..Signature::default() };
        let signatures = if kind.is_empty() { vec![] } else { vec![signature] };
        let content = Content { device: "vda1".into(), signatures, ..Content::default() };
        Inventory { contents: Some(vec![content]), ..Inventory::default() }
    };
    assert_eq!(said(&formatted("ext4"), &formatted("xfs")), "vda1: ext4 → xfs");
    assert_eq!(said(&formatted(""), &formatted("crypto_LUKS")), "vda1: nothing → crypto_LUKS");
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
            dies: Some(n),
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

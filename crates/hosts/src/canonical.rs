//! What of an inventory is the machine itself, and not this boot of it. Pure.
//!
//! Two inventories are the same revision when their canonical forms are equal, and their difference is the difference of
//! these forms: so the one is empty exactly when the other says "same". Left out is what changes without a hand on the
//! machine: kernel names, link states, speeds of the moment, addresses, drivers and modules, software's own settings. Lists
//! become maps keyed by what stays: disks by WWN or serial number, network cards by their maker's MAC, memory by its slot.

mod devices;
mod keyed;
mod machine;
mod network;
mod places;
mod storage;

use serde_json::{Map, Value};

pub(crate) use keyed::hash;
pub(crate) use network::nic_key;
pub(crate) use places::{partition_name, split_partition};
pub(crate) use storage::{disk_key, drive_key};

use crate::document::Inventory;
use places::Places;

/// The canonical form: an object of sections.
#[must_use]
pub(crate) fn canonical(inventory: &Inventory) -> Map<String, Value> {
    let Inventory {
        system,
        firmware,
        cpu,
        memory,
        disks,
        drives,
        contents,
        nics,
        neighbours,
        pci,
        gpus,
        usb,
        infiniband,
        sensors,
        bmc,
        tpm,
        filesystems,
        os,
        warnings: _,
    } = inventory;
    let disk_places = Places::of_disks(disks.as_deref());
    let nic_places = Places::of_nics(nics.as_deref());
    let sections = [
        ("system", system.as_ref().map(machine::system)),
        ("firmware", firmware.as_ref().map(machine::firmware)),
        ("cpu", cpu.as_ref().map(machine::cpu)),
        ("memory", memory.as_ref().map(machine::memory)),
        ("disks", disks.as_deref().map(storage::disks)),
        ("drives", drives.as_deref().map(|drives| storage::drives(drives, &disk_places))),
        ("contents", contents.as_deref().map(|contents| storage::contents(contents, &disk_places))),
        ("nics", nics.as_deref().map(network::nics)),
        ("neighbours", neighbours.as_deref().map(|all| network::neighbours(all, &nic_places))),
        ("pci", pci.as_deref().map(devices::pci)),
        ("gpus", gpus.as_deref().map(devices::gpus)),
        ("usb", usb.as_deref().map(devices::usb)),
        ("infiniband", infiniband.as_deref().map(network::infiniband)),
        ("sensors", sensors.as_deref().map(devices::sensors)),
        ("bmc", bmc.as_ref().map(machine::bmc)),
        ("tpm", tpm.as_ref().map(keyed::plain)),
        ("filesystems", filesystems.as_deref().map(storage::filesystems)),
        ("os", os.as_ref().map(machine::os)),
    ];
    sections.into_iter().filter_map(|(name, form)| Some((name.to_owned(), form?))).collect()
}

#[cfg(test)]
mod tests {
    use inventory::sections::{Cpu, Disk, Memory, MemorySlot, Nic, Os};

    use super::*;

    fn disk(name: &str, serial: &str) -> Disk {
        Disk { name: name.to_owned(), serial: Some(serial.to_owned()), ..Disk::default() }
    }

    fn of(disks: Vec<Disk>) -> String {
        hash(&canonical(&Inventory { disks: Some(disks), ..Inventory::default() }))
    }

    #[test]
    fn another_boot_of_the_same_machine_is_the_same_revision() {
        assert_eq!(
            of(vec![disk("sda", "A"), disk("sdb", "B")]),
            of(vec![disk("sda", "B"), disk("sdb", "A")])
        );
        let nic = Nic {
            name: "eth0".into(),
            permanent_mac: Some("3c:ec:ef:00:00:01".parse().unwrap()),
            physical: true,
            ..Nic::default()
        };
        let up = Nic {
            name: "eno1".into(),
            carrier: Some(true),
            speed_mbps: Some(10_000),
            addresses: vec!["10.0.0.2/24".into()],
            boot: true,
            mtu: Some(9000),
            ..nic.clone()
        };
        let veth =
            Nic { name: "veth1".into(), mac: Some("0a:00:00:00:00:01".parse().unwrap()), ..Nic::default() };
        let one = Inventory {
            nics: Some(vec![nic]),
            cpu: Some(Cpu { flags: vec!["fpu".into()], ..Cpu::default() }),
            memory: Some(Memory {
                usable_bytes: Some(67_000_000_000),
                installed_bytes: Some(68_719_476_736),
                ..Memory::default()
            }),
            os: Some(Os { kernel_arguments: Some("a".into()), ..Os::default() }),
            ..Inventory::default()
        };
        let other = Inventory {
            nics: Some(vec![veth, up]),
            cpu: Some(Cpu::default()),
            memory: Some(Memory {
                usable_bytes: Some(66_999_000_000),
                installed_bytes: Some(68_719_476_736),
                ..Memory::default()
            }),
            os: Some(Os { kernel_arguments: Some("b".into()), ..Os::default() }),
            ..Inventory::default()
        };
        assert_eq!(canonical(&one), canonical(&other));
    }

    #[test]
    fn what_a_hand_changed_is_another_revision() {
        let both = of(vec![disk("sda", "A"), disk("sdb", "B")]);
        assert_ne!(both, of(vec![disk("sda", "A")]));
        assert_ne!(both, of(vec![disk("sda", "A"), disk("sdb", "C")]));
        assert_ne!(of(vec![disk("sda", "A")]), of(vec![Disk { size_bytes: Some(1), ..disk("sda", "A") }]));
        assert_ne!(
            of(vec![]),
            hash(&canonical(&Inventory::default())),
            "no disks is not the same as not read"
        );
    }

    #[test]
    fn things_that_share_a_key_are_all_kept() {
        let twins = vec![disk("sda", "A"), Disk { size_bytes: Some(1), ..disk("sdb", "A") }];
        let turned = vec![Disk { size_bytes: Some(1), ..disk("sda", "A") }, disk("sdb", "A")];
        let form = canonical(&Inventory { disks: Some(twins.clone()), ..Inventory::default() });
        let keys: Vec<_> = form["disks"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["A", "A #2"]);
        assert_eq!(of(twins), of(turned));
        let slots = vec![MemorySlot::default(), MemorySlot::default()];
        let memory = canonical(&Inventory {
            memory: Some(Memory { slots, ..Memory::default() }),
            ..Inventory::default()
        });
        assert_eq!(memory["memory"]["slots"].as_object().unwrap().len(), 2);
    }
}

//! What of an inventory is the machine itself, and not this boot of it. Pure.
//!
//! Two inventories are the same revision when their canonical forms are equal, and their difference is the difference of
//! these forms: so the one is empty exactly when the other says "same". Left out is what changes without a hand on the
//! machine: kernel names, link states, addresses, software's own settings. Lists become maps keyed by what stays: disks by
//! WWN or serial number, network cards by their maker's MAC, memory by its slot.

use inventory::sections::{Cpu, Disk, Filesystem, Memory, MemorySlot, Nic, Os, Partition, Sensor};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::document::Inventory;

/// What the kernel keeps for itself differs from release to release: usable memory is told in steps of this many bytes.
const USABLE_STEP_BYTES: u64 = 256 << 20;

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
        filesystems,
        os,
    } = inventory;
    let mut sections = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            sections.insert(name.to_owned(), value);
        }
    };
    put("system", system.as_ref().map(plain));
    put("firmware", firmware.as_ref().map(plain));
    put("cpu", cpu.as_ref().map(cpu_form));
    put("memory", memory.as_ref().map(memory_form));
    put("disks", disks.as_deref().map(|disks| keyed(disks, disk_key, disk_form)));
    put("drives", drives.as_deref().map(|all| keyed(all, |one| one.device.clone(), plain)));
    put("contents", contents.as_deref().map(|all| keyed(all, |one| one.device.clone(), plain)));
    let physical: Option<Vec<Nic>> =
        nics.as_ref().map(|nics| nics.iter().filter(|nic| nic.physical).cloned().collect());
    put("nics", physical.as_deref().map(|nics| keyed(nics, nic_key, nic_form)));
    put("neighbours", neighbours.as_deref().map(|all| keyed(all, |one| one.nic.clone(), plain)));
    put("pci", pci.as_deref().map(|all| keyed(all, |one| one.address.clone(), plain)));
    put("gpus", gpus.as_deref().map(|all| keyed(all, |one| one.address.clone(), plain)));
    put("usb", usb.as_deref().map(|all| keyed(all, |one| one.port.clone(), plain)));
    put("infiniband", infiniband.as_deref().map(|all| keyed(all, |one| one.device.clone(), plain)));
    put("bmc", bmc.as_ref().map(plain));
    put(
        "filesystems",
        filesystems.as_deref().map(|all| keyed(all, |one| one.mount.clone(), filesystem_form)),
    );
    put("sensors", sensors.as_deref().map(|all| keyed(all, |one: &Sensor| one.key.clone(), plain)));
    put("os", os.as_ref().map(os_form));
    sections
}

/// SHA-256 of the canonical form, in hex.
#[must_use]
pub(crate) fn hash(canonical: &Map<String, Value>) -> String {
    let mut text = String::new();
    write_sorted(&mut text, &Value::Object(canonical.clone()));
    hex::encode(Sha256::digest(text))
}

/// JSON with its keys in order, whatever order the map keeps: a dependency may switch that.
fn write_sorted(out: &mut String, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, field) in fields {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_sorted(out, field);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_sorted(out, item);
                out.push(',');
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

/// What can't be written as JSON (no type of an inventory is such) counts as absent.
fn plain<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// A map by key. Things that share a key are numbered in the order of what they are, not in the kernel's.
fn keyed<T>(items: &[T], key: impl Fn(&T) -> String, form: impl Fn(&T) -> Value) -> Value {
    let mut forms: Vec<(String, String, Value)> = items
        .iter()
        .map(|item| {
            let form = form(item);
            (key(item), form.to_string(), form)
        })
        .collect();
    forms.sort_by(|(a, x, _), (b, y, _)| (a, x).cmp(&(b, y)));
    let mut map = Map::new();
    for (key, _, form) in forms {
        let mut name = key.clone();
        let mut nth = 2;
        while map.contains_key(&name) {
            name = format!("{key} #{nth}");
            nth += 1;
        }
        map.insert(name, form);
    }
    Value::Object(map)
}

fn cpu_form(cpu: &Cpu) -> Value {
    // The flags are what this kernel makes of the processor.
    plain(&Cpu { flags: Vec::new(), ..cpu.clone() })
}

fn memory_form(memory: &Memory) -> Value {
    let usable_bytes = match memory.installed_bytes {
        Some(_) => None,
        None => memory.usable_bytes.map(|bytes| bytes.div_ceil(USABLE_STEP_BYTES) * USABLE_STEP_BYTES),
    };
    let mut form = plain(&Memory { usable_bytes, slots: Vec::new(), ..memory.clone() });
    if let Some(fields) = form.as_object_mut() {
        fields.insert("slots".to_owned(), keyed(&memory.slots, slot_key, plain));
    }
    form
}

fn slot_key(slot: &MemorySlot) -> String {
    let said = slot.locator.as_deref().or(slot.bank.as_deref());
    said.unwrap_or("slot").to_owned()
}

/// By what a disk is told from others, and stays itself in another slot.
#[must_use]
pub(crate) fn disk_key(disk: &Disk) -> String {
    let said = [&disk.wwn, &disk.serial, &disk.path].into_iter().flatten().find(|text| !text.is_empty());
    said.unwrap_or(&disk.name).clone()
}

fn disk_form(disk: &Disk) -> Value {
    let unnamed = |part: &Partition| Partition { name: String::new(), ..part.clone() };
    plain(&Disk {
        name: String::new(),
        hctl: None,
        path: None,
        by_path: Vec::new(),
        numa_node: None,
        partitions: disk.partitions.iter().map(unnamed).collect(),
        holders: Vec::new(),
        multipath: None,
        nvme_paths: Vec::new(),
        ..disk.clone()
    })
}

fn nic_key(nic: &Nic) -> String {
    nic.permanent_mac.or(nic.mac).map_or_else(|| nic.name.clone(), |mac| mac.to_string())
}

fn nic_form(nic: &Nic) -> Value {
    plain(&Nic {
        name: String::new(),
        mac: None,
        speed_mbps: None,
        duplex: None,
        carrier: None,
        mtu: None,
        addresses: Vec::new(),
        boot: false,
        ..nic.clone()
    })
}

fn filesystem_form(filesystem: &Filesystem) -> Value {
    plain(&Filesystem { device: String::new(), block: None, ..filesystem.clone() })
}

fn os_form(os: &Os) -> Value {
    plain(&Os { kernel_arguments: None, ..os.clone() })
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn the_hash_does_not_depend_on_the_order_of_keys() {
        let mut text = String::new();
        write_sorted(&mut text, &serde_json::json!({ "b": [1, { "d": null, "c": "\"" }], "a": 1.5 }));
        assert_eq!(text, r#"{"a":1.5,"b":[1,{"c":"\"","d":null,},],}"#);
    }
}

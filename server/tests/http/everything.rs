//! A machine that has one of everything, as it stands on the wire.

use inventory::Report;
use serde_json::{Value, json};

use crate::support::Agent;

pub(crate) const MAC: &str = "3c:ec:ef:00:00:01";

/// One of everything, as it stands on the wire.
pub(crate) fn everything() -> Value {
    let ok = |data: Value| json!({ "status": "ok", "data": data });
    json!({
        "system": ok(json!({
            "vendor": "Dell Inc.", "product": "PowerEdge R650", "serial": "ABC1234",
            "slots": [{ "name": "PCIe Slot 1", "lanes": 16, "in_use": false }],
            "chassis": { "height_units": 1 },
        })),
        "firmware": ok(json!({
            "vendor": "Dell Inc.", "version": "1.9.2", "boot_mode": "uefi", "secure_boot": false,
            "boot_entries": [{ "id": "Boot0001", "description": "PXE", "active": true, "current": true, "network": true }],
            "tpm": { "version": "2.0", "vendor": "NTC" },
        })),
        "cpu": ok(json!({
            "model": "Xeon", "sockets": 2, "cores": 32, "threads": 64, "flags": ["vmx"],
            "caches": [{ "level": 3, "kind": "unified", "size_bytes": 50331648, "count": 2 }],
            "vulnerabilities": [{ "name": "spectre_v2", "state": "vulnerable", "detail": "none" }],
        })),
        "memory": ok(json!({
            "installed_bytes": 68719476736_u64, "ecc": "multi-bit ECC",
            "slots": [{ "locator": "A1", "size_bytes": 68719476736_u64, "kind": "DDR5" }, { "locator": "A2" }],
        })),
        "disks": {
            "status": "partial",
            "data": [{
                "name": "sda", "serial": "D-ABC1234", "model": "ST16000", "size_bytes": 16000900661248_u64,
                "transport": "ata", "rotational": true,
                "partitions": [{ "name": "sda1", "number": 1, "size_bytes": 1073741824 }],
                "holders": [{ "name": "md0", "kind": "raid", "label": "node1:0" }],
            }],
            "warnings": [{ "path": "/sys/block/sda/device/vpd_pg83", "reason": "EIO" }],
        },
        "drives": ok(json!([
            { "device": "/dev/bus/0 megaraid,8", "source": "smartctl", "model": "ST1000", "serial": "W47" },
            { "device": "sda", "source": "drive", "serial": "D-ABC1234", "hides": { "by": "megaraid_sas", "tools": ["storcli"] } },
        ])),
        "contents": ok(json!([{
            "device": "sda1", "signatures": [{ "kind": "ext4", "usage": "filesystem", "label": "boot", "uuid": "u" }],
        }])),
        "nics": ok(json!([{
            "name": "eth0", "mac": MAC, "permanent_mac": MAC, "physical": true, "usb": false, "boot": true,
            "addresses": ["10.0.0.5/24"], "pci_vendor": "8086", "pci_device": "1572", "driver": "i40e",
        }])),
        "neighbours": ok(json!([{
            "nic": "eth0", "chassis_id": "0c:42:a1:00:00:01", "chassis_id_kind": "mac", "port_id": "Eth1/7",
            "port_id_kind": "interface_name", "system_name": "sw1", "ttl_secs": 120, "port_vlan": 10,
        }])),
        "pci": ok(json!([
            { "address": "0000:17:00.0", "vendor": "8086", "device": "1572", "class": "020000",
              "max_link_width": 8, "link_width": 4 },
            { "address": "0000:99:00.0", "vendor": "fff0", "device": "beef" },
        ])),
        "gpus": ok(json!([{ "address": "0000:65:00.0", "vendor": "10de", "device": "20b5", "bmc": false, "model": "A100" }])),
        "usb": ok(json!([{
            "port": "1-2", "vendor": "0951", "product": "1666", "name": "DataTraveler", "hub": false, "bmc": false,
        }])),
        "infiniband": ok(json!([{ "device": "mlx5_0", "port": 1, "node_guid": "0c42:a103:0012:3456", "state": "active" }])),
        "sensors": ok(json!([{ "key": "k", "chip": "coretemp", "kind": "temperature", "class": "cpu" }])),
        "tpm": ok(json!({
            "manufacturer": "INTC", "firmware": "00070055.00000000",
            "certificates": [{ "key": "rsa", "sha256": "ab".repeat(32) }]
        })),
        "bmc": ok(json!({
            "firmware": "2.07", "lan": [{ "channel": 1, "address": "10.0.9.5", "source": "dhcp" }],
        })),
        "filesystems": ok(json!([{ "mount": "/", "device": "/dev/md0", "kind": "xfs" }])),
        "os": ok(json!({ "name": "Debian", "kernel": "6.1", "hostname": "node1", "modules": ["i40e"] })),
    })
}

/// A report of these sections.
pub(crate) fn report(agent: &Agent, sections: Value) -> Report {
    Report { sections: serde_json::from_value(sections).unwrap(), ..agent.report() }
}

/// A sample with one of everything.
pub(crate) fn sample(agent: &Agent, seq: u64) -> Value {
    let mut sample = serde_json::to_value(agent.sample(seq)).unwrap();
    let parts = json!({
        "temperatures": [{ "sensor": "s", "label": "Package", "class": "cpu", "temp_celsius": 95.0, "crit_celsius": 90.0 }],
        "filesystems": [{ "mount": "/", "size_bytes": 100, "used_bytes": 97, "available_bytes": 3 }],
        "readings": [{ "sensor": "ipmi/PS1", "label": "PS1", "kind": "state", "states": ["input lost"], "alarm": true }],
        "arrays": [{ "name": "md0", "level": "raid1", "state": "clean", "degraded": 1,
                     "members": [{ "name": "sda1", "state": "faulty" }] }],
        "memory_errors": [{ "label": "mc0/dimm3", "name": "A1", "corrected": 17 }],
        "nics": [{ "name": "eth0", "carrier": true, "speed_mbps": 1000 }],
        "clock": { "synchronised": false },
        "drives": [
            { "device": "sda", "serial": "D-ABC1234", "verdict": "passed", "temp_celsius": 31, "pending_sectors": 8 },
            { "device": "/dev/bus/0 megaraid,8", "serial": "W47", "verdict": "failing", "reason": "5d/10" },
        ],
        "warnings": [{ "path": "/sys/class/hwmon/hwmon3/temp1_input", "reason": "EAGAIN" }],
    });
    sample.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    sample
}

//! The machine, its firmware, processors, memory, management controller and system software: what was built in, installed
//! or set in its menus.

use inventory::sections::{
    Bmc, BmcLan, BootEntry, CoreKind, Cpu, CpuSlot, Firmware, Memory, MemorySlot, NumaNode, Os, System,
};
use serde_json::Value;

use super::keyed::{keyed, plain};

/// What the kernel keeps for itself differs from release to release: usable memory is told in steps of this many bytes.
const USABLE_STEP_BYTES: u64 = 256 << 20;

/// Watchdogs come with their drivers.
pub(super) fn system(system: &System) -> Value {
    plain(&System { watchdogs: Vec::new(), hypervisor: None, ..system.clone() })
}

/// What may be booted, but not what was this time.
pub(super) fn firmware(firmware: &Firmware) -> Value {
    let entry = |entry: &BootEntry| BootEntry { current: false, ..entry.clone() };
    plain(&Firmware { boot_entries: firmware.boot_entries.iter().map(entry).collect(), ..firmware.clone() })
}

/// Without what the kernel makes of the processors: flags, frequencies, weaknesses.
pub(super) fn cpu(cpu: &Cpu) -> Value {
    let kind = |kind: &CoreKind| CoreKind { max_mhz: None, ..kind.clone() };
    let node = |node: &NumaNode| NumaNode { memory_bytes: None, ..node.clone() };
    let slot = |slot: &CpuSlot| CpuSlot { boot_mhz: None, ..slot.clone() };
    plain(&Cpu {
        min_mhz: None,
        base_mhz: None,
        max_mhz: None,
        governor: None,
        frequency_driver: None,
        flags: Vec::new(),
        vulnerabilities: Vec::new(),
        kinds: cpu.kinds.iter().map(kind).collect(),
        numa_nodes: cpu.numa_nodes.iter().map(node).collect(),
        slots: cpu.slots.iter().map(slot).collect(),
        ..cpu.clone()
    })
}

/// Without what the system software does with it, and what it sees by the drivers that it has.
pub(super) fn memory(memory: &Memory) -> Value {
    let usable_bytes = match memory.installed_bytes {
        Some(_) => None,
        None => memory.usable_bytes.map(|bytes| bytes.div_ceil(USABLE_STEP_BYTES) * USABLE_STEP_BYTES),
    };
    let mut form = plain(&Memory {
        usable_bytes,
        slots: Vec::new(),
        controllers: Vec::new(),
        huge_pages: Vec::new(),
        swap_bytes: None,
        persistent: Vec::new(),
        ..memory.clone()
    });
    if let Some(fields) = form.as_object_mut() {
        fields.insert("slots".to_owned(), keyed(&memory.slots, slot_key, plain));
    }
    form
}

fn slot_key(slot: &MemorySlot) -> String {
    let said = slot.locator.as_deref().or(slot.bank.as_deref());
    said.unwrap_or("slot").to_owned()
}

/// Without its addresses, and what is in its log.
pub(super) fn bmc(bmc: &Bmc) -> Value {
    let lan =
        |lan: &BmcLan| BmcLan { channel: lan.channel, mac: lan.mac, vlan: lan.vlan, ..BmcLan::default() };
    plain(&Bmc { event_log: None, lan: bmc.lan.iter().map(lan).collect(), ..bmc.clone() })
}

/// What is installed, but not how it was started and what it loaded.
pub(super) fn os(os: &Os) -> Value {
    // A discovery system makes its SSH keys anew at each boot.
    let ssh_host_keys = Vec::new();
    plain(&Os {
        kernel_arguments: None,
        modules: Vec::new(),
        taint: None,
        clock_source: None,
        ssh_host_keys,
        ..os.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_boot_of_the_same_system_makes_no_difference() {
        let one = Os { kernel: Some("6.1".into()), ..Os::default() };
        let other = Os {
            modules: vec!["xfs".into()],
            taint: Some("POE".into()),
            clock_source: Some("tsc".into()),
            ..one.clone()
        };
        assert_eq!(os(&one), os(&other));
        assert_ne!(os(&one), os(&Os { kernel: Some("6.12".into()), ..one.clone() }));

        let one = Memory { installed_bytes: Some(1 << 36), ..Memory::default() };
        let other = Memory { swap_bytes: Some(1), usable_bytes: Some(2), ..one.clone() };
        assert_eq!(memory(&one), memory(&other));

        let entry = |current| BootEntry { id: "Boot0001".into(), current, ..BootEntry::default() };
        let booted = |current| Firmware { boot_entries: vec![entry(current)], ..Firmware::default() };
        assert_eq!(firmware(&booted(true)), firmware(&booted(false)));
        assert_ne!(firmware(&booted(true)), firmware(&Firmware::default()));

        let node = |bytes| NumaNode { memory_bytes: Some(bytes), ..NumaNode::default() };
        let one = Cpu { sockets: Some(2), numa_nodes: vec![node(1)], ..Cpu::default() };
        let other = Cpu {
            max_mhz: Some(3200),
            governor: Some("powersave".into()),
            numa_nodes: vec![node(2)],
            ..one.clone()
        };
        assert_eq!(cpu(&one), cpu(&other));
        assert_ne!(cpu(&one), cpu(&Cpu { sockets: Some(1), ..one.clone() }));
    }

    #[test]
    fn a_management_controller_is_itself_at_another_address() {
        let at = |address: &str, firmware: &str| Bmc {
            firmware: Some(firmware.into()),
            lan: vec![BmcLan { channel: 1, address: address.parse().ok(), ..BmcLan::default() }],
            event_log: Some(inventory::sections::EventLog { entries: 7, ..Default::default() }),
            ..Bmc::default()
        };
        assert_eq!(bmc(&at("10.0.0.1", "2.07")), bmc(&Bmc { event_log: None, ..at("10.0.0.2", "2.07") }));
        assert_ne!(bmc(&at("10.0.0.1", "2.07")), bmc(&at("10.0.0.1", "2.08")));
    }
}

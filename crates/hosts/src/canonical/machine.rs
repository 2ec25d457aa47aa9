//! Processors, memory, management controller, system software: what was built in or installed.

use inventory::sections::{Bmc, BmcLan, Cpu, Memory, MemorySlot, Os};
use serde_json::Value;

use super::keyed::{keyed, plain};

/// What the kernel keeps for itself differs from release to release: usable memory is told in steps of this many bytes.
const USABLE_STEP_BYTES: u64 = 256 << 20;

pub(super) fn cpu(cpu: &Cpu) -> Value {
    // The flags are what this kernel makes of the processor.
    plain(&Cpu { flags: Vec::new(), ..cpu.clone() })
}

pub(super) fn memory(memory: &Memory) -> Value {
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

/// Without its addresses, and what is in its log.
pub(super) fn bmc(bmc: &Bmc) -> Value {
    let lan =
        |lan: &BmcLan| BmcLan { channel: lan.channel, mac: lan.mac, vlan: lan.vlan, ..BmcLan::default() };
    plain(&Bmc { event_log: None, lan: bmc.lan.iter().map(lan).collect(), ..bmc.clone() })
}

pub(super) fn os(os: &Os) -> Value {
    plain(&Os { kernel_arguments: None, ..os.clone() })
}

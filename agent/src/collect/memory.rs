//! Memory: what the kernel may use, the slots with what is in them (SMBIOS types 16, 17 and 19), and who watches it.

pub(crate) mod edac;
mod meminfo;
mod names;
mod slots;
mod special;

use inventory::sections::Memory;

use super::place::numbered;
use super::{Nothing, smbios};
use crate::probe::Probe;
pub(crate) use meminfo::Meminfo;

const BLOCKS: &str = "/sys/devices/system/memory";

pub(super) fn collect(probe: &Probe) -> Result<Memory, Nothing> {
    let meminfo = Meminfo::read(probe);
    let tables = smbios::read(probe);
    if meminfo.is_none() && tables.is_none() {
        return Err(Nothing::NotThere(meminfo::MEMINFO));
    }
    let mut memory = tables.as_deref().map(slots::tell).unwrap_or_default();
    memory.usable_bytes = meminfo.as_ref().and_then(|meminfo| meminfo.bytes("MemTotal"));
    memory.swap_bytes = meminfo.as_ref().and_then(|meminfo| meminfo.bytes("SwapTotal"));
    memory.installed_bytes = memory.installed_bytes.or_else(|| blocks_bytes(probe));
    memory.controllers = edac::controllers(probe);
    memory.huge_pages = special::huge_pages(probe);
    memory.persistent = special::persistent(probe);
    memory.cxl = special::cxl(probe);
    Ok(memory)
}

/// What the kernel was given, in blocks of some hundreds of MiB: nearer to what is installed than `MemTotal`.
fn blocks_bytes(probe: &Probe) -> Option<u64> {
    let block = probe.text(&format!("{BLOCKS}/block_size_bytes"))?;
    let block_bytes = u64::from_str_radix(&block, 16).ok()?;
    let blocks = probe.count(BLOCKS, |name| numbered(name, "memory"));
    block_bytes.checked_mul(u64::try_from(blocks).ok()?).filter(|size| *size > 0)
}

#[cfg(test)]
mod tests;

//! Processors: their model from `/proc/cpuinfo`, their number from the topology in `/sys`, their sockets from SMBIOS.
//!
//! Machines have 512 threads and more, so that nothing is read for each of them that a neighbour has told already.

mod caches;
mod flags;
mod frequency;
mod info;
mod kinds;
mod numa;
mod set;
mod slots;
mod topology;
mod vulnerabilities;

use inventory::sections::Cpu;

use super::{Nothing, smbios};
use crate::probe::{Probe, clean};
use frequency::Frequency;
use info::Info;
use topology::Topology;

const CPUINFO: &str = "/proc/cpuinfo";
const CPUS: &str = "/sys/devices/system/cpu";

pub(super) fn collect(probe: &Probe) -> Result<Cpu, Nothing> {
    let info = Info::read(probe);
    let _there = probe.stand(CPUS);
    let topology = Topology::read(probe);
    if info.is_none() && topology.online.is_empty() {
        return Err(Nothing::NotThere(CPUINFO));
    }
    let info = info.unwrap_or_default();
    let text = |name| info.field(name).and_then(|value| clean(value.as_bytes()));
    let number = |name| info.field(name).and_then(|value| value.parse().ok());
    let flags = info.field("flags").or_else(|| info.field("features")).unwrap_or_default();
    let flags: Vec<&str> = flags.split_whitespace().collect();
    let tables = smbios::read(probe);
    let slots = tables.as_deref().map(slots::all).unwrap_or_default();
    let of_slot = |slot: &inventory::sections::CpuSlot| slot.model.clone().filter(|_| slot.populated);
    let groups = kinds::find(probe, &info, &topology);
    let frequency = Frequency::read(probe, &topology, &groups);
    Ok(Cpu {
        architecture: super::os::architecture(probe),
        vendor: text("vendor_id"),
        model: info.model().or_else(|| slots.iter().find_map(of_slot)),
        family: number("cpu family"),
        model_number: number("model"),
        stepping: number("stepping"),
        sockets: topology.sockets,
        dies: topology.dies,
        cores: count(topology.cores.len()),
        threads: count(topology.online.len()),
        present_threads: topology.present.and_then(count),
        smt: probe.flag(&format!("{CPUS}/smt/active")),
        min_mhz: frequency.min_mhz,
        base_mhz: frequency.base_mhz,
        max_mhz: frequency.max_mhz,
        governor: frequency.governor,
        frequency_driver: frequency.driver,
        microcode: text("microcode"),
        x86_64_level: flags::x86_64_level(&flags),
        flags: flags::that_matter(&flags),
        caches: caches::all(probe, &topology, &groups),
        kinds: kinds::told(&groups, &frequency.max_of_kinds_mhz),
        numa_nodes: numa::nodes(probe),
        vulnerabilities: vulnerabilities::all(probe),
        slots,
    })
}

fn count(number: usize) -> Option<u32> {
    u32::try_from(number).ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests;

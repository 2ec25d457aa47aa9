//! Kinds of cores in one machine.

use inventory::sections::CoreKind;

use super::count;
use super::info::{Design, Info};
use super::set::CpuSet;
use super::topology::Topology;
use crate::probe::Probe;

/// What Intel's kernels call the cores of a hybrid processor.
const HYBRID: [(&str, &str); 3] =
    [("cpu_core", "performance"), ("cpu_atom", "efficiency"), ("cpu_lowpower", "low-power")];
/// More kinds than any machine has.
const KINDS_LIMIT: usize = 16;

/// Cores that are alike.
#[derive(Debug, Clone, Default)]
pub(super) struct Kind {
    pub(super) threads: CpuSet,
    name: Option<&'static str>,
    design: Option<Design>,
}

/// The kinds that the kernel or the processor tells apart; none where all are alike.
pub(super) fn find(probe: &Probe, info: &Info, topology: &Topology) -> Vec<Kind> {
    let mut designs = info.designs();
    if let [(_, threads)] = designs.as_mut_slice() {
        // On a machine of many threads only the first blocks were read.
        *threads = topology.online.clone();
    }
    if !designs.is_empty() {
        let kinds = designs.into_iter().take(KINDS_LIMIT);
        return kinds.map(|(design, threads)| Kind { threads, design: Some(design), name: None }).collect();
    }
    if info.field("vendor_id") != Some("GenuineIntel") {
        return Vec::new();
    }
    let hybrid = HYBRID.iter().filter_map(|(folder, name)| {
        let threads = CpuSet::list_in(probe, &format!("/sys/devices/{folder}/cpus"))?;
        Some(Kind { threads, name: Some(name), design: None }).filter(|kind| !kind.threads.is_empty())
    });
    hybrid.collect()
}

/// The kinds as they are reported.
pub(super) fn told(kinds: &[Kind], max_mhz: &[Option<u32>]) -> Vec<CoreKind> {
    let told = kinds.iter().enumerate().map(|(index, kind)| {
        let design = kind.design.clone().unwrap_or_default();
        CoreKind {
            name: kind.name.map(str::to_owned),
            cpus: kind.threads.to_string(),
            threads: count(kind.threads.len()).unwrap_or_default(),
            max_mhz: max_mhz.get(index).copied().flatten(),
            implementer: design.implementer,
            part: design.part,
            revision: design.revision,
        }
    });
    told.collect()
}

//! NUMA nodes.

use inventory::sections::NumaNode;

use super::set::CpuSet;
use crate::collect::place::numbered;
use crate::probe::Probe;
use crate::root::FILE_LIMIT_BYTES;

const NODES: &str = "/sys/devices/system/node";
/// As many as a kernel is built for.
const NODES_LIMIT: usize = 1024;

pub(super) fn nodes(probe: &Probe) -> Vec<NumaNode> {
    ids(probe).iter().take(NODES_LIMIT).map(|id| node(probe, id)).collect()
}

fn ids(probe: &Probe) -> CpuSet {
    let listed = CpuSet::list_in(probe, &format!("{NODES}/online"));
    listed.unwrap_or_else(|| {
        let names = probe.names(NODES).into_iter().filter(|name| numbered(name, "node"));
        names.filter_map(|name| name.strip_prefix("node")?.parse().ok()).collect()
    })
}

fn node(probe: &Probe, id: u32) -> NumaNode {
    let at = |file: &str| format!("{NODES}/node{id}/{file}");
    let distances = probe.text(&at("distance")).unwrap_or_default();
    NumaNode {
        id,
        cpus: cpus(probe, &format!("{NODES}/node{id}"))
            .filter(|cpus| !cpus.is_empty())
            .map(|cpus| cpus.to_string()),
        memory_bytes: probe.lines(&at("meminfo"), FILE_LIMIT_BYTES).as_deref().and_then(memory_bytes),
        distances: distances.split_whitespace().map_while(|distance| distance.parse().ok()).collect(),
    }
}

fn cpus(probe: &Probe, node: &str) -> Option<CpuSet> {
    let list = CpuSet::list_in(probe, &format!("{node}/cpulist"));
    list.or_else(|| CpuSet::mask_in(probe, &format!("{node}/cpumap")))
}

/// `Node 0 MemTotal:  1457180 kB`.
fn memory_bytes(meminfo: &str) -> Option<u64> {
    let (_, value) = meminfo.lines().find_map(|line| line.split_once(" MemTotal:"))?;
    let kib: u64 = value.split_whitespace().next()?.parse().ok()?;
    kib.checked_mul(1024)
}

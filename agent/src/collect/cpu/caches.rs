//! Caches. Cores that are alike have caches that are alike: those that a core has for itself are read once for all of its
//! group, and only those that cores share are read one by one.

use std::collections::BTreeMap;

use inventory::sections::Cache;

use super::CPUS;
use super::kinds::Kind;
use super::set::CpuSet;
use super::topology::Topology;
use crate::probe::Probe;

/// Instructions, data, and three levels more are the most that there is.
const INDEXES_LIMIT: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    level: u8,
    kind: String,
    size_bytes: u64,
}

/// All caches, those of one shape together.
pub(super) fn all(probe: &Probe, topology: &Topology, kinds: &[Kind]) -> Vec<Cache> {
    let mut counts: BTreeMap<Shape, u32> = BTreeMap::new();
    let mut told: BTreeMap<(u8, String), CpuSet> = BTreeMap::new();
    for group in groups(topology, kinds) {
        let Some(first) = group.first().and_then(|core| core.first()) else { continue };
        for index in 0..INDEXES_LIMIT {
            let Some((shape, shared)) = read(probe, first, index) else { break };
            let Some(core) = group.first().filter(|core| shared.is_within(core)) else {
                count_shared(probe, &group, index, (shape, shared), &mut counts, &mut told);
                continue;
            };
            // Some processors have one for each thread.
            let in_core = core.len() / shared.len().max(1);
            let number = u32::try_from(group.len().saturating_mul(in_core)).unwrap_or(u32::MAX);
            *counts.entry(shape).or_default() += number;
        }
    }
    let caches = counts.into_iter().map(|(shape, count)| Cache {
        level: shape.level,
        kind: shape.kind,
        size_bytes: shape.size_bytes,
        count,
    });
    caches.collect()
}

/// Caches that cores share: each is read once, by the first of its threads. The very first is read already.
fn count_shared(
    probe: &Probe,
    group: &[&CpuSet],
    index: usize,
    known: (Shape, CpuSet),
    counts: &mut BTreeMap<Shape, u32>,
    told: &mut BTreeMap<(u8, String), CpuSet>,
) {
    let like = known.0.clone();
    let told = told.entry((like.level, like.kind.clone())).or_default();
    let mut known = Some(known);
    for thread in group.iter().filter_map(|core| core.first()) {
        let known = known.take();
        if told.contains(thread) {
            continue;
        }
        let Some((shape, shared)) = known.or_else(|| read_like(probe, thread, index, &like)) else {
            continue;
        };
        told.extend(shared.iter().chain([thread]));
        *counts.entry(shape).or_default() += 1;
    }
}

/// Cores of one kind with as many threads each. (Kernels that don't name the kinds of a hybrid processor still show that
/// one of them has two threads.)
fn groups<'a>(topology: &'a Topology, kinds: &[Kind]) -> Vec<Vec<&'a CpuSet>> {
    let mut groups: BTreeMap<(Option<usize>, usize), Vec<&CpuSet>> = BTreeMap::new();
    for core in &topology.cores {
        let kind = core.first().and_then(|first| kinds.iter().position(|kind| kind.threads.contains(first)));
        groups.entry((kind, core.len())).or_default().push(core);
    }
    groups.into_values().collect()
}

fn text(probe: &Probe, thread: u32, index: usize, file: &str) -> Option<String> {
    probe.text(&format!("{CPUS}/cpu{thread}/cache/index{index}/{file}"))
}

fn shared(probe: &Probe, thread: u32, index: usize) -> CpuSet {
    let at = format!("{CPUS}/cpu{thread}/cache/index{index}");
    let list = CpuSet::list_in(probe, &format!("{at}/shared_cpu_list"));
    list.or_else(|| CpuSet::mask_in(probe, &format!("{at}/shared_cpu_map"))).unwrap_or_default()
}

fn read(probe: &Probe, thread: u32, index: usize) -> Option<(Shape, CpuSet)> {
    let level = text(probe, thread, index, "level")?.parse().ok()?;
    let kind = text(probe, thread, index, "type")?.to_lowercase();
    let size_bytes = size_bytes(&text(probe, thread, index, "size")?)?;
    Some((Shape { level, kind, size_bytes }, shared(probe, thread, index)))
}

/// The cache of another thread, which differs in its size at most.
fn read_like(probe: &Probe, thread: u32, index: usize, like: &Shape) -> Option<(Shape, CpuSet)> {
    let size_bytes = size_bytes(&text(probe, thread, index, "size")?)?;
    Some((Shape { size_bytes, ..like.clone() }, shared(probe, thread, index)))
}

fn size_bytes(text: &str) -> Option<u64> {
    let kib: u64 = text.strip_suffix('K')?.parse().ok()?;
    kib.checked_mul(1024).filter(|size| *size > 0)
}

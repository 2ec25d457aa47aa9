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
            let own = group.first().is_some_and(|core| shared.is_within(core));
            if own {
                let number = u32::try_from(group.len()).unwrap_or(u32::MAX);
                *counts.entry(shape).or_default() += number;
                continue;
            }
            let told = told.entry((shape.level, shape.kind.clone())).or_default();
            for thread in group.iter().filter_map(|core| core.first()) {
                if told.contains(thread) {
                    continue;
                }
                let same = thread == first;
                let found = if same {
                    Some((shape.clone(), shared.clone()))
                } else {
                    read_like(probe, thread, index, &shape)
                };
                let Some((shape, shared)) = found else { continue };
                told.extend(shared.iter().chain([thread]));
                *counts.entry(shape).or_default() += 1;
            }
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
    let list = text(probe, thread, index, "shared_cpu_list").and_then(|list| CpuSet::from_list(&list));
    let mask = || CpuSet::from_mask(&text(probe, thread, index, "shared_cpu_map")?);
    list.or_else(mask).unwrap_or_default()
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

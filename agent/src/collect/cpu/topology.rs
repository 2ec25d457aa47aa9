//! Which threads there are, and which of them share a core, a die, a package.

use super::set::CpuSet;
use super::{CPUS, count};
use crate::collect::place::numbered;
use crate::probe::Probe;

/// Newer kernels have a name for each; older ones call a package "core siblings", and have masks only.
const CORES: [&str; 3] = ["core_cpus_list", "thread_siblings_list", "thread_siblings"];
const DIES: [&str; 1] = ["die_cpus_list"];
const PACKAGES: [&str; 3] = ["package_cpus_list", "core_siblings_list", "core_siblings"];

#[derive(Debug, Default)]
pub(super) struct Topology {
    /// The threads that work. Those that are switched off have no `topology`.
    pub(super) online: CpuSet,
    /// How many threads there are.
    pub(super) present: Option<usize>,
    /// The threads of each core.
    pub(super) cores: Vec<CpuSet>,
    pub(super) dies: Option<u32>,
    pub(super) sockets: Option<u32>,
}

impl Topology {
    pub(super) fn read(probe: &Probe) -> Self {
        let list = |file: &str| CpuSet::list_in(probe, &format!("{CPUS}/{file}"));
        let online =
            list("online").filter(|online| !online.is_empty()).unwrap_or_else(|| with_topology(probe));
        let Some(first) = online.first() else { return Self::default() };
        // Where nobody knows the package the kernel says -1, and calls each thread one.
        let known =
            probe.number::<i32>(&format!("{CPUS}/cpu{first}/topology/physical_package_id")) != Some(-1);
        Self {
            present: list("present").map(|present| present.len()),
            cores: parts(probe, &online, &CORES),
            dies: count(parts(probe, &online, &DIES).len()),
            sockets: count(parts(probe, &online, &PACKAGES).len()).filter(|_| known),
            online,
        }
    }
}

/// Kernels before 2.6.26 don't list what is online.
fn with_topology(probe: &Probe) -> CpuSet {
    let names = probe.names(CPUS).into_iter().filter(|name| numbered(name, "cpu"));
    let online = names.filter(|name| probe.exists(&format!("{CPUS}/{name}/topology")));
    online.filter_map(|name| name.strip_prefix("cpu")?.parse().ok()).collect()
}

/// The sets into which these files part the threads: one read for each set, not for each thread.
fn parts(probe: &Probe, online: &CpuSet, files: &[&str]) -> Vec<CpuSet> {
    let read = |thread: u32, file: &str| {
        let path = format!("{CPUS}/cpu{thread}/topology/{file}");
        if file.ends_with("_list") { CpuSet::list_in(probe, &path) } else { CpuSet::mask_in(probe, &path) }
    };
    let mut known = None;
    let mut parts = Vec::new();
    let mut told = CpuSet::default();
    for thread in online.iter() {
        if told.contains(thread) {
            continue;
        }
        // Which of the files this kernel has is found out once.
        let found = match known {
            Some(file) => read(thread, file),
            None => files.iter().find_map(|file| {
                let siblings = read(thread, file)?;
                known = Some(*file);
                Some(siblings)
            }),
        };
        let Some(siblings) = found else {
            if known.is_none() {
                return Vec::new();
            }
            continue;
        };
        let mut part: CpuSet =
            siblings.iter().filter(|it| online.contains(*it) && !told.contains(*it)).collect();
        part.extend([thread]);
        told.extend(part.iter());
        parts.push(part);
    }
    parts
}

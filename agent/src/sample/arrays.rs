//! How software RAID does: md's arrays, and the pools of ZFS.

mod md;

use inventory::{ArrayKind, ArrayState};

use crate::collect::{BLOCK, Nothing};
use crate::probe::Probe;

/// Where ZFS keeps a folder for each pool that is imported, among statistics of its own.
const POOLS: &str = "/proc/spl/kstat/zfs";
/// As many as the server takes.
const ARRAYS_LIMIT: usize = 1024;

pub(super) fn read(probe: &Probe) -> Result<Vec<ArrayState>, Nothing> {
    let names = probe.names(BLOCK);
    let arrays =
        names.into_iter().filter(|name| name.starts_with("md")).filter_map(|name| md::read(probe, name));
    let pools = probe.names(POOLS).into_iter().filter_map(|name| {
        let state = probe.text(&format!("{POOLS}/{name}/state"))?;
        Some(ArrayState { name, kind: ArrayKind::Zfs, state: Some(state), ..ArrayState::default() })
    });
    let mut all: Vec<ArrayState> = arrays.chain(pools).take(ARRAYS_LIMIT).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

#[cfg(test)]
mod tests;

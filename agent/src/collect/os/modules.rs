//! Loaded kernel modules. A kernel that is built without modules has no such file, and so no modules.

use crate::collect::bounded;
use crate::probe::Probe;

const MODULES: &str = "/proc/modules";
/// A line has some 60 bytes; distributions load up to 300.
const MODULES_LIMIT_BYTES: usize = 256 << 10;
/// The kernel's own limit for a name is 56.
const NAME_LIMIT_BYTES: usize = 64;

/// Their names, sorted.
pub(super) fn loaded(probe: &Probe) -> Vec<String> {
    let lines = probe.lines(MODULES, MODULES_LIMIT_BYTES).unwrap_or_default();
    let names = lines.lines().filter_map(|line| line.split_whitespace().next());
    let mut names: Vec<String> =
        names.filter(|name| name.len() <= NAME_LIMIT_BYTES).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    bounded(probe, MODULES, names)
}

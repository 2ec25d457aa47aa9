//! `/proc/meminfo`, read once for all that is asked of it.

use crate::probe::Probe;
use crate::root::FILE_LIMIT_BYTES;

pub(super) const MEMINFO: &str = "/proc/meminfo";

/// The file.
pub(crate) struct Meminfo(String);

impl Meminfo {
    pub(crate) fn read(probe: &Probe) -> Option<Self> {
        probe.lines(MEMINFO, FILE_LIMIT_BYTES).map(Self)
    }

    /// One line, which the kernel writes in KiB.
    pub(crate) fn bytes(&self, name: &str) -> Option<u64> {
        let value = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let kib: u64 = value.split_whitespace().next()?.parse().ok()?;
        kib.checked_mul(1024)
    }
}

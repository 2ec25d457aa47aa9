//! How fast the processors may run.

use super::CPUS;
use super::kinds::Kind;
use super::topology::Topology;
use crate::probe::Probe;

/// Cores of one package differ by a few MHz, where the maker found some of them to be better. More need not be asked.
const CORES_LIMIT: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Frequency {
    pub(super) min_mhz: Option<u32>,
    pub(super) base_mhz: Option<u32>,
    pub(super) max_mhz: Option<u32>,
    /// Of the first core of each kind.
    pub(super) max_of_kinds_mhz: Vec<Option<u32>>,
    pub(super) governor: Option<String>,
    pub(super) driver: Option<String>,
}

impl Frequency {
    pub(super) fn read(probe: &Probe, topology: &Topology, kinds: &[Kind]) -> Self {
        let at = |thread: u32, file: &str| format!("{CPUS}/cpu{thread}/cpufreq/{file}");
        let mhz = |thread: u32, file: &str| {
            probe.number::<u32>(&at(thread, file)).map(|khz| khz / 1000).filter(|mhz| *mhz > 0)
        };
        let max = |thread: u32| mhz(thread, "cpuinfo_max_freq");
        let Some(first) = topology.online.first() else { return Self::default() };
        let driver = probe.text(&at(first, "scaling_driver"));
        // Virtual machines, and those whose firmware keeps the frequency to itself.
        let Some(of_first) = max(first) else { return Self { driver, ..Self::default() } };
        let others = topology.cores.iter().take(CORES_LIMIT).filter_map(|core| core.first());
        let max_of_cores = others.filter(|thread| *thread != first).filter_map(max).max();
        let of_kind = |thread| if thread == first { Some(of_first) } else { max(thread) };
        let max_of_kinds_mhz: Vec<_> =
            kinds.iter().map(|kind| kind.threads.first().and_then(of_kind)).collect();
        Self {
            min_mhz: mhz(first, "cpuinfo_min_freq"),
            base_mhz: mhz(first, "base_frequency"),
            max_mhz: max_of_kinds_mhz.iter().copied().chain([Some(of_first), max_of_cores]).max().flatten(),
            max_of_kinds_mhz,
            governor: probe.text(&at(first, "scaling_governor")),
            driver,
        }
    }
}

//! Uptime, load averages, memory in use.

use inventory::{Load, MemoryUse};

use crate::collect::{Nothing, memory_field_bytes};
use crate::probe::Probe;

#[derive(Debug, Default)]
pub(super) struct Readings {
    pub(super) uptime_secs: Option<u64>,
    pub(super) load: Option<Load>,
    pub(super) memory: Option<MemoryUse>,
}

pub(super) fn read(probe: &Probe) -> Result<Readings, Nothing> {
    Ok(Readings { uptime_secs: uptime_secs(probe), load: load(probe), memory: memory(probe) })
}

fn uptime_secs(probe: &Probe) -> Option<u64> {
    let uptime = probe.text("/proc/uptime")?;
    uptime.split(['.', ' ']).next()?.parse().ok()
}

fn load(probe: &Probe) -> Option<Load> {
    let averages = probe.text("/proc/loadavg")?;
    let mut averages = averages
        .split_whitespace()
        .map(|average| average.parse::<f64>().ok().filter(|average| average.is_finite() && *average >= 0.0));
    let mut next = || averages.next().flatten();
    Some(Load { one: next()?, five: next()?, fifteen: next()? })
}

fn memory(probe: &Probe) -> Option<MemoryUse> {
    Some(MemoryUse {
        total_bytes: memory_field_bytes(probe, "MemTotal")?,
        available_bytes: memory_field_bytes(probe, "MemAvailable")?,
    })
}

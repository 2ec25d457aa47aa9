//! Uptime, load averages, memory in use.

use inventory::{Load, MemoryUse};

use crate::collect::{Meminfo, Nothing};
use crate::probe::Probe;

#[derive(Debug, Default)]
pub(super) struct Readings {
    pub(super) uptime_secs: Option<u64>,
    pub(super) load: Option<Load>,
    pub(super) memory: Option<MemoryUse>,
}

pub(super) fn read(probe: &Probe) -> Result<Readings, Nothing> {
    let memory = Meminfo::read(probe).as_ref().and_then(memory);
    Ok(Readings { uptime_secs: uptime_secs(probe), load: load(probe), memory })
}

fn uptime_secs(probe: &Probe) -> Option<u64> {
    let uptime = probe.text("/proc/uptime")?;
    uptime.split(['.', ' ']).next()?.parse().ok()
}

/// `0.32 0.08 0.03 1/140 247`: three averages, running and all tasks, the last process.
fn load(probe: &Probe) -> Option<Load> {
    let line = probe.text("/proc/loadavg")?;
    let mut words = line.split_whitespace();
    let mut average = || -> Option<f64> {
        words.next()?.parse().ok().filter(|average: &f64| average.is_finite() && *average >= 0.0)
    };
    let (one, five, fifteen) = (average()?, average()?, average()?);
    let tasks = words.next().and_then(|tasks| tasks.split_once('/'));
    let number = |text: &str| text.parse().ok();
    Some(Load {
        one,
        five,
        fifteen,
        running: tasks.and_then(|(running, _)| number(running)),
        tasks: tasks.and_then(|(_, all)| number(all)),
    })
}

fn memory(meminfo: &Meminfo) -> Option<MemoryUse> {
    let swap_bytes = meminfo.bytes("SwapTotal");
    let swap_free_bytes = meminfo.bytes("SwapFree");
    let written_bytes = meminfo.bytes("Writeback").unwrap_or_default();
    Some(MemoryUse {
        total_bytes: meminfo.bytes("MemTotal")?,
        available_bytes: meminfo.bytes("MemAvailable")?,
        swap_bytes,
        swap_used_bytes: swap_bytes.zip(swap_free_bytes).map(|(all, free)| all.saturating_sub(free)),
        dirty_bytes: meminfo.bytes("Dirty").map(|dirty| dirty.saturating_add(written_bytes)),
        corrupted_bytes: meminfo.bytes("HardwareCorrupted"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    #[test]
    fn one_reading_of_meminfo_tells_all_of_memory() {
        let tree = Builder::new().file(
            "/proc/meminfo",
            "MemTotal: 2000 kB\nMemAvailable: 500 kB\nSwapTotal: 100 kB\nSwapFree: 40 kB\nDirty: 3 kB\nWriteback: 2 kB\nHardwareCorrupted: 4 kB\n",
        );
        let memory = read(&Probe::new(tree.root())).unwrap().memory.unwrap();
        assert_eq!((memory.swap_bytes, memory.swap_used_bytes), (Some(102_400), Some(61_440)));
        assert_eq!((memory.dirty_bytes, memory.corrupted_bytes), (Some(5120), Some(4096)));
    }

    #[test]
    fn a_line_that_is_cut_loses_what_it_lacks() {
        let load = |line: &str| load(&Probe::new(Builder::new().file("/proc/loadavg", line).root()));
        assert_eq!(load("1 2 3 4/500 9").map(|load| (load.running, load.tasks)), Some((Some(4), Some(500))));
        assert_eq!(load("1 2 3").map(|load| (load.running, load.tasks)), Some((None, None)));
        assert_eq!(load("1 2 3 x/y").map(|load| (load.fifteen, load.tasks)), Some((3.0, None)));
        assert_eq!(load("1 2"), None);
    }
}

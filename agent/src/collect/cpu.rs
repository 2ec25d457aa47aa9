//! Processors: their model from `/proc/cpuinfo`, their number from the topology in `/sys`.

use std::collections::BTreeSet;

use inventory::sections::Cpu;

use super::Nothing;
use super::place::numbered;
use crate::probe::{Probe, clean};
use crate::root::FILE_LIMIT_BYTES;

/// The longest real one has 20.
const FLAG_LIMIT_BYTES: usize = 64;
const CPUINFO: &str = "/proc/cpuinfo";
const CPUS: &str = "/sys/devices/system/cpu";

pub(super) fn collect(probe: &Probe) -> Result<Cpu, Nothing> {
    // One block a thread, all alike: with 512 threads the whole is a megabyte, and the first block says it all.
    let cpuinfo = probe.head(CPUINFO, FILE_LIMIT_BYTES);
    let first = cpuinfo.as_deref().and_then(|cpuinfo| cpuinfo.split("\n\n").next());
    let threads = online(probe);
    if first.is_none() && threads.is_empty() {
        return Err(Nothing::NotThere(CPUINFO));
    }
    let field = |name| first.and_then(|block| field(block, name));
    let text = |name| field(name).and_then(|value| clean(value.as_bytes()));
    let topology = topology(probe, &threads);
    Ok(Cpu {
        architecture: super::os::architecture(probe),
        vendor: text("vendor_id"),
        model: text("model name"),
        sockets: count(topology.packages.len()),
        cores: count(topology.cores.len()),
        threads: count(threads.len()),
        max_mhz: max_mhz(probe, &threads),
        microcode: text("microcode"),
        flags: field("flags").or_else(|| field("Features")).map(sorted).unwrap_or_default(),
    })
}

fn field<'a>(block: &'a str, name: &str) -> Option<&'a str> {
    let value = block.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then_some(value.trim())
    });
    value.filter(|value| !value.is_empty())
}

/// The threads that are online. Those that are not have no `topology`, and do no work.
fn online(probe: &Probe) -> Vec<String> {
    let names = probe.names(CPUS).into_iter().filter(|name| numbered(name, "cpu"));
    names.filter(|name| probe.exists(&format!("{CPUS}/{name}/topology"))).collect()
}

#[derive(Default)]
struct Topology {
    packages: BTreeSet<i64>,
    cores: BTreeSet<(i64, i64, i64)>,
}

fn topology(probe: &Probe, threads: &[String]) -> Topology {
    let mut topology = Topology::default();
    for thread in threads {
        let number = |file: &str| probe.number::<i64>(&format!("{CPUS}/{thread}/topology/{file}"));
        // A core's number is unique in its die, a die's in its package at best.
        let Some(package) = number("physical_package_id") else { continue };
        topology.packages.insert(package);
        if let Some(core) = number("core_id") {
            topology.cores.insert((package, number("die_id").unwrap_or(0), core));
        }
    }
    topology
}

fn max_mhz(probe: &Probe, threads: &[String]) -> Option<u32> {
    let khz = |thread: &String| probe.number::<u32>(&format!("{CPUS}/{thread}/cpufreq/cpuinfo_max_freq"));
    threads.iter().filter_map(khz).max().map(|khz| khz / 1000).filter(|mhz| *mhz > 0)
}

fn count(number: usize) -> Option<u32> {
    u32::try_from(number).ok().filter(|number| *number > 0)
}

fn sorted(flags: &str) -> Vec<String> {
    let flags: BTreeSet<&str> =
        flags.split_whitespace().filter(|flag| flag.len() <= FLAG_LIMIT_BYTES).collect();
    flags.into_iter().take(super::ITEMS_LIMIT).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    fn thread(tree: Builder, number: u32, package: i32, core: i32) -> Builder {
        tree.files(
            &format!("{CPUS}/cpu{number}/topology"),
            &[
                ("physical_package_id", &format!("{package}\n")),
                ("core_id", &format!("{core}\n")),
                ("die_id", "0\n"),
            ],
        )
    }

    #[test]
    fn two_packages_with_two_threads_a_core_and_one_thread_offline() {
        let mut tree = Builder::new()
            .file(CPUINFO, "processor: 0\nvendor_id : GenuineIntel\nflags : sse fpu sse2\n\nprocessor : 1\n")
            .folder(&format!("{CPUS}/cpu8"))
            .folder(&format!("{CPUS}/cpufreq"))
            .file(&format!("{CPUS}/cpu0/cpufreq/cpuinfo_max_freq"), "3500000")
            .file(&format!("{CPUS}/cpu1/cpufreq/cpuinfo_max_freq"), "3900000");
        for number in 0..8 {
            let place = i32::try_from(number).unwrap();
            tree = thread(tree, number, place / 4, (place % 4) / 2);
        }
        let cpu = collect(&Probe::new(tree.root())).unwrap();
        assert_eq!((cpu.sockets, cpu.cores, cpu.threads), (Some(2), Some(4), Some(8)));
        assert_eq!(cpu.max_mhz, Some(3900));
        assert_eq!(cpu.vendor.as_deref(), Some("GenuineIntel"));
        assert_eq!(cpu.flags, ["fpu", "sse", "sse2"]);
        assert_eq!(cpu.model, None);
    }

    #[test]
    fn a_very_long_cpuinfo_is_read_at_its_beginning() {
        let block = "processor : 0\nmodel name : Big\nflags : a b\n\n";
        let tree = Builder::new().file(CPUINFO, block.repeat(30_000));
        let probe = Probe::new(tree.root());
        assert_eq!(collect(&probe).unwrap().model.as_deref(), Some("Big"));
        assert!(probe.into_warnings().is_empty());
    }

    #[test]
    fn no_processor_is_a_reason() {
        let nothing = collect(&Probe::new(Builder::new().root())).unwrap_err();
        assert_eq!(nothing.to_string(), "/proc/cpuinfo is not there");
    }
}

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::collect::smbios::tests::with_fields;
use crate::root::{Question, Root, Tree};
use crate::tree::Builder;

fn thread(tree: Builder, number: u32, package: &str, core: &str) -> Builder {
    tree.files(
        &format!("{CPUS}/cpu{number}/topology"),
        &[("physical_package_id", "0\n"), ("core_siblings", package), ("thread_siblings", core)],
    )
}

#[test]
fn two_packages_with_two_threads_a_core_and_one_thread_offline() {
    let mut tree = Builder::new()
        .file(CPUINFO, "processor: 0\nvendor_id : GenuineIntel\nflags : vmx fpu aes\n\nprocessor : 1\n")
        .folder(&format!("{CPUS}/cpu8"))
        .folder(&format!("{CPUS}/cpufreq"))
        .file(&format!("{CPUS}/cpu0/cpufreq/cpuinfo_max_freq"), "3500000")
        .file(&format!("{CPUS}/cpu2/cpufreq/cpuinfo_max_freq"), "3900000");
    // As old kernels write it: in masks.
    for number in 0..8_u32 {
        let package = if number < 4 { "0000000f\n" } else { "000000f0\n" };
        tree = thread(tree, number, package, &format!("{:08x}\n", 0b11 << (number / 2 * 2)));
    }
    let cpu = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!((cpu.sockets, cpu.cores, cpu.threads), (Some(2), Some(4), Some(8)));
    assert_eq!(cpu.max_mhz, Some(3900));
    assert_eq!(cpu.vendor.as_deref(), Some("GenuineIntel"));
    assert_eq!(cpu.flags, ["aes", "vmx"]);
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

/// A machine of `sockets` with `cores` each, of two threads: as Linux numbers them, the second threads behind all first.
fn server(sockets: u32, cores: u32) -> Builder {
    let all = sockets * cores;
    let mut tree = Builder::new()
        .file(CPUINFO, "vendor_id : GenuineIntel\nmodel name : Big\n\n")
        .file(&format!("{CPUS}/online"), format!("0-{}\n", 2 * all - 1))
        .file(&format!("{CPUS}/present"), format!("0-{}\n", 2 * all + 3))
        .file(&format!("{CPUS}/smt/active"), "1\n");
    for thread in 0..2 * all {
        let core = thread % all;
        let first = core / cores * cores;
        let package = format!("{first}-{},{}-{}\n", first + cores - 1, all + first, all + first + cores - 1);
        let own = format!("{core},{}\n", core + all);
        let cache = |level: &'static str, kind: &'static str, size: &'static str, shared: &str| {
            [
                ("level", level.to_owned()),
                ("type", kind.to_owned()),
                ("size", size.to_owned()),
                ("shared_cpu_list", shared.to_owned()),
            ]
        };
        let at = format!("{CPUS}/cpu{thread}");
        tree = tree.files(
            &format!("{at}/topology"),
            &[("core_cpus_list", &own), ("die_cpus_list", &package), ("package_cpus_list", &package)],
        );
        for (index, files) in [
            cache("1", "Data", "48K", &own),
            cache("1", "Instruction", "32K", &own),
            cache("3", "Unified", "107520K", &package),
        ]
        .iter()
        .enumerate()
        {
            for (name, content) in files {
                tree = tree.file(&format!("{at}/cache/index{index}/{name}"), content);
            }
        }
    }
    tree
}

fn caches(cpu: &Cpu) -> Vec<(u8, &str, u64, u32)> {
    cpu.caches
        .iter()
        .map(|cache| (cache.level, cache.kind.as_str(), cache.size_bytes >> 10, cache.count))
        .collect()
}

#[test]
fn a_server_is_counted_with_its_caches() {
    let cpu = collect(&Probe::new(server(2, 4).root())).unwrap();
    assert_eq!((cpu.sockets, cpu.dies, cpu.cores, cpu.threads), (Some(2), Some(2), Some(8), Some(16)));
    assert_eq!((cpu.present_threads, cpu.smt, cpu.kinds.len()), (Some(20), Some(true), 0));
    assert_eq!(caches(&cpu), [(1, "data", 48, 8), (1, "instruction", 32, 8), (3, "unified", 107_520, 2)]);
}

/// Counts what is read below a path.
struct Counting {
    tree: Root,
    read: Arc<Mutex<BTreeSet<String>>>,
}

impl Tree for Counting {
    fn read(&self, path: &str, limit_bytes: usize) -> io::Result<Vec<u8>> {
        assert!(self.read.lock().unwrap().insert(path.to_owned()), "{path} is read twice");
        self.tree.tree().read(path, limit_bytes)
    }
    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        self.tree.tree().names(path)
    }
    fn real(&self, path: &str) -> io::Result<String> {
        self.tree.tree().real(path)
    }
    fn target(&self, path: &str) -> io::Result<String> {
        self.tree.tree().target(path)
    }
    fn ask(&self, question: &Question) -> io::Result<Vec<u8>> {
        self.tree.tree().ask(question)
    }
}

#[test]
fn a_machine_of_many_threads_is_not_read_thread_by_thread() {
    let read = Arc::new(Mutex::new(BTreeSet::new()));
    let tree = server(4, 32);
    let counting = Counting { tree: tree.root(), read: Arc::clone(&read) };
    let cpu = collect(&Probe::new(Root::new(counting))).unwrap();
    assert_eq!((cpu.threads, cpu.cores, cpu.caches[2].count), (Some(256), Some(128), 4));
    let below_threads =
        read.lock().unwrap().iter().filter(|path| path.starts_with(&format!("{CPUS}/cpu"))).count();
    // One a core, and few more for dies, packages and caches.
    assert!(below_threads < 128 + 64, "{below_threads}");
}

#[test]
fn kinds_of_cores_are_told_by_intels_kernels() {
    let mut tree = Builder::new()
        .file(CPUINFO, "vendor_id : GenuineIntel\n\n")
        .file(&format!("{CPUS}/online"), "0-3\n")
        .file("/sys/devices/cpu_core/cpus", "0-1\n")
        .file("/sys/devices/cpu_atom/cpus", "2-3\n");
    for (thread, own, mhz) in
        [(0, "0-1", "5200000"), (1, "0-1", "5200000"), (2, "2", "3900000"), (3, "3", "3900000")]
    {
        tree = tree
            .file(&format!("{CPUS}/cpu{thread}/topology/core_cpus_list"), own)
            .file(&format!("{CPUS}/cpu{thread}/cpufreq/cpuinfo_max_freq"), mhz);
    }
    let tree = tree.files(
        &format!("{CPUS}/cpu0/cpufreq"),
        &[
            ("cpuinfo_min_freq", "400000"),
            ("base_frequency", "1900000"),
            ("scaling_governor", "powersave"),
            ("scaling_driver", "intel_pstate"),
        ],
    );
    let cpu = collect(&Probe::new(tree.root())).unwrap();
    let kinds: Vec<_> = cpu
        .kinds
        .iter()
        .map(|kind| (kind.name.as_deref(), kind.cpus.as_str(), kind.threads, kind.max_mhz))
        .collect();
    assert_eq!(
        kinds,
        [(Some("performance"), "0-1", 2, Some(5200)), (Some("efficiency"), "2-3", 2, Some(3900))]
    );
    assert_eq!((cpu.min_mhz, cpu.base_mhz, cpu.max_mhz), (Some(400), Some(1900), Some(5200)));
    assert_eq!(
        (cpu.governor.as_deref(), cpu.frequency_driver.as_deref()),
        (Some("powersave"), Some("intel_pstate"))
    );
}

#[test]
fn sockets_of_the_board_are_told_also_the_empty_ones() {
    let slot = |status: u8, cores: u8| {
        let fields: [(usize, &[u8]); 8] = [
            (4, &[1, 3]),
            (7, &[2]),
            (0x10, &[3]),
            (0x14, &4000_u16.to_le_bytes()),
            (0x18, &[status]),
            (0x20, &[4]),
            (0x23, &[cores, 0, 24]),
            (0x2a, &[0x40, 0x01]),
        ];
        with_fields(4, 1, 0x30, &fields, &["CPU1", "Ampere", "Altra Max", "SER"])
    };
    let mut coprocessor = slot(0x41, 8);
    coprocessor[5] = 4;
    let tree = Builder::new()
        .file(CPUINFO, "processor : 0\nCPU implementer : 0x41\nCPU variant : 0x3\nCPU part : 0xd0c\nCPU revision : 1\n\n")
        .file(&format!("{CPUS}/online"), "0\n")
        .file("/sys/firmware/dmi/tables/DMI", [slot(0x41, 0xff), slot(0x41, 12), slot(0, 8), coprocessor].concat());
    let cpu = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!(cpu.model.as_deref(), Some("Altra Max"));
    let slots: Vec<_> =
        cpu.slots.iter().map(|slot| (slot.populated, slot.cores, slot.enabled_cores, slot.threads)).collect();
    assert_eq!(
        slots,
        [(true, Some(320), None, Some(24)), (true, Some(12), None, Some(24)), (false, None, None, None)]
    );
    assert_eq!((cpu.slots[0].serial.as_deref(), cpu.slots[0].max_mhz), (Some("SER"), Some(4000)));
    let kind = &cpu.kinds[0];
    assert_eq!(
        (kind.implementer.as_deref(), kind.part.as_deref(), kind.revision.as_deref()),
        (Some("0x41"), Some("0xd0c"), Some("r3p1"))
    );
}

#[test]
fn nodes_without_memory_and_numbers_that_are_missing_are_told() {
    let node = "/sys/devices/system/node";
    let tree = Builder::new()
        .file(CPUINFO, "vendor_id : x\n\n")
        .file(&format!("{node}/online"), "0,34\n")
        .files(
            &format!("{node}/node0"),
            &[
                ("cpulist", "0-3\n"),
                ("distance", "10 20\n"),
                ("meminfo", "Node 0 MemTotal: 0 kB\nNode 0 MemFree: 0 kB\n"),
            ],
        )
        .files(
            &format!("{node}/node34"),
            &[("cpulist", "\n"), ("distance", "20 10\n"), ("meminfo", "Node 34 MemTotal: 1024 kB\n")],
        );
    let nodes = collect(&Probe::new(tree.root())).unwrap().numa_nodes;
    let said: Vec<_> = nodes.iter().map(|node| (node.id, node.cpus.as_deref(), node.memory_bytes)).collect();
    assert_eq!(said, [(0, Some("0-3"), Some(0)), (34, None, Some(1 << 20))]);
    assert_eq!(nodes[1].distances, [20, 10]);
}

#[test]
fn hostile_topology_is_survived() {
    let tree = Builder::new()
        .file(CPUINFO, "a : b")
        .file(&format!("{CPUS}/online"), "0-3\n")
        .file(&format!("{CPUS}/present"), "0-4294967295\n")
        .file(&format!("{CPUS}/cpu0/topology/core_cpus_list"), "0-16000\n")
        .file(&format!("{CPUS}/cpu0/cache/index0/level"), "999\n")
        .file(&format!("{CPUS}/cpu0/cpufreq/cpuinfo_max_freq"), "\n")
        .file("/sys/devices/system/node/online", "0-99999999\n")
        .file(&format!("{CPUS}/vulnerabilities/new"), [0xff; 5000]);
    let cpu = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!((cpu.cores, cpu.threads, cpu.present_threads, cpu.max_mhz), (Some(1), Some(4), None, None));
    assert!(cpu.caches.is_empty() && cpu.numa_nodes.is_empty() && cpu.vulnerabilities.len() == 1);
}

#[test]
fn a_list_of_every_second_thread_is_read_to_its_end() {
    let even: Vec<String> =
        (0..512).filter(|thread| thread % 2 == 0).map(|thread| thread.to_string()).collect();
    let even = even.join(",");
    assert!(even.len() > 900);
    let tree = Builder::new()
        .file(CPUINFO, "a : b")
        .file(&format!("{CPUS}/online"), format!("{even}\n"))
        .file("/sys/devices/system/node/online", "0\n")
        .file("/sys/devices/system/node/node0/cpulist", format!("{even},{even},{even}\n"));
    let cpu = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!((cpu.threads, cpu.numa_nodes[0].cpus.as_deref()), (Some(256), Some(even.as_str())));
}

//! Memory that is no plain memory: huge pages, persistent memory, memory behind CXL.

use inventory::sections::{CxlMemory, HugePages, PersistentMemory};

use crate::collect::bounded;
use crate::collect::place::numbered;
use crate::probe::Probe;

const HUGE_PAGES: &str = "/sys/kernel/mm/hugepages";
const PERSISTENT: &str = "/sys/bus/nd/devices";
const CXL: &str = "/sys/bus/cxl/devices";

pub(super) fn huge_pages(probe: &Probe) -> Vec<HugePages> {
    let sizes = probe.names(HUGE_PAGES).into_iter().filter_map(|name| {
        let kib: u64 = name.strip_prefix("hugepages-")?.strip_suffix("kB")?.parse().ok()?;
        let count = probe.number(&format!("{HUGE_PAGES}/{name}/nr_hugepages"))?;
        Some(HugePages { page_bytes: kib.checked_mul(1024)?, count })
    });
    let mut sizes: Vec<_> = sizes.collect();
    sizes.sort();
    bounded(probe, HUGE_PAGES, sizes)
}

pub(super) fn persistent(probe: &Probe) -> Vec<PersistentMemory> {
    let names = probe.names(PERSISTENT).into_iter().filter(|name| name.starts_with("namespace"));
    let namespaces = names.filter_map(|name| {
        let at = |file: &str| format!("{PERSISTENT}/{name}/{file}");
        // The kernel keeps an empty one ready for whoever wants to make it.
        let size_bytes = probe.number(&at("size")).filter(|size| *size > 0)?;
        Some(PersistentMemory {
            size_bytes: Some(size_bytes),
            mode: probe.text(&at("mode")),
            numa_node: probe.number(&at("numa_node")),
            name,
        })
    });
    bounded(probe, PERSISTENT, namespaces.collect())
}

pub(super) fn cxl(probe: &Probe) -> Vec<CxlMemory> {
    let names = probe.names(CXL).into_iter().filter(|name| numbered(name, "mem"));
    let expanders = names.map(|name| {
        let at = |file: &str| format!("{CXL}/{name}/{file}");
        let size_bytes = |file| number(&probe.text(&at(file))?).filter(|size| *size > 0);
        CxlMemory {
            serial: probe.text(&at("serial")),
            firmware: probe.text(&at("firmware_version")),
            volatile_bytes: size_bytes("ram/size"),
            persistent_bytes: size_bytes("pmem/size"),
            // -1, for a node that is not known, is no number here.
            numa_node: probe.number(&at("numa_node")),
            name,
        }
    });
    bounded(probe, CXL, expanders.collect())
}

/// Decimal, or hexadecimal with `0x` before it.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

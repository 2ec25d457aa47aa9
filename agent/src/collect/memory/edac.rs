//! Memory controllers that the kernel watches for errors (EDAC), and the modules behind them.

use inventory::sections::{MemoryController, MemoryModule};

use crate::collect::place::numbered;
use crate::collect::{ITEMS_LIMIT, bounded};
use crate::probe::Probe;

const EDAC: &str = "/sys/devices/system/edac/mc";

/// What of a controller has counters of its own.
pub(crate) enum Part {
    /// A module or a rank (`dimm3`, `rank0`).
    Module(String),
    /// A row of chips of an old driver, with the numbers of its channels.
    Row(String, Vec<u32>),
}

/// The controllers' names and folders; the directory is there also where no driver is.
pub(crate) fn folders(probe: &Probe) -> Vec<(String, String)> {
    let names = probe.names(EDAC).into_iter().filter(|name| numbered(name, "mc"));
    names.map(|name| (name.clone(), format!("{EDAC}/{name}"))).collect()
}

/// The parts of a controller. A kernel that shows modules may show rows, too: the same memory once more.
pub(crate) fn parts(probe: &Probe, folder: &str) -> Vec<Part> {
    let names = probe.names(folder);
    let is_module = |name: &&String| numbered(name, "dimm") || numbered(name, "rank");
    let modules: Vec<Part> = names.iter().filter(is_module).cloned().map(Part::Module).collect();
    if !modules.is_empty() {
        return modules;
    }
    let rows = names.into_iter().filter(|name| numbered(name, "csrow"));
    rows.map(|row| {
        let files = probe.names(&format!("{folder}/{row}"));
        let channel = |file: &String| file.strip_prefix("ch")?.strip_suffix("_dimm_label")?.parse().ok();
        let channels = files.iter().filter_map(channel).collect();
        Part::Row(row, channels)
    })
    .collect()
}

/// The section's controllers.
pub(super) fn controllers(probe: &Probe) -> Vec<MemoryController> {
    let controllers = folders(probe).into_iter().map(|(name, folder)| MemoryController {
        model: probe.text(&format!("{folder}/mc_name")),
        size_bytes: mib_as_bytes(probe, &format!("{folder}/size_mb")),
        modules: modules(probe, &folder),
        name,
    });
    bounded(probe, EDAC, controllers.collect())
}

fn modules(probe: &Probe, folder: &str) -> Vec<MemoryModule> {
    let mut modules: Vec<MemoryModule> = Vec::new();
    for part in parts(probe, folder) {
        match part {
            Part::Module(name) => modules.push(module(probe, folder, name)),
            Part::Row(row, channels) => {
                modules
                    .extend(channels.into_iter().map(|channel| channel_of_row(probe, folder, &row, channel)));
            }
        }
    }
    modules.truncate(ITEMS_LIMIT);
    modules
}

fn module(probe: &Probe, folder: &str, name: String) -> MemoryModule {
    let text = |file: &str| probe.text(&format!("{folder}/{name}/{file}"));
    MemoryModule {
        label: text("dimm_label"),
        location: text("dimm_location"),
        size_bytes: mib_as_bytes(probe, &format!("{folder}/{name}/size")),
        kind: text("dimm_mem_type"),
        chips: text("dimm_dev_type"),
        correction: text("dimm_edac_mode"),
        name,
    }
}

fn channel_of_row(probe: &Probe, folder: &str, row: &str, channel: u32) -> MemoryModule {
    let text = |file: &str| probe.text(&format!("{folder}/{row}/{file}"));
    MemoryModule {
        name: format!("{row}/ch{channel}"),
        label: text(&format!("ch{channel}_dimm_label")),
        kind: text("mem_type"),
        chips: text("dev_type"),
        correction: text("edac_mode"),
        ..MemoryModule::default()
    }
}

fn mib_as_bytes(probe: &Probe, path: &str) -> Option<u64> {
    probe.number::<u64>(path)?.checked_mul(1 << 20).filter(|size| *size > 0)
}

//! PCI functions, from what the kernel already knows of them: nothing here reads `rom`, `resource*` or `vpd`, which go to the
//! device and can hang, and a device that sleeps is not woken for its `config`.

mod ids;
mod link;

use std::collections::BTreeMap;

use decode::pci::{Config, Header};
use inventory::Warning;
use inventory::sections::PciDevice;

use super::{Nothing, bounded};
use crate::probe::Probe;
use ids::Ids;
use link::Links;

/// One folder a function, named by its address.
pub(super) const DEVICES: &str = "/sys/bus/pci/devices";
const SLOTS: &str = "/sys/bus/pci/slots";
/// As much of `config` as has capabilities; whoever is not root gets a quarter of it.
const CONFIG_BYTES: usize = 256;
const CLASS_BRIDGE: &str = "06";
pub(super) const CLASS_DISPLAY: &str = "03";
pub(super) const CLASS_ACCELERATOR: &str = "12";

/// The functions, sorted by their addresses; and what of them could not be read.
#[derive(Debug)]
pub(crate) struct Functions {
    all: Vec<PciDevice>,
    warnings: Vec<Warning>,
}

pub(super) fn collect(probe: &Probe) -> Result<Vec<PciDevice>, Nothing> {
    let mut devices = functions(probe)?.to_vec();
    // Only a machine that has switched virtual functions on pays for telling them from the others.
    if devices.iter().any(|device| device.virtual_functions.is_some()) {
        devices.retain(|device| probe.link_name(&format!("{DEVICES}/{}/physfn", device.address)).is_none());
    }
    Ok(bounded(probe, DEVICES, devices))
}

/// All functions, virtual ones too. Read once a report: other collectors look for a few among them.
pub(super) fn functions(probe: &Probe) -> Result<&[PciDevice], Nothing> {
    let Functions { all, warnings } = probe.common().pci.get_or_init(|| {
        let own = Probe::new(probe.root().clone());
        let addresses = own.names(DEVICES);
        let slots = if addresses.is_empty() { BTreeMap::new() } else { slots(&own) };
        let all = addresses.into_iter().map(|address| device(&own, &slots, address)).collect();
        Functions { all, warnings: own.into_warnings() }
    });
    warnings.iter().for_each(|warning| probe.warn(&warning.path, &*warning.reason));
    // Many a small board has no such bus; a tree without any /sys tells nothing.
    if all.is_empty() && !probe.exists("/sys") { Err(Nothing::NotThere(DEVICES)) } else { Ok(all) }
}

/// Whether a function's base class is one of these (two hex digits).
pub(super) fn is_of(class: Option<&str>, classes: &[&str]) -> bool {
    class.is_some_and(|class| classes.iter().any(|base| class.starts_with(base)))
}

/// The names of slots, by the address of what is in them, without its function.
fn slots(probe: &Probe) -> BTreeMap<String, String> {
    let address = |slot: &String| probe.text(&format!("{SLOTS}/{slot}/address"));
    probe.names(SLOTS).into_iter().filter_map(|slot| Some((address(&slot)?, slot))).collect()
}

fn device(probe: &Probe, slots: &BTreeMap<String, String>, address: String) -> PciDevice {
    let at = format!("{DEVICES}/{address}");
    let _there = probe.stand(&at);
    let mut ids = Ids::read(probe, &at);
    let mut revision = probe.text(&format!("{at}/revision")).map(|text| ids::bare(&text));
    // Kernels before 4.10 had no such file, and those before 4.13 none for the link.
    let config = if revision.is_none() || ids.vendor.is_none() { config(probe, &at) } else { None };
    if let Some(config) = &config {
        revision = Some(format!("{:02x}", config.revision));
        ids.complete(config);
    }
    let is_of = |classes: &[&str]| is_of(ids.class.as_deref(), classes);
    let bridge = is_of(&[CLASS_BRIDGE])
        || config.as_ref().is_some_and(|config| matches!(config.header, Header::Bridge { .. }));
    let display = is_of(&[CLASS_DISPLAY]);
    let saves_power = display || is_of(&[CLASS_ACCELERATOR]);
    let links = Links::read(probe, &at, bridge, saves_power)
        .or_else(|| Links::of_config(config.as_ref()?.link?, bridge, saves_power))
        .unwrap_or_default();
    let max_virtual_functions = if links.is_express && !bridge {
        probe.number(&format!("{at}/sriov_totalvfs")).filter(|total| *total > 0)
    } else {
        None
    };
    let virtual_functions =
        max_virtual_functions.and_then(|_: u16| probe.number(&format!("{at}/sriov_numvfs")));
    let slot = address.rsplit_once('.').and_then(|(place, _function)| slots.get(place)).cloned();
    PciDevice {
        vendor: ids.vendor,
        device: ids.device,
        subsystem_vendor: ids.subsystem_vendor,
        subsystem_device: ids.subsystem_device,
        class: ids.class,
        revision,
        driver: ids.driver,
        numa_node: probe.number::<i32>(&format!("{at}/numa_node")).and_then(|node| u32::try_from(node).ok()),
        iommu_group: probe.link_name(&format!("{at}/iommu_group")).and_then(|group| group.parse().ok()),
        slot,
        max_link_gtps: links.max_gtps,
        max_link_width: links.max_width,
        link_gtps: links.gtps,
        link_width: links.width,
        max_virtual_functions,
        virtual_functions: virtual_functions.filter(|number| *number > 0),
        boot_vga: if display { probe.flag(&format!("{at}/boot_vga")) } else { None },
        address,
    }
}

fn config(probe: &Probe, at: &str) -> Option<Config> {
    let path = format!("{at}/config");
    let bytes = probe.root().head(&path, CONFIG_BYTES).ok()?;
    let config = Config::decode(&bytes);
    if config.is_none() {
        probe.warn(&path, "the device does not answer");
    }
    config
}

#[cfg(test)]
mod tests;

//! Graphics cards and accelerators. Without their makers' libraries: what the kernel and the loaded driver show as files.

use inventory::sections::{Gpu, PciDevice};

use super::pci::{self, CLASS_ACCELERATOR, CLASS_DISPLAY, DEVICES};
use super::{Nothing, bounded};
use crate::probe::{Probe, clean};
use crate::root::FILE_LIMIT_BYTES;

const NVIDIA: &str = "/proc/driver/nvidia/gpus";
/// Chips that draw a management controller's screen: ASPEED's and Matrox's.
const BMC_VENDORS: [&str; 2] = ["1a03", "102b"];

pub(super) fn collect(probe: &Probe) -> Result<Vec<Gpu>, Nothing> {
    let gpus = pci::functions(probe)?.iter().filter_map(|function| {
        let at = format!("{DEVICES}/{}", function.address);
        if !is_of(function, &[CLASS_DISPLAY, CLASS_ACCELERATOR]) || is_virtual_function(probe, &at) {
            return None;
        }
        Some(gpu(probe, &at, function))
    });
    Ok(bounded(probe, DEVICES, gpus.collect()))
}

fn is_of(function: &PciDevice, classes: &[&str]) -> bool {
    pci::is_of(function.class.as_deref(), classes)
}

fn is_virtual_function(probe: &Probe, at: &str) -> bool {
    probe.link_name(&format!("{at}/physfn")).is_some()
}

fn gpu(probe: &Probe, at: &str, function: &PciDevice) -> Gpu {
    let display = is_of(function, &[CLASS_DISPLAY]);
    let mut gpu = Gpu {
        bmc: display && function.vendor.as_deref().is_some_and(|vendor| BMC_VENDORS.contains(&vendor)),
        boot_vga: function.boot_vga,
        nodes: nodes(probe, at),
        vendor: function.vendor.clone(),
        device: function.device.clone(),
        class: function.class.clone(),
        driver: function.driver.clone(),
        address: function.address.clone(),
        ..Gpu::default()
    };
    match gpu.driver.as_deref() {
        Some("amdgpu") => ask_amd(probe, at, &mut gpu),
        Some("nvidia") => ask_nvidia(probe, &mut gpu),
        _ => {}
    }
    gpu
}

/// `card0`, `renderD128`; the connectors (`card0-DP-1`) lie deeper.
fn nodes(probe: &Probe, at: &str) -> Vec<String> {
    let names = ["drm", "accel"].iter().flat_map(|class| probe.names(&format!("{at}/{class}")));
    names
        .filter(|name| ["card", "renderD", "accel"].iter().any(|kind| super::place::numbered(name, kind)))
        .collect()
}

fn ask_amd(probe: &Probe, at: &str, gpu: &mut Gpu) {
    gpu.memory_bytes = probe.number(&format!("{at}/mem_info_vram_total")).filter(|bytes| *bytes > 0);
    gpu.unique_id = probe.text(&format!("{at}/unique_id")).filter(|id| !id.bytes().all(|byte| byte == b'0'));
    gpu.vbios = probe.text(&format!("{at}/vbios_version"));
    gpu.model = probe.text(&format!("{at}/product_name"));
    gpu.serial = probe.text(&format!("{at}/serial_number"));
}

/// Lines of `Model: \t\t NVIDIA A100-SXM4-40GB`. What the driver has not asked the card yet is a row of question marks.
fn ask_nvidia(probe: &Probe, gpu: &mut Gpu) {
    // This driver writes domains with four digits, and so does the kernel's address but of a far domain.
    let path = format!("{NVIDIA}/{}/information", gpu.address);
    let Some(information) = probe.lines(&path, FILE_LIMIT_BYTES) else { return };
    for line in information.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = clean(value.as_bytes()).filter(|value| !value.contains('?') && value != "N/A");
        match key.trim() {
            "Model" => gpu.model = value,
            "GPU UUID" => gpu.unique_id = value,
            "Video BIOS" => gpu.vbios = value,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;

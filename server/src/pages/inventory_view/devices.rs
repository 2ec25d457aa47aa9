//! Memory modules, graphics cards, PCI and USB devices, slots for cards.

use hosts::Inventory;
use inventory::sections::{PciDevice, UsbDevice};

use super::cell::{Cell, Table, joined, or_dash, table};
use crate::{format, names};

pub(super) fn memory_slots(inventory: &Inventory) -> Table {
    let rows = inventory.memory.iter().flat_map(|memory| &memory.slots).map(|slot| {
        let speed = match (slot.configured_mts, slot.speed_mts) {
            (Some(runs), Some(could)) if runs < could => Some(format!("{runs} of {could} MT/s")),
            (runs, could) => runs.or(could).map(|mts| format!("{mts} MT/s")),
        };
        let ranks = slot.rank.map(|ranks| format!("{ranks}R"));
        [
            or_dash(joined([slot.locator.clone(), slot.bank.clone()], " · ")),
            slot.size_bytes.map_or_else(|| Cell::badge("", "empty", ""), |bytes| format::bytes(bytes).into()),
            or_dash(joined([slot.kind.clone(), slot.form_factor.clone(), ranks], " ")),
            or_dash(speed),
            or_dash(joined([slot.vendor.clone(), slot.part.clone()], " ")),
            or_dash(slot.serial.clone()),
        ]
    });
    table("Memory slots", &["Slot", "Size", "Kind", "Speed", "Module", "Serial"], rows)
}

pub(super) fn gpus(inventory: &Inventory) -> Table {
    let rows = inventory.gpus.iter().flatten().map(|gpu| {
        let names = names::of_chip(gpu.vendor.as_ref(), gpu.device.as_ref());
        let listed = joined([names.vendor.map(str::to_owned), names.device.map(str::to_owned)], " ");
        let ids = joined([gpu.vendor.clone(), gpu.device.clone()], ":");
        let model = gpu.model.clone().or(listed).or(ids);
        let screen = gpu.bmc.then(|| "(the management controller's screen)".to_owned());
        [
            gpu.address.clone().into(),
            or_dash(joined([model, screen], " ")),
            or_dash(gpu.memory_bytes.map(format::bytes)),
            or_dash(gpu.driver.clone()),
            or_dash(gpu.serial.clone().or_else(|| gpu.unique_id.clone())),
        ]
    });
    table("Graphics cards", &["Address", "Model", "Memory", "Driver", "Serial"], rows)
}

pub(super) fn pci(inventory: &Inventory) -> Table {
    let rows = inventory.pci.iter().flatten().map(|device| {
        let names = names::of_pci(device);
        let ids = joined([device.vendor.clone(), device.device.clone()], ":");
        let listed = joined([names.vendor.map(str::to_owned), names.device.map(str::to_owned)], " ");
        let chip = match (listed, names.device) {
            (Some(listed), Some(_)) => Some(listed),
            (listed, _) => joined([listed, ids.clone()], " "),
        };
        let subsystem = names.subsystem.or(names.subsystem_vendor).map(|name| format!("({name})"));
        [
            device.address.clone().into(),
            or_dash(ids),
            or_dash(names.class.map(str::to_owned).or_else(|| device.class.clone())),
            or_dash(joined([chip, subsystem], " ")),
            or_dash(device.driver.clone()),
            link(device),
        ]
    });
    table("PCI devices", &["Address", "Ids", "Class", "Device", "Driver", "Link"], rows).folded()
}

/// Fewer lanes than the card and the slot could is a bad contact, or a slot too narrow.
fn link(device: &PciDevice) -> Cell {
    let lanes = |width: Option<u8>, gtps: Option<f64>| {
        joined([width.map(|width| format!("x{width}")), gtps.map(|gtps| format!("{gtps} GT/s"))], " ")
    };
    let could = lanes(device.max_link_width, device.max_link_gtps);
    let Some(is) = lanes(device.link_width, device.link_gtps) else { return or_dash(could) };
    let narrow = device.link_width.zip(device.max_link_width).is_some_and(|(is, could)| is < could);
    if narrow {
        Cell::badge("warn", "narrow", format!("{is} of {}", could.unwrap_or_default()))
    } else {
        is.into()
    }
}

pub(super) fn usb(inventory: &Inventory) -> Table {
    let rows = inventory.usb.iter().flatten().map(|device: &UsbDevice| {
        let names = names::of_usb(device);
        let ids = joined([device.vendor.clone(), device.product.clone()], ":");
        let maker = device.maker.clone().or_else(|| names.vendor.map(str::to_owned));
        let controller = device.bmc.then(|| "(the management controller's)".to_owned());
        let class = if device.hub { Some("Hub") } else { names.class };
        [
            device.port.clone().into(),
            or_dash(ids),
            or_dash(class),
            or_dash(joined([maker, device.name.clone(), controller], " ")),
            or_dash(device.serial.clone()),
        ]
    });
    table("USB devices", &["Port", "Ids", "Class", "Device", "Serial"], rows).folded()
}

pub(super) fn slots(inventory: &Inventory) -> Table {
    let rows = inventory.system.iter().flat_map(|system| &system.slots).map(|slot| {
        let state = match slot.in_use {
            Some(true) => "in use".into(),
            Some(false) => Cell::badge("", "empty", ""),
            None => or_dash::<String>(None),
        };
        [
            or_dash(slot.name.clone()),
            state,
            or_dash(slot.lanes.map(|lanes| format!("x{lanes}"))),
            or_dash(slot.pci_address.clone()),
        ]
    });
    table("Slots for cards", &["Slot", "State", "Lanes", "PCI address"], rows).folded()
}

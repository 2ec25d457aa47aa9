//! Which USB cards lead to the management controller and nowhere else.

use std::cell::OnceCell;

use super::device::Device;
use crate::collect::{bmc, smbios, usb};
use crate::probe::Probe;

/// Vendor and product: four hex digits each.
type Ids = (String, String);

/// Those that the firmware names; it is asked when the first USB card turns up that nobody knows.
#[derive(Default)]
pub(super) struct HostInterfaces(OnceCell<Vec<Ids>>);

impl HostInterfaces {
    /// Whether the device is one of them.
    pub(super) fn have(&self, probe: &Probe, device: &Device) -> bool {
        let Some(folder) = device.usb_folder() else { return false };
        let id = |file: &str| probe.text(&format!("{folder}/{file}")).map(|id| id.to_lowercase());
        let Some(ids) = id("idVendor").zip(id("idProduct")) else { return false };
        usb::is_virtual(Some(&ids.0), Some(&ids.1))
            || self.0.get_or_init(|| named_by_firmware(probe)).contains(&ids)
    }
}

fn named_by_firmware(probe: &Probe) -> Vec<Ids> {
    let Some(tables) = smbios::read(probe) else { return Vec::new() };
    let cards = bmc::host_interfaces(&tables).into_iter().filter(|card| card.usb);
    cards.filter_map(|card| card.vendor.zip(card.device)).collect()
}

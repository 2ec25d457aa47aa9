//! Which USB cards lead to the management controller and nowhere else.

use std::cell::OnceCell;

use super::device::Device;
use crate::collect::smbios;
use crate::probe::Probe;

/// SMBIOS 3.6, 7.43: management controller host interface.
const HOST_INTERFACE: u8 = 42;
/// Of a network card (table 130).
const NETWORK: u8 = 0x40;
/// DSP0270, table 4: what follows is a USB device, by the first or by the second version of its form.
const USB: u8 = 0x02;
const USB_2: u8 = 0x04;
/// Of makers whose firmware does not say so: Dell, AMI, IBM and Lenovo, Insyde.
const KNOWN: [Ids; 4] = [(0x413c, 0xa102), (0x046b, 0xffb0), (0x04b3, 0x4010), (0x0b1f, 0x03ee)];

/// Vendor and product.
type Ids = (u16, u16);

/// Those that the firmware names; it is asked when the first USB card turns up that nobody knows.
#[derive(Default)]
pub(super) struct HostInterfaces(OnceCell<Vec<Ids>>);

impl HostInterfaces {
    /// Whether the device is one of them.
    pub(super) fn have(&self, probe: &Probe, device: &Device) -> bool {
        let Some(folder) = device.usb_folder() else { return false };
        let id = |file: &str| u16::from_str_radix(&probe.text(&format!("{folder}/{file}"))?, 16).ok();
        let Some(ids) = id("idVendor").zip(id("idProduct")) else { return false };
        KNOWN.contains(&ids) || self.0.get_or_init(|| named_by_firmware(probe)).contains(&ids)
    }
}

fn named_by_firmware(probe: &Probe) -> Vec<Ids> {
    let Some(smbios) = smbios::read(probe) else { return Vec::new() };
    let network = smbios.all(HOST_INTERFACE).filter(|interface| interface.byte(4) == Some(NETWORK));
    let ids = network.filter_map(|interface| {
        let ids_at = match interface.byte(6)? {
            USB => 7,
            // A length comes first.
            USB_2 => 8,
            _ => return None,
        };
        Some((interface.word(ids_at)?, interface.word(ids_at + 2)?))
    });
    ids.collect()
}

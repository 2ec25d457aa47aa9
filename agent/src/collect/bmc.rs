//! The management controller, over the kernel's IPMI interface. It answers one request at a time, in 5 to 50 ms each: no more
//! is asked than is told.

mod fru;
mod host;
mod interface;
mod lan;

use std::time::Duration;

use decode::ipmi::device::{self, Chassis, DeviceId};
use inventory::sections::{Bmc, EventLog, PowerRestore};

use super::{Nothing, smbios};
use crate::probe::Probe;
pub(super) use host::interfaces as host_interfaces;
pub(crate) use interface::Interface;

/// What the kernel has asked the controller already; readable for everybody.
const SYSFS: &str = "/sys/class/ipmi/ipmi0/device/bmc";
/// Less than a slow collector has: what was learnt until then is told.
const BUDGET: Duration = Duration::from_secs(60);

pub(super) fn collect(probe: &Probe) -> Result<Bmc, Nothing> {
    let smbios = smbios::read(probe);
    let kind = smbios.as_ref().and_then(|smbios| smbios.first(38)?.byte(0x04)).and_then(interface_name);
    let interface = Interface::new(probe, BUDGET);
    let id = interface.ask(&device::device_id_request()).and_then(|data| DeviceId::decode(&data));
    let mut bmc = match id {
        Some(id) => asked(&interface, id),
        None => kept_by_kernel(probe),
    };
    if bmc == Bmc::default() {
        if let Some(kind) = kind {
            probe.warn(interface::DEVICE, format!("is not there, though the firmware tells of a {kind} interface: load the kernel's IPMI drivers"));
        } else if !probe.exists("/sys") {
            return Err(Nothing::NotThere("/sys/class/ipmi"));
        }
    }
    bmc.interface = kind.map(str::to_owned);
    bmc.host_interfaces = smbios.iter().flat_map(|tables| host::interfaces(tables)).collect();
    Ok(bmc)
}

/// SMBIOS type 38, byte 4 (SMBIOS 3.6, 7.39.1).
const fn interface_name(kind: u8) -> Option<&'static str> {
    match kind {
        1 => Some("KCS"),
        2 => Some("SMIC"),
        3 => Some("BT"),
        4 => Some("SSIF"),
        _ => None,
    }
}

fn asked(interface: &Interface, id: DeviceId) -> Bmc {
    let chassis = interface.ask(&device::chassis_request()).and_then(|data| Chassis::decode(&data));
    let guid = interface.ask(&device::guid_request()).and_then(|data| device::guid(&data));
    let log = interface.ask(&device::event_log_request()).and_then(|data| device::EventLog::decode(&data));
    Bmc {
        firmware: Some(id.firmware),
        firmware_auxiliary: id.auxiliary.map(hex::encode),
        ipmi_version: Some(id.ipmi_version),
        manufacturer_id: id.manufacturer,
        product_id: Some(id.product),
        guid,
        power_restore: chassis.map(|chassis| power_restore(chassis.power_restore)),
        lan: lan::ports(interface),
        fru: fru::read(interface),
        event_log: log.map(|log| EventLog {
            entries: log.entries,
            free_bytes: log.free_bytes,
            overflow: log.overflow,
        }),
        ..Bmc::default()
    }
}

const fn power_restore(policy: device::PowerRestore) -> PowerRestore {
    match policy {
        device::PowerRestore::StayOff => PowerRestore::StayOff,
        device::PowerRestore::Previous => PowerRestore::Previous,
        device::PowerRestore::PowerOn => PowerRestore::PowerOn,
        device::PowerRestore::Unknown => PowerRestore::Unknown,
    }
}

/// What is left where the device may not be opened.
fn kept_by_kernel(probe: &Probe) -> Bmc {
    let text = |file: &str| probe.text(&format!("{SYSFS}/{file}"));
    let number = |file: &str| {
        let text = text(file)?;
        u32::from_str_radix(text.trim_start_matches("0x"), 16).ok()
    };
    // The kernel writes `2.7` where the controller means 2.07.
    let firmware = text("firmware_revision").map(|text| match text.split_once('.') {
        Some((major, minor)) => format!("{major}.{minor:0>2}"),
        None => text,
    });
    Bmc {
        firmware,
        ipmi_version: text("ipmi_version"),
        manufacturer_id: number("manufacturer_id").filter(|id| *id != 0),
        product_id: number("product_id").and_then(|id| id.try_into().ok()),
        guid: text("guid"),
        ..Bmc::default()
    }
}

#[cfg(test)]
pub(crate) mod tests;

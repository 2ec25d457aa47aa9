//! USB devices, by what the kernel kept of their descriptors: none of them is asked anything.

mod bmc;

pub(super) use bmc::is_virtual;

use std::collections::BTreeMap;

use inventory::sections::{UsbDevice, UsbInterface};

use super::{Nothing, bounded, place};
use crate::probe::{Probe, clean};
use crate::root::FILE_LIMIT_BYTES;

const DEVICES: &str = "/sys/bus/usb/devices";
/// USB class codes: a hub. It stands in the device's descriptor, never only in an interface's.
const CLASS_HUB: &str = "09";
/// More interfaces has nothing that is one device.
const INTERFACES_LIMIT: usize = 32;

pub(super) fn collect(probe: &Probe) -> Result<Vec<UsbDevice>, Nothing> {
    let names = probe.names(DEVICES);
    if names.is_empty() && !probe.exists("/sys") {
        return Err(Nothing::NotThere(DEVICES));
    }
    // `1-2.4:1.0` is interface 0 of what is plugged into `1-2.4`.
    let mut interfaces: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in &names {
        if let Some((port, _number)) = name.split_once(':') {
            interfaces.entry(port).or_default().push(name);
        }
    }
    let is_device = |name: &&String| !name.contains(':') && !place::numbered(name, "usb");
    let devices = names.iter().filter(is_device).map(|port| {
        let interfaces = interfaces.get(port.as_str()).map(Vec::as_slice).unwrap_or_default();
        device(probe, port, interfaces)
    });
    Ok(bounded(probe, DEVICES, devices.collect()))
}

fn device(probe: &Probe, port: &str, interfaces: &[&str]) -> UsbDevice {
    let at = format!("{DEVICES}/{port}");
    let text = |file: &str| probe.text(&format!("{at}/{file}"));
    let said = Said::read(probe, &at);
    // `PRODUCT=46f4/1/100`
    let mut numbers = said.product.split('/').map(|number| u16::from_str_radix(number, 16).ok());
    let mut number = || numbers.next().flatten().map(|number| format!("{number:04x}"));
    let (vendor, product, release) = (number(), number(), number());
    let controller = probe.real(&at).as_deref().and_then(controller);
    UsbDevice {
        port: port.to_owned(),
        controller,
        bmc: is_virtual(vendor.as_deref(), product.as_deref()),
        vendor,
        product,
        release,
        maker: text("manufacturer"),
        name: text("product"),
        serial: text("serial"),
        speed_mbps: probe.number(&format!("{at}/speed")).filter(|speed: &f64| *speed > 0.0 && *speed < 1e6),
        hub: said.kind.as_deref().is_some_and(|class| class.starts_with(CLASS_HUB)),
        interfaces: interfaces.iter().take(INTERFACES_LIMIT).map(|name| interface(probe, name)).collect(),
    }
}

fn interface(probe: &Probe, name: &str) -> UsbInterface {
    let said = Said::read(probe, &format!("{DEVICES}/{name}"));
    UsbInterface { class: said.interface, driver: said.driver }
}

/// What `uevent` says: of a device and of an interface all numbers in one read.
#[derive(Default)]
struct Said {
    driver: Option<String>,
    product: String,
    kind: Option<String>,
    interface: Option<String>,
}

impl Said {
    fn read(probe: &Probe, at: &str) -> Self {
        let uevent = probe.lines(&format!("{at}/uevent"), FILE_LIMIT_BYTES).unwrap_or_default();
        let mut said = Self::default();
        for line in uevent.lines() {
            match line.split_once('=') {
                Some(("DRIVER", driver)) => said.driver = clean(driver.as_bytes()),
                Some(("PRODUCT", product)) => product.clone_into(&mut said.product),
                Some(("TYPE", class)) => said.kind = hex_class(class),
                Some(("INTERFACE", class)) => said.interface = hex_class(class),
                _ => {}
            }
        }
        said
    }
}

/// `8/6/80`, in decimal, is `080650`.
fn hex_class(decimal: &str) -> Option<String> {
    let numbers: Vec<u8> = decimal.split('/').map(str::parse).collect::<Result<_, _>>().ok()?;
    (numbers.len() == 3).then(|| hex::encode(numbers))
}

/// The last PCI function above the device.
fn controller(real: &str) -> Option<String> {
    place::upto(real, place::is_pci_address).map(|folder| place::last(folder).to_owned())
}

#[cfg(test)]
mod tests;

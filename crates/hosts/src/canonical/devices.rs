//! PCI and USB devices, graphics cards, sensors: what is plugged in, and not what drives it or how fast it is just now.

use inventory::sections::{Gpu, PciDevice, Sensor, UsbDevice};
use serde_json::Value;

use super::keyed::{keyed, plain};

pub(super) fn pci(devices: &[PciDevice]) -> Value {
    let form = |device: &PciDevice| {
        plain(&PciDevice {
            address: String::new(),
            driver: None,
            iommu_group: None,
            // Named by hot-plug drivers, which one kernel has and the other has not.
            slot: None,
            link_gtps: None,
            virtual_functions: None,
            boot_vga: None,
            ..device.clone()
        })
    };
    keyed(devices, |device| device.address.clone(), form)
}

/// By the place: what tells one card from another of its kind is told by a driver, and not in every boot.
pub(super) fn gpus(gpus: &[Gpu]) -> Value {
    let form = |gpu: &Gpu| {
        plain(&Gpu {
            address: String::new(),
            boot_vga: None,
            driver: None,
            model: None,
            memory_bytes: None,
            vbios: None,
            nodes: Vec::new(),
            ..gpu.clone()
        })
    };
    keyed(gpus, |gpu| gpu.address.clone(), form)
}

/// Without what the management controller plugs in and out by itself.
pub(super) fn usb(devices: &[UsbDevice]) -> Value {
    let form = |device: &UsbDevice| {
        let interfaces = device.interfaces.iter().cloned().map(|mut interface| {
            interface.driver = None;
            interface
        });
        plain(&UsbDevice {
            port: String::new(),
            controller: None,
            speed_mbps: None,
            interfaces: interfaces.collect(),
            ..device.clone()
        })
    };
    let devices: Vec<UsbDevice> = devices.iter().filter(|device| !device.bmc).cloned().collect();
    keyed(&devices, usb_key, form)
}

/// The controller and the way from it. The number of the bus, with which the port begins, is of this boot.
fn usb_key(device: &UsbDevice) -> String {
    match (&device.controller, device.port.split_once('-')) {
        (Some(controller), Some((_, way))) => format!("{controller} port {way}"),
        _ => device.port.clone(),
    }
}

pub(super) fn sensors(sensors: &[Sensor]) -> Value {
    keyed(sensors, |sensor| sensor.key.clone(), plain)
}

#[cfg(test)]
mod tests {
    use inventory::sections::UsbInterface;

    use super::*;

    #[test]
    fn another_kernel_with_other_drivers_makes_no_difference() {
        let card = PciDevice {
            address: "0000:3b:00.0".into(),
            vendor: Some("8086".into()),
            link_width: Some(8),
            ..PciDevice::default()
        };
        let driven = PciDevice {
            driver: Some("i40e".into()),
            iommu_group: Some(7),
            link_gtps: Some(8.0),
            virtual_functions: Some(4),
            slot: Some("3".into()),
            ..card.clone()
        };
        assert_eq!(pci(std::slice::from_ref(&card)), pci(&[driven]));
        assert_ne!(
            pci(std::slice::from_ref(&card)),
            pci(&[PciDevice { link_width: Some(4), ..card }]),
            "a bad contact"
        );

        let gpu = Gpu { address: "0000:65:00.0".into(), ..Gpu::default() };
        let driven = Gpu {
            driver: Some("nvidia".into()),
            memory_bytes: Some(1),
            nodes: vec!["card0".into()],
            ..gpu.clone()
        };
        assert_eq!(gpus(&[gpu]), gpus(&[driven]));
    }

    #[test]
    fn a_usb_device_stays_in_its_port_on_a_bus_of_another_number() {
        let stick = |port: &str| UsbDevice {
            port: port.into(),
            controller: Some("0000:00:14.0".into()),
            speed_mbps: Some(480.0),
            interfaces: vec![UsbInterface {
                class: Some("080650".into()),
                driver: Some("usb-storage".into()),
            }],
            ..UsbDevice::default()
        };
        let unbound = UsbDevice {
            interfaces: vec![UsbInterface { class: Some("080650".into()), driver: None }],
            speed_mbps: None,
            ..stick("3-2.4")
        };
        assert_eq!(usb(&[stick("1-2.4")]), usb(std::slice::from_ref(&unbound)));
        assert!(usb(&[unbound]).get("0000:00:14.0 port 2.4").is_some());
        assert_ne!(usb(&[stick("1-2")]), usb(&[stick("1-3")]));
        let virtual_media = UsbDevice { bmc: true, ..stick("1-7") };
        assert_eq!(usb(&[stick("1-2"), virtual_media]), usb(&[stick("1-2")]));
    }
}

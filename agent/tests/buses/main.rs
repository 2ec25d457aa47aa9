//! Buses and sensors of captured machines: large servers (hwloc, ghw), chips of every kind (node_exporter), the zoo.
//!
//! The captures lie outside the repository. Where one is not there the test says so and passes, unless `MUSTER_FIXTURES`
//! promises that it is.
#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

mod capture;
#[path = "../support/fixture.rs"]
mod fixture;
mod ttar;

use std::sync::Arc;

use capture::{unpacked, with_ttar};
use inventory::sample::SensorKind;
use inventory::sections::{Gpu, PciDevice, Sensor, UsbDevice};
use inventory::{ManualClock, Section, Timestamp};
use muster_agent::collect::Collectors;
use muster_agent::root::Root;
use muster_agent::sample::Sampler;
use muster_agent::start::Start;

fn data<T>(section: Section<T>) -> T {
    match section {
        Section::Ok { data } => data,
        Section::Partial { warnings, .. } => panic!("{warnings:?}"),
        Section::Failed { reason } => panic!("{reason}"),
        Section::Untold => panic!("not collected"),
    }
}

fn pci(root: &Root) -> Vec<PciDevice> {
    data(Collectors::new(root.clone()).only("pci").pci)
}

fn gpus(root: &Root) -> Vec<Gpu> {
    data(Collectors::new(root.clone()).only("gpus").gpus)
}

fn sensors(root: &Root) -> Vec<Sensor> {
    data(Collectors::new(root.clone()).only("sensors").sensors)
}

#[test]
fn a_large_servers_functions_are_all_told() {
    let Some((_folder, root)) = unpacked("hwloc/32em64t-2n8c+dax+nvme+mic+dimms.tar.bz2") else { return };
    let pci = pci(&root);
    assert_eq!(pci.len(), 137);
    assert!(pci.iter().all(|it| it.vendor.is_some() && it.class.is_some() && it.revision.is_some()));
    assert!(pci.is_sorted_by_key(|it| &it.address));
    let gpus = gpus(&root);
    let [screen] = gpus.as_slice() else { panic!("{gpus:?}") };
    assert!(screen.bmc && screen.boot_vga == Some(true) && screen.vendor.as_deref() == Some("1a03"));
}

#[test]
fn a_domain_of_32_bits_is_part_of_an_address() {
    let Some((_folder, root)) = unpacked("hwloc/2pa-pcidomain32bits.tar.bz2") else { return };
    let pci = pci(&root);
    assert!(pci.iter().any(|it| it.address == "10000:00:04.0" && it.driver.as_deref() == Some("virtio-pci")));
}

#[test]
fn an_accelerator_is_found_by_its_class() {
    let Some((_folder, root)) = unpacked("ghw/linux-amd64-accel-nvidia.tar.gz") else { return };
    let gpus = gpus(&root);
    let card = gpus.iter().find(|it| it.vendor.as_deref() == Some("10de")).unwrap();
    assert_eq!(
        (card.class.as_deref(), card.driver.as_deref(), card.bmc),
        (Some("030200"), Some("nvidia"), false)
    );
}

#[test]
fn a_machine_without_these_buses_has_none() {
    let Some((_folder, root)) = unpacked("hwloc/nvidia-dgx-gb10.tar.bz2") else { return };
    assert_eq!((pci(&root).len(), gpus(&root).len(), sensors(&root).len()), (0, 0, 0));
}

#[test]
fn the_zoos_devices_are_what_its_own_tools_say() {
    let Some((folder, root)) = unpacked("qemu-zoo/zoo-a.tar.gz") else { return };
    let lspci = std::fs::read_to_string(folder.join("cmd/lspci__Dvmmnnk.txt")).unwrap();
    let told = pci(&root);
    let blocks: Vec<&str> = lspci.trim().split("\n\n").collect();
    assert_eq!(told.len(), blocks.len());
    for (device, block) in told.iter().zip(blocks) {
        let said = |key: &str| block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(":\t"));
        let id = |key: &str| {
            let said = said(key)?;
            Some(said[said.rfind('[')? + 1..].trim_end_matches(']').to_owned())
        };
        assert_eq!(said("Slot"), Some(device.address.as_str()));
        assert_eq!((id("Vendor"), id("Device")), (device.vendor.clone(), device.device.clone()));
        assert_eq!(id("SVendor"), device.subsystem_vendor);
        assert_eq!(id("Class").as_deref(), device.class.as_deref().map(|class| &class[..4]));
        assert_eq!(said("Driver"), device.driver.as_deref());
    }
    let usb: Vec<UsbDevice> = data(Collectors::new(root.clone()).only("usb").usb);
    let ports: Vec<_> = usb.iter().map(|it| (it.port.as_str(), it.serial.as_deref())).collect();
    assert_eq!(ports, [("1-2", Some("1-0000:00:07.0-2")), ("2-1", Some("USBSTK1"))]);
    let bmc = data(Collectors::new(root).only("bmc").bmc);
    assert_eq!((bmc.firmware.as_deref(), bmc.ipmi_version.as_deref()), (Some("0.00"), Some("2.0")));
}

#[test]
fn chips_of_every_kind_are_read() {
    let Some((_folder, root)) = with_ttar("node_exporter/sys.ttar") else { return };
    let sensors = sensors(&root);
    let of = |kind| sensors.iter().filter(|sensor| sensor.kind == kind).count();
    let kinds = [SensorKind::Temperature, SensorKind::Fan, SensorKind::Voltage].map(of);
    assert_eq!(kinds, [14, 3, 2], "{sensors:?}");
    let core = sensors.iter().find(|it| it.key == "platform/coretemp.0/coretemp/temp1").unwrap();
    assert_eq!((core.max_celsius, core.crit_celsius), (Some(84.0), Some(100.0)));
    let start = Arc::new(Start::new(&root).unwrap());
    let sample = Sampler::new(root, start, Arc::new(ManualClock::at(Timestamp(1)))).sample();
    let fan = sample.readings.iter().find(|it| it.sensor == "platform/nct6775.656/nct6779/fan2").unwrap();
    assert_eq!((fan.kind, fan.value, fan.alarm), (SensorKind::Fan, Some(1098.0), Some(false)));
}

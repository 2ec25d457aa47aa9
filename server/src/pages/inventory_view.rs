//! An inventory as cards and tables. Pure: the same rows serve the page and `muster host show`.

use hosts::{Host, Inventory};
use inventory::sections::{BootMode, Disk, MemorySlot, Nic};
use inventory::{Sample, SensorClass, Temperature};

use crate::format;

/// A few facts under one heading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Card {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<(&'static str, String)>,
}

/// Many things of one kind. Each cell stands with its heading, so that a phone can show a row as a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) title: &'static str,
    pub(crate) headings: &'static [&'static str],
    pub(crate) rows: Vec<Vec<(&'static str, String)>>,
}

/// What there is one of.
pub(crate) fn cards(host: &Host, inventory: &Inventory) -> Vec<Card> {
    let system = inventory.system.clone().unwrap_or_default();
    let board = system.board.unwrap_or_default();
    let chassis = system.chassis.unwrap_or_default();
    let firmware = inventory.firmware.clone().unwrap_or_default();
    let cpu = inventory.cpu.clone().unwrap_or_default();
    let memory = inventory.memory.clone().unwrap_or_default();
    let os = inventory.os.clone().unwrap_or_default();
    let filled = memory.slots.iter().filter(|slot| slot.size_bytes.is_some()).count();
    let slots = if memory.slots.is_empty() {
        None
    } else {
        Some(format!("{filled} of {} filled", memory.slots.len()))
    };
    let cards = [
        card(
            "Machine",
            [
                ("Maker", system.vendor),
                ("Product", system.product),
                ("Serial", system.serial),
                ("UUID", system.uuid),
                ("Board", joined([board.vendor, board.product])),
                ("Board serial", board.serial),
                ("Chassis serial", chassis.serial),
                ("Virtual", system.virtual_machine),
            ],
        ),
        card(
            "Processor",
            [
                ("Model", cpu.model),
                ("Sockets", cpu.sockets.map(|n| n.to_string())),
                ("Cores", cpu.cores.map(|n| n.to_string())),
                ("Threads", cpu.threads.map(|n| n.to_string())),
                ("Fastest", cpu.max_mhz.map(|mhz| format!("{mhz} MHz"))),
                ("Microcode", cpu.microcode),
            ],
        ),
        card(
            "Memory",
            [
                ("Installed", memory.installed_bytes.map(format::bytes)),
                ("Usable", memory.usable_bytes.map(format::bytes)),
                ("Slots", slots),
                ("Error correction", memory.ecc),
                ("At most", memory.max_capacity_bytes.map(format::bytes)),
            ],
        ),
        card(
            "System",
            [
                ("OS", os.name),
                ("Kernel", os.kernel),
                (
                    "Booted by",
                    firmware.boot_mode.map(|mode| match mode {
                        BootMode::Bios => "BIOS".to_owned(),
                        BootMode::Uefi => "UEFI".to_owned(),
                    }),
                ),
                ("Secure Boot", firmware.secure_boot.map(|on| if on { "on" } else { "off" }.to_owned())),
                ("Firmware", joined([firmware.vendor, firmware.version, firmware.date])),
                ("Agent", host.agent_version.clone()),
                ("Address", host.primary_address.clone().or_else(|| host.address.clone())),
            ],
        ),
    ];
    cards.into_iter().filter(|card| !card.rows.is_empty()).collect()
}

fn card<const N: usize>(title: &'static str, rows: [(&'static str, Option<String>); N]) -> Card {
    Card { title, rows: rows.into_iter().filter_map(|(term, text)| Some((term, text?))).collect() }
}

fn joined<const N: usize>(parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { None } else { Some(parts.join(" ")) }
}

/// What there are many of.
pub(crate) fn tables(inventory: &Inventory, sample: Option<&Sample>) -> Vec<Table> {
    let disks = inventory.disks.iter().flatten().map(disk);
    let nics = inventory.nics.iter().flatten().map(nic);
    let slots = inventory.memory.iter().flat_map(|memory| &memory.slots).map(slot);
    let temperatures = sample.into_iter().flat_map(|sample| &sample.temperatures).map(temperature);
    let filesystems = sample.into_iter().flat_map(|sample| &sample.filesystems).map(|filesystem| {
        [
            filesystem.mount.clone(),
            format::bytes(filesystem.size_bytes),
            format::bytes(filesystem.used_bytes),
            dash(filesystem.used_percent().map(|percent| format!("{percent:.0} %"))),
        ]
    });
    let tables = [
        table("Disks", &["Disk", "Size", "Model", "Serial", "Attached", "WWN"], disks),
        table("Network cards", &["Card", "MAC", "Link", "Addresses", "Driver", "PCI"], nics),
        table("Memory slots", &["Slot", "Size", "Kind", "Speed", "Maker", "Part", "Serial"], slots),
        table("Temperatures", &["Sensor", "Reads", "Limit", "Critical"], temperatures),
        table("Filesystems", &["Mounted at", "Size", "Used", "Full"], filesystems),
    ];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn table<const N: usize>(
    title: &'static str,
    headings: &'static [&'static str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Table {
    let rows = rows.map(|row| headings.iter().copied().zip(row).collect()).collect();
    Table { title, headings, rows }
}

fn dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

fn disk(disk: &Disk) -> [String; 6] {
    let kind = disk.rotational.map(|spins| if spins { "HDD" } else { "SSD" }.to_owned());
    let transport = disk.transport.and_then(|t| serde_json::to_value(t).ok()?.as_str().map(str::to_owned));
    [
        disk.name.clone(),
        dash(disk.size_bytes.map(format::capacity)),
        dash(disk.model.clone()),
        dash(disk.serial.clone()),
        dash(joined([transport, kind])),
        dash(disk.wwn.clone()),
    ]
}

fn nic(nic: &Nic) -> [String; 6] {
    let link = match (nic.carrier, nic.speed_mbps) {
        (Some(true), Some(mbps)) => format!("up, {mbps} Mbit/s"),
        (Some(true), None) => "up".to_owned(),
        (Some(false), _) => "no cable".to_owned(),
        (None, _) => "down".to_owned(),
    };
    let name = if nic.boot { format!("{} (booted from)", nic.name) } else { nic.name.clone() };
    [
        name,
        dash(nic.permanent_mac.or(nic.mac)),
        link,
        if nic.addresses.is_empty() { dash::<String>(None) } else { nic.addresses.join(", ") },
        dash(nic.driver.clone()),
        dash(nic.pci_address.clone()),
    ]
}

fn slot(slot: &MemorySlot) -> [String; 7] {
    [
        dash(slot.locator.clone()),
        slot.size_bytes.map_or_else(|| "empty".to_owned(), format::bytes),
        dash(slot.kind.clone()),
        dash(slot.configured_mts.or(slot.speed_mts).map(|mts| format!("{mts} MT/s"))),
        dash(slot.vendor.clone()),
        dash(slot.part.clone()),
        dash(slot.serial.clone()),
    ]
}

fn temperature(temperature: &Temperature) -> [String; 4] {
    let class = match temperature.class {
        SensorClass::Cpu => "processor",
        SensorClass::Nvme => "NVMe",
        SensorClass::Hdd => "disk",
        SensorClass::Ssd => "SSD",
        SensorClass::Inlet => "inlet",
        SensorClass::Other => "",
    };
    let name = temperature.label.clone().unwrap_or_else(|| temperature.sensor.clone());
    let celsius = |value: Option<f64>| dash(value.map(|celsius| format!("{celsius:.0} °C")));
    [
        format!("{class} {name}").trim_start().to_owned(),
        celsius(Some(temperature.temp_celsius)),
        celsius(temperature.max_celsius),
        celsius(temperature.crit_celsius),
    ]
}

//! The cards: machine, processors, memory, firmware, management controller, system software.

use std::collections::BTreeSet;

use hosts::{Host, Inventory};
use inventory::sections::{BmcLan, BootMode, Cache, EkCertificate, PowerRestore, Tpm, VulnerabilityState};

use super::cell::{Card, Cell, card, joined, word};
use crate::format;

pub(super) fn machine(host: &Host, inventory: &Inventory) -> Card {
    let system = inventory.system.clone().unwrap_or_default();
    let board = system.board.unwrap_or_default();
    let chassis = system.chassis.unwrap_or_default();
    let height = chassis.height_units.map(|units| format!("{units} U"));
    card(
        "Machine",
        [
            ("Maker", text(system.vendor.or_else(|| host.vendor.clone()))),
            ("Product", text(system.product.or_else(|| host.product.clone()))),
            ("Version", text(system.version)),
            ("Serial", text(system.serial)),
            ("SKU", text(system.sku)),
            ("UUID", text(system.uuid)),
            ("Board", text(joined([board.vendor, board.product, board.version], " "))),
            ("Board serial", text(board.serial)),
            ("Chassis", text(joined([chassis.vendor, height], ", "))),
            ("Chassis serial", text(chassis.serial)),
            ("Asset tag", text(chassis.asset_tag)),
            ("Virtual", text(system.virtual_machine)),
        ],
    )
}

pub(super) fn processors(inventory: &Inventory) -> Card {
    let cpu = inventory.cpu.clone().unwrap_or_default();
    let shape = [(cpu.sockets, "socket"), (cpu.cores, "core"), (cpu.threads, "thread")];
    let shape = shape.map(|(number, noun)| number.map(|n| counted(n, noun)));
    let filled = cpu.slots.iter().filter(|slot| slot.populated).count();
    let sockets = (filled < cpu.slots.len()).then(|| format!("{filled} of {} filled", cpu.slots.len()));
    let mhz = [cpu.min_mhz, cpu.base_mhz, cpu.max_mhz].map(|mhz| mhz.map(|mhz| mhz.to_string()));
    let off =
        cpu.present_threads.zip(cpu.threads).map(|(all, on)| all.saturating_sub(on)).filter(|off| *off > 0);
    let open = cpu.vulnerabilities.iter().filter(|one| one.state == VulnerabilityState::Vulnerable);
    let open: Vec<&str> = open.map(|one| one.name.as_str()).collect();
    card(
        "Processors",
        [
            ("Model", text(cpu.model)),
            ("Made of", text(joined(shape, " · "))),
            ("Sockets", text(sockets)),
            ("Switched off", off.map(|off| Cell::badge("warn", counted(off, "thread"), ""))),
            ("Frequency", joined(mhz, " – ").map(|range| Cell::from(format!("{range} MHz")))),
            ("Caches", text(caches(&cpu.caches))),
            (
                "NUMA nodes",
                (!cpu.numa_nodes.is_empty()).then(|| Cell::from(cpu.numa_nodes.len().to_string())),
            ),
            ("Microcode", text(cpu.microcode)),
            ("Level", cpu.x86_64_level.map(|level| Cell::from(format!("x86-64-v{level}")))),
            (
                "Vulnerable",
                (!open.is_empty()).then(|| Cell::badge("warn", open.len().to_string(), open.join(", "))),
            ),
        ],
    )
}

/// `L1d 48 × 32 KiB, L2 …`, the nearest first.
fn caches(caches: &[Cache]) -> Option<String> {
    let one = |cache: &Cache| {
        let kind = cache.kind.chars().next().filter(|_| cache.kind != "unified");
        let kind = kind.map(String::from).unwrap_or_default();
        format!("L{}{kind} {} × {}", cache.level, cache.count, format::bytes(cache.size_bytes))
    };
    (!caches.is_empty()).then(|| caches.iter().map(one).collect::<Vec<_>>().join(", "))
}

pub(super) fn memory(inventory: &Inventory) -> Card {
    let memory = inventory.memory.clone().unwrap_or_default();
    let filled = memory.slots.iter().filter(|slot| slot.size_bytes.is_some()).count();
    let slots = (!memory.slots.is_empty()).then(|| format!("{filled} of {} filled", memory.slots.len()));
    let size = |bytes: Option<u64>| bytes.map(|bytes| Cell::from(format::bytes(bytes)));
    card(
        "Memory",
        [
            ("Installed", size(memory.installed_bytes)),
            ("Usable", size(memory.usable_bytes)),
            ("Slots", text(slots)),
            ("Error correction", text(memory.ecc)),
            ("At most", size(memory.max_capacity_bytes)),
            ("Swap", size(memory.swap_bytes.filter(|bytes| *bytes > 0))),
        ],
    )
}

pub(super) fn firmware(inventory: &Inventory) -> Card {
    let firmware = inventory.firmware.clone().unwrap_or_default();
    let booted_by = firmware.boot_mode.map(|mode| match mode {
        BootMode::Bios => "BIOS",
        BootMode::Uefi => "UEFI",
    });
    let answers = inventory.tpm.clone().unwrap_or_default();
    let first =
        firmware.boot_entries.iter().find(|entry| entry.active).and_then(|entry| entry.description.clone());
    let now =
        firmware.boot_entries.iter().find(|entry| entry.current).and_then(|entry| entry.description.clone());
    card(
        "Firmware",
        [
            ("Version", text(joined([firmware.vendor, firmware.version], " "))),
            ("Date", text(firmware.date)),
            ("Booted by", booted_by.map(Cell::from)),
            ("Boots first", text(first)),
            ("Booted now", text(now)),
            ("Secure Boot", firmware.secure_boot.map(on_or_off)),
            (
                "Setup mode",
                firmware
                    .setup_mode
                    .filter(|is_on| *is_on)
                    .map(|_| Cell::badge("warn", "on", "no platform key yet")),
            ),
            ("TPM", text(firmware.tpm.map(tpm))),
            ("TPM made by", text(joined([answers.manufacturer, answers.firmware], " · "))),
            ("TPM certificate", text(answers.certificates.first().map(certificate))),
        ],
    )
}

fn on_or_off(is_on: bool) -> Cell {
    if is_on { Cell::badge("good", "on", "") } else { Cell::badge("", "off", "") }
}

/// Enough of it to compare by eye.
fn certificate(certificate: &EkCertificate) -> String {
    let start: String = certificate.sha256.chars().take(16).collect();
    format!("{start}… ({})", certificate.key)
}

fn tpm(tpm: Tpm) -> String {
    joined([tpm.version, tpm.vendor, tpm.description], " · ").unwrap_or_else(|| "present".to_owned())
}

/// The addresses of its pages were typed by the wire's own types: a link made of them leads nowhere else.
pub(super) fn controller(inventory: &Inventory) -> Card {
    let bmc = inventory.bmc.clone().unwrap_or_default();
    let reachable = bmc.lan.iter().find(|lan| lan.address.is_some() || !lan.ipv6.is_empty());
    let lan = reachable.or_else(|| bmc.lan.first()).cloned().unwrap_or_default();
    let fru = bmc.fru.unwrap_or_default();
    let product = fru.product.or(fru.board).unwrap_or_default();
    let log = bmc.event_log.map(|log| {
        let entries = counted(u32::from(log.entries), "event");
        if log.overflow { Cell::badge("warn", "full", entries) } else { Cell::from(entries) }
    });
    card(
        "Management controller",
        [
            ("Address", address(&lan)),
            ("MAC", text(lan.mac.map(|mac| mac.to_string()))),
            ("VLAN", text(lan.vlan.map(|vlan| vlan.to_string()))),
            ("Firmware", text(bmc.firmware)),
            (
                "Speaks",
                text(joined(
                    [bmc.ipmi_version.map(|version| format!("IPMI {version}")), bmc.interface],
                    " by ",
                )),
            ),
            ("Board's record", text(joined([product.maker, product.name, product.serial], " "))),
            ("After power loss", bmc.power_restore.and_then(after_power_loss).map(Cell::from)),
            ("Event log", log),
        ],
    )
}

const fn after_power_loss(what: PowerRestore) -> Option<&'static str> {
    match what {
        PowerRestore::StayOff => Some("stays off"),
        PowerRestore::Previous => Some("goes on if it was on"),
        PowerRestore::PowerOn => Some("goes on"),
        PowerRestore::Unknown => None,
    }
}

fn address(lan: &BmcLan) -> Option<Cell> {
    let source = lan.source.and_then(|source| word(&source)).map(|source| format!(" ({source})"));
    let (host, shown) = match (lan.address, lan.ipv6.first()) {
        (Some(address), _) => (address.to_string(), format!("{address}{}", source.unwrap_or_default())),
        (None, Some(ipv6)) => (format!("[{}]", ipv6.address), ipv6.address.to_string()),
        (None, None) => return None,
    };
    Some(Cell { link: Some(format!("https://{host}/")), ..Cell::from(shown) })
}

pub(super) fn system(host: &Host, inventory: &Inventory) -> Card {
    let os = inventory.os.clone().unwrap_or_default();
    let gateways = inventory.nics.iter().flatten().flat_map(|nic| nic.gateways.iter().cloned());
    let gateways: BTreeSet<String> = gateways.collect();
    let gateways = Vec::from_iter(gateways);
    card(
        "System",
        [
            ("OS", text(os.name)),
            ("Kernel", text(joined([os.kernel, os.architecture], " "))),
            ("Host name", text(os.hostname)),
            ("Address", text(host.primary_address.clone().or_else(|| host.address.clone()))),
            ("Gateway", (!gateways.is_empty()).then(|| Cell::from(gateways.join(", ")))),
            ("Taint", os.taint.map(|taint| Cell::badge("", taint, ""))),
            ("Modules", (!os.modules.is_empty()).then(|| Cell::from(format!("{} loaded", os.modules.len())))),
            ("Agent", text(host.agent_version.clone())),
        ],
    )
}

fn text(text: Option<String>) -> Option<Cell> {
    text.filter(|text| !text.trim().is_empty()).map(Cell::from)
}

fn counted(number: u32, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

//! Maker, boards, cases, slots: SMBIOS types 1 to 3, 9 and 11, else what the kernel took from them.

mod slots;
mod virtualisation;
mod watchdogs;

use decode::smbios::{Structure, Tables};
use inventory::sections::{Board, Chassis, System};

use super::os::redact;
use super::{Nothing, smbios};
use crate::probe::{Probe, clean};

const DMI: &str = "/sys/class/dmi/id";
const DEVICE_TREE: &str = "/sys/firmware/devicetree/base";
/// DSP0134, 7.3.1: the board that carries the processors, not a riser or a backplane.
const HOSTING_BOARD: u8 = 0x01;
/// A blade's enclosure names a dozen; nothing names more than some tens.
const PARTS_LIMIT: usize = 64;
/// Makers write a dozen, of some tens of letters.
const OEM_STRINGS_LIMIT: usize = 32;
const OEM_STRING_LIMIT: usize = 200;

pub(super) fn collect(probe: &Probe) -> Result<System, Nothing> {
    let tables = smbios::read(probe);
    let has_kernels = || probe.exists(DMI);
    let mut system = match &tables {
        // Some kernels show a part of the tables, without the one that must not be missing.
        Some(tables) if tables.first(1).is_some() || !has_kernels() => from_tables(tables),
        _ if has_kernels() => from_kernel(probe),
        _ => from_device_tree(probe).unwrap_or_default(),
    };
    virtualisation::find(probe, tables.as_deref(), &mut system);
    system.watchdogs = watchdogs::all(probe);
    // A small virtual machine may have nothing else to tell than that it is one.
    if system == System::default() && tables.is_none() && !has_kernels() {
        return Err(Nothing::NotThere(DMI));
    }
    Ok(system)
}

fn from_tables(tables: &Tables) -> System {
    let system = tables.first(1);
    let text = |offset| system.and_then(|system| smbios::text(system, offset));
    let main_board = main_board(tables);
    let main_chassis = main_chassis(tables, main_board);
    System {
        vendor: text(0x04),
        product: text(0x05),
        version: text(0x06),
        serial: text(0x07),
        uuid: system.and_then(|system| smbios::uuid(tables, system, 0x08)),
        sku: text(0x19),
        family: text(0x1a),
        board: main_board.and_then(board),
        other_boards: others(tables, 2, main_board).filter_map(board).take(PARTS_LIMIT).collect(),
        chassis: main_chassis.and_then(chassis),
        other_chassis: others(tables, 3, main_chassis).filter_map(chassis).take(PARTS_LIMIT).collect(),
        slots: tables.all(9).map(slots::slot).take(super::ITEMS_LIMIT).collect(),
        oem_strings: oem_strings(tables),
        ..System::default()
    }
}

fn main_board(tables: &Tables) -> Option<Structure<'_>> {
    let hosting = |board: &Structure<'_>| board.byte(0x09).is_some_and(|flags| flags & HOSTING_BOARD != 0);
    tables.all(2).find(hosting).or_else(|| tables.first(2))
}

/// A blade's enclosure stands beside the blade's own case: the main board says in which it sits.
fn main_chassis<'a>(tables: &'a Tables, board: Option<Structure<'a>>) -> Option<Structure<'a>> {
    let around = board.and_then(|board| board.word(0x0b));
    let holds = |chassis: &Structure<'_>| around.is_some() && chassis.handle() == around;
    tables.all(3).find(holds).or_else(|| tables.first(3))
}

fn others<'a>(
    tables: &'a Tables,
    kind: u8,
    main: Option<Structure<'a>>,
) -> impl Iterator<Item = Structure<'a>> {
    // Structures, not handles: careless firmware gives several the same handle.
    tables
        .all(kind)
        .filter(move |other| !main.is_some_and(|main| std::ptr::eq(main.fields(), other.fields())))
}

fn board(board: Structure<'_>) -> Option<Board> {
    let found = Board {
        vendor: smbios::text(board, 0x04),
        product: smbios::text(board, 0x05),
        version: smbios::text(board, 0x06),
        serial: smbios::text(board, 0x07),
        asset_tag: smbios::text(board, 0x08),
        location: smbios::text(board, 0x0a),
        ..Board::default()
    };
    // 7.3.2: 1 is unknown, 2 is another. A board that has only a kind tells nothing.
    let kind = board.byte(0x0d).filter(|kind| *kind > 2);
    (found != Board::default()).then_some(Board { kind, ..found })
}

fn chassis(chassis: Structure<'_>) -> Option<Chassis> {
    let found = Chassis {
        vendor: smbios::text(chassis, 0x04),
        // Bit 7 says that there is a lock.
        kind: chassis.byte(0x05).map(|kind| kind & 0x7f),
        version: smbios::text(chassis, 0x06),
        serial: smbios::text(chassis, 0x07),
        asset_tag: smbios::text(chassis, 0x08),
        sku: chassis_sku(chassis),
        height_units: chassis.byte(0x11).filter(|units| *units > 0),
    };
    (found != Chassis::default()).then_some(found)
}

/// 7.4: behind a list of contained elements, whose number and size stand before it.
fn chassis_sku(chassis: Structure<'_>) -> Option<String> {
    let elements = usize::from(chassis.byte(0x13)?) * usize::from(chassis.byte(0x14)?);
    smbios::text(chassis, 0x15 + elements)
}

/// Type 11 is also how a hypervisor hands secrets to its guest.
fn oem_strings(tables: &Tables) -> Vec<String> {
    let strings = tables.all(11).flat_map(|structure| structure.strings()).filter_map(clean);
    strings
        .map(|text| redact::assignment(&text).chars().take(OEM_STRING_LIMIT).collect())
        .take(OEM_STRINGS_LIMIT)
        .collect()
}

/// The kernel keeps the first structure of each kind, also where the tables are for root's eyes only.
fn from_kernel(probe: &Probe) -> System {
    let text = |file: &str| probe.text(&format!("{DMI}/{file}"));
    let board = Board {
        vendor: text("board_vendor"),
        product: text("board_name"),
        version: text("board_version"),
        serial: text("board_serial"),
        asset_tag: text("board_asset_tag"),
        ..Board::default()
    };
    let chassis = Chassis {
        vendor: text("chassis_vendor"),
        kind: probe.number(&format!("{DMI}/chassis_type")),
        version: text("chassis_version"),
        serial: text("chassis_serial"),
        asset_tag: text("chassis_asset_tag"),
        ..Chassis::default()
    };
    System {
        vendor: text("sys_vendor"),
        product: text("product_name"),
        version: text("product_version"),
        serial: text("product_serial"),
        sku: text("product_sku"),
        family: text("product_family"),
        uuid: text("product_uuid").map(|uuid| uuid.to_lowercase()),
        board: Some(board).filter(|board| *board != Board::default()),
        chassis: Some(chassis).filter(|chassis| *chassis != Chassis::default()),
        ..System::default()
    }
}

/// Machines without SMBIOS (most Arm boards) have a device tree.
fn from_device_tree(probe: &Probe) -> Option<System> {
    let product = probe.text(&format!("{DEVICE_TREE}/model"))?;
    let serial = probe.text(&format!("{DEVICE_TREE}/serial-number"));
    Some(System { product: Some(product), serial, ..System::default() })
}

#[cfg(test)]
mod tests;

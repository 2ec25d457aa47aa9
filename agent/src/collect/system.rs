//! Maker, board, chassis: SMBIOS types 1 to 3, else what the kernel took from them.

use inventory::sections::{Board, Chassis, System};

use super::Nothing;
use super::smbios::{self, Smbios, Structure};
use crate::probe::Probe;

const DMI: &str = "/sys/class/dmi/id";
const DEVICE_TREE: &str = "/sys/firmware/devicetree/base";
/// DSP0134, 7.3.1: the board that carries the processors, not a riser or a backplane.
const HOSTING_BOARD: u8 = 0x01;

pub(super) fn collect(probe: &Probe) -> Result<System, Nothing> {
    let smbios = smbios::read(probe);
    let system = smbios.as_ref().and_then(|smbios| smbios.first(1));
    let board = smbios.as_ref().and_then(main_board);
    let chassis = smbios.as_ref().and_then(|smbios| smbios.first(3));
    let sources = [&system, &board, &chassis];
    if sources.iter().all(|source| source.is_none()) && !probe.exists(DMI) {
        return from_device_tree(probe).ok_or(Nothing::NotThere(DMI));
    }

    let of_system = |offset, file| text(probe, system.as_ref(), offset, file);
    let mut found = System {
        vendor: of_system(0x04, "sys_vendor"),
        product: of_system(0x05, "product_name"),
        version: of_system(0x06, "product_version"),
        serial: of_system(0x07, "product_serial"),
        sku: of_system(0x19, "product_sku"),
        family: of_system(0x1a, "product_family"),
        uuid: match (&smbios, &system) {
            (Some(smbios), Some(system)) => smbios.uuid(system, 0x08),
            _ => probe.text(&format!("{DMI}/product_uuid")).map(|uuid| uuid.to_lowercase()),
        },
        ..System::default()
    };

    let of_board = |offset, file| text(probe, board.as_ref(), offset, file);
    let found_board = Board {
        vendor: of_board(0x04, "board_vendor"),
        product: of_board(0x05, "board_name"),
        version: of_board(0x06, "board_version"),
        serial: of_board(0x07, "board_serial"),
        asset_tag: of_board(0x08, "board_asset_tag"),
    };
    found.board = Some(found_board).filter(|board| *board != Board::default());

    let of_chassis = |offset, file| text(probe, chassis.as_ref(), offset, file);
    let found_chassis = Chassis {
        vendor: of_chassis(0x04, "chassis_vendor"),
        kind: match &chassis {
            // Bit 7 says that there is a lock.
            Some(chassis) => chassis.byte(0x05).map(|kind| kind & 0x7f),
            None => probe.number(&format!("{DMI}/chassis_type")),
        },
        serial: of_chassis(0x07, "chassis_serial"),
        asset_tag: of_chassis(0x08, "chassis_asset_tag"),
    };
    found.chassis = Some(found_chassis).filter(|chassis| *chassis != Chassis::default());

    found.virtual_machine = hypervisor(probe, smbios.as_ref(), &found);
    Ok(found)
}

fn text(probe: &Probe, structure: Option<&Structure<'_>>, offset: usize, file: &str) -> Option<String> {
    match structure {
        Some(structure) => structure.text(offset),
        None => probe.text(&format!("{DMI}/{file}")),
    }
}

fn main_board(smbios: &Smbios) -> Option<Structure<'_>> {
    let hosting = |board: &Structure<'_>| board.byte(0x09).is_some_and(|flags| flags & HOSTING_BOARD != 0);
    smbios.all(2).find(hosting).or_else(|| smbios.first(2))
}

/// Machines without SMBIOS (most Arm boards) have a device tree.
fn from_device_tree(probe: &Probe) -> Option<System> {
    let product = probe.text(&format!("{DEVICE_TREE}/model"))?;
    let serial = probe.text(&format!("{DEVICE_TREE}/serial-number"));
    Some(System { product: Some(product), serial, ..System::default() })
}

/// The hypervisor by the names that it writes into the tables; `unknown` where only the firmware admits that there is one.
fn hypervisor(probe: &Probe, smbios: Option<&Smbios>, system: &System) -> Option<String> {
    const NAMES: [(&str, &str); 12] = [
        ("qemu", "qemu"),
        ("kvm", "kvm"),
        ("kubevirt", "kubevirt"),
        ("openstack", "openstack"),
        ("vmware", "vmware"),
        ("virtualbox", "virtualbox"),
        ("innotek", "virtualbox"),
        ("bochs", "bochs"),
        ("parallels", "parallels"),
        ("bhyve", "bhyve"),
        ("xen", "xen"),
        ("google compute engine", "google"),
    ];
    if let Some(kind) = probe.text("/sys/hypervisor/type") {
        return Some(kind);
    }
    let says = format!(
        "{} {}",
        system.vendor.as_deref().unwrap_or_default(),
        system.product.as_deref().unwrap_or_default()
    )
    .to_lowercase();
    if let Some((_, name)) = NAMES.iter().find(|(sign, _)| says.contains(sign)) {
        return Some((*name).to_owned());
    }
    // Microsoft and Amazon also sell and rent real machines under their names.
    if says.starts_with("microsoft corporation virtual machine") {
        return Some("hyper-v".to_owned());
    }
    if says.starts_with("amazon ec2") && !says.contains("metal") {
        return Some("amazon".to_owned());
    }
    let extension = smbios.and_then(|smbios| smbios.first(0)?.byte(0x13));
    extension.filter(|bits| bits & 0x10 != 0).map(|_| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::smbios::tests::structure;
    use crate::tree::Builder;

    const TABLE: &str = "/sys/firmware/dmi/tables/DMI";

    #[test]
    fn a_riser_is_not_the_main_board() {
        let mut table = structure(2, 1, &[1, 0, 0, 0, 0, 0x02], &["Riser"]);
        table.extend(structure(2, 2, &[1, 0, 0, 2, 0, HOSTING_BOARD], &["Supermicro", "SN1"]));
        let tree = Builder::new().file(TABLE, &table);
        let board = collect(&Probe::new(tree.root())).unwrap().board.unwrap();
        assert_eq!((board.vendor.as_deref(), board.serial.as_deref()), (Some("Supermicro"), Some("SN1")));
    }

    #[test]
    fn without_tables_the_kernels_copies_serve() {
        let tree = Builder::new()
            .file("/sys/class/dmi/id/sys_vendor", "Dell Inc.\n")
            .file("/sys/class/dmi/id/product_uuid", "4C4C4544-0042-3510-8052-B4C04F4A3232\n")
            .file("/sys/class/dmi/id/chassis_type", "23\n")
            .refused("/sys/class/dmi/id/product_serial");
        let probe = Probe::new(tree.root());
        let system = collect(&probe).unwrap();
        assert_eq!(system.vendor.as_deref(), Some("Dell Inc."));
        assert_eq!(system.uuid.as_deref(), Some("4c4c4544-0042-3510-8052-b4c04f4a3232"));
        assert_eq!(system.chassis.unwrap().kind, Some(23));
        assert!(system.board.is_none() && system.virtual_machine.is_none());
        let warnings = probe.into_warnings();
        assert_eq!(warnings[0].path, "/sys/class/dmi/id/product_serial");
        assert_eq!(warnings[0].reason, "permission denied");
    }

    #[test]
    fn junk_tables_are_told_and_the_kernels_copies_serve() {
        let tree =
            Builder::new().file(TABLE, b"\x01\x02\x03 junk").file("/sys/class/dmi/id/sys_vendor", "HPE");
        let probe = Probe::new(tree.root());
        assert_eq!(collect(&probe).unwrap().vendor.as_deref(), Some("HPE"));
        assert_eq!(probe.into_warnings()[0].reason, "holds no SMBIOS structure");
    }

    #[test]
    fn virtual_machines_are_told_from_their_makers_metal() {
        let told = |vendor: &str, product: &str| {
            let tree = Builder::new()
                .file("/sys/class/dmi/id/sys_vendor", vendor)
                .file("/sys/class/dmi/id/product_name", product);
            collect(&Probe::new(tree.root())).unwrap().virtual_machine
        };
        assert_eq!(told("QEMU", "Standard PC (Q35 + ICH9, 2009)").as_deref(), Some("qemu"));
        assert_eq!(told("Microsoft Corporation", "Virtual Machine").as_deref(), Some("hyper-v"));
        assert_eq!(told("Microsoft Corporation", "Surface"), None);
        assert_eq!(told("Amazon EC2", "m5.large").as_deref(), Some("amazon"));
        assert_eq!(told("Amazon EC2", "m5.metal"), None);
        assert_eq!(told("Supermicro", "X11DPU"), None);
    }

    #[test]
    fn a_board_without_smbios_is_known_by_its_device_tree() {
        let tree = Builder::new().file("/sys/firmware/devicetree/base/model", b"Raspberry Pi 4\0");
        assert_eq!(collect(&Probe::new(tree.root())).unwrap().product.as_deref(), Some("Raspberry Pi 4"));
        let nothing = collect(&Probe::new(Builder::new().root())).unwrap_err();
        assert_eq!(nothing.to_string(), "/sys/class/dmi/id is not there");
    }
}

use super::*;
use crate::collect::smbios::tests::{structure, with_fields};
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
    let tree = Builder::new().file(TABLE, b"\x01\x02\x03 junk").file("/sys/class/dmi/id/sys_vendor", "HPE");
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

#[test]
fn a_blade_is_told_from_its_enclosure_and_from_its_risers() {
    let chassis = |handle, kind: u8, serial| {
        let fields: [(usize, &[u8]); 6] =
            [(4, &[1]), (5, &[kind | 0x80]), (7, &[2]), (0x11, &[10]), (0x13, &[1, 3]), (0x18, &[3])];
        with_fields(3, handle, 0x19, &fields, &["HPE", serial, "P06011-B21"])
    };
    let board = |handle, flags: u8, around: u16, kind: u8, serial| {
        let fields: [(usize, &[u8]); 6] = [
            (4, &[1]),
            (7, &[2]),
            (9, &[flags]),
            (0x0a, &[3]),
            (0x0b, &around.to_le_bytes()),
            (0x0d, &[kind]),
        ];
        with_fields(2, handle, 0x0f, &fields, &["HPE", serial, "Bay 4"])
    };
    let table = [
        chassis(1, 0x1d, "ENCLOSURE"),
        chassis(2, 0x1c, "BLADE"),
        board(3, 0, 1, 8, "RISER"),
        board(4, HOSTING_BOARD, 2, 10, "BOARD"),
        // Firmware that has used a handle twice.
        board(4, 0, 2, 4, "SWITCH"),
    ];
    let system = collect(&Probe::new(Builder::new().file(TABLE, table.concat()).root())).unwrap();
    let chassis = system.chassis.unwrap();
    assert_eq!((chassis.serial.as_deref(), chassis.kind), (Some("BLADE"), Some(0x1c)));
    assert_eq!((chassis.height_units, chassis.sku.as_deref()), (Some(10), Some("P06011-B21")));
    let serials: Vec<_> = system.other_chassis.into_iter().filter_map(|chassis| chassis.serial).collect();
    assert_eq!(serials, ["ENCLOSURE"]);
    let main = system.board.unwrap();
    assert_eq!((main.serial.as_deref(), main.location.as_deref()), (Some("BOARD"), Some("Bay 4")));
    let others: Vec<_> =
        system.other_boards.iter().map(|board| (board.serial.as_deref(), board.kind)).collect();
    assert_eq!(others, [(Some("RISER"), Some(8)), (Some("SWITCH"), Some(4))]);
}

#[test]
fn slots_tell_what_sits_where() {
    let slot = |usage: u8, segment: u16, bus: u8, place: u8| {
        let segment = segment.to_le_bytes();
        let fields: [(usize, &[u8]); 6] = [
            (4, &[1]),
            (5, &[0xb6, 0x0d]),
            (7, &[usage]),
            (9, &[7, 0]),
            (0x0d, &segment),
            (0x0f, &[bus, place]),
        ];
        with_fields(9, 1, 0x11, &fields, &["PCIe Slot 7"])
    };
    let short = with_fields(9, 1, 0x0d, &[(4, &[1]), (7, &[3])], &["ISA 1"]);
    let table = [
        slot(4, 0, 0x3b, 0),
        slot(3, 0xffff, 0xff, 0xff),
        slot(3, 0, 0, 0),
        slot(4, 0x1_u16, 0xe3, 0x0a),
        short,
    ];
    let system = collect(&Probe::new(Builder::new().file(TABLE, table.concat()).root())).unwrap();
    let said: Vec<_> = system.slots.iter().map(|slot| (slot.in_use, slot.pci_address.as_deref())).collect();
    assert_eq!(
        said,
        [
            (Some(true), Some("0000:3b:00.0")),
            (Some(false), None),
            (Some(false), None),
            (Some(true), Some("0001:e3:01.2")),
            (Some(false), None),
        ]
    );
    let first = &system.slots[0];
    assert_eq!(
        (first.name.as_deref(), first.id, first.kind, first.lanes),
        (Some("PCIe Slot 7"), Some(7), Some(0xb6), Some(16))
    );
}

#[test]
fn secrets_that_a_hypervisor_hands_to_its_guest_stay_there() {
    let long = "x".repeat(5000);
    let strings = ["io.systemd.credential:passwd=two words", "Product ID: 868703-B21", &long];
    let table = structure(11, 1, &[3], &strings);
    let system = collect(&Probe::new(Builder::new().file(TABLE, table).root())).unwrap();
    assert_eq!(
        system.oem_strings[..2],
        ["io.systemd.credential:passwd=<redacted>", "Product ID: 868703-B21"]
    );
    assert_eq!(system.oem_strings[2].len(), OEM_STRING_LIMIT);
}

#[test]
fn watchdogs_are_told_and_not_opened() {
    let tree = Builder::new()
        .files(
            "/sys/class/watchdog/watchdog0",
            &[("identity", "iTCO_wdt\n"), ("timeout", "30\n"), ("state", "active\n"), ("nowayout", "0\n")],
        )
        .folder("/sys/class/watchdog/junk");
    let watchdogs = collect(&Probe::new(tree.root())).unwrap().watchdogs;
    let [watchdog] = watchdogs.as_slice() else { panic!("{watchdogs:?}") };
    assert_eq!((watchdog.identity.as_deref(), watchdog.timeout_secs), (Some("iTCO_wdt"), Some(30)));
    assert_eq!((watchdog.active, watchdog.no_way_out), (Some(true), Some(false)));
}

#[test]
fn a_table_that_lacks_the_system_leaves_it_to_the_kernel() {
    let tree = Builder::new()
        .file(TABLE, structure(17, 1, &[0; 30], &[]))
        .file("/sys/class/dmi/id/sys_vendor", "Dell Inc.");
    assert_eq!(collect(&Probe::new(tree.root())).unwrap().vendor.as_deref(), Some("Dell Inc."));
}

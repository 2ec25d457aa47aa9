use inventory::sections::{
    Bmc, BmcLan, Board, BootEntry, Chassis, Content, Cpu, CpuSlot, CxlMemory, Disk, Drive, Firmware, Fru,
    FruArea, Gpu, HostInterface, Infiniband, Memory, MemorySlot, Neighbour, Nic, Os, PartitionTable,
    Signature, System, TableEntry, Transceiver, UsbDevice,
};
use inventory::{DriveHealth, MacAddr, Section, Sections};
use serde_json::json;

use super::*;

#[test]
fn what_tells_a_machine_from_others_is_found_at_any_depth() {
    let report = json!({
        "system": { "serial": "ABC1234", "product": "R640", "uuid": "4c4c4544-0042", "asset_tag": "Not Specified" },
        "nics": [{ "name": "eth0", "permanent_mac": "52:54:00:aa:00:01", "mtu": 1500 }],
        "sensors": [{ "label": "Core 10" }],
        "contents": [{ "label": "backup2024" }],
        "disks": [{ "by_id": ["wwn-0x5000c500"] }],
    });
    let found: Vec<_> = of(&report).unwrap().into_iter().collect();
    assert_eq!(found, ["4c4c4544-0042", "52:54:00:aa:00:01", "ABC1234", "backup2024", "wwn-0x5000c500"]);
}

#[test]
fn a_machines_name_is_found_without_a_digit_unless_nobody_gave_it() {
    for (name, is_told) in
        [("athena", true), ("web-one.example.org", true), ("localhost", false), ("db", false)]
    {
        let found = of(&json!({ "os": { "hostname": name } })).unwrap();
        assert_eq!(found.contains(name), is_told, "{name}");
    }
}

/// Hands out values that stand nowhere else.
#[derive(Default)]
struct Given(Vec<String>);

impl Given {
    fn text(&mut self) -> String {
        let text = format!("GIVEN-{:03}", self.0.len());
        self.0.push(text.clone());
        text
    }

    fn some(&mut self) -> Option<String> {
        Some(self.text())
    }

    fn mac(&mut self) -> Option<MacAddr> {
        let mac = MacAddr::new([2, 0, 0, 0, 0, u8::try_from(self.0.len()).unwrap()]);
        self.0.push(mac.to_string());
        Some(mac)
    }
}

fn list<T>(item: T) -> Section<Vec<T>> {
    Section::Ok { data: vec![item] }
}

fn boards(given: &mut Given) -> Sections {
    let board =
        |given: &mut Given| Board { serial: given.some(), asset_tag: given.some(), ..Board::default() };
    let chassis =
        |given: &mut Given| Chassis { serial: given.some(), asset_tag: given.some(), ..Chassis::default() };
    let area =
        |given: &mut Given| Some(FruArea { serial: given.some(), asset: given.some(), ..FruArea::default() });
    let system = System {
        serial: given.some(),
        uuid: given.some(),
        board: Some(board(given)),
        other_boards: vec![board(given)],
        chassis: Some(chassis(given)),
        other_chassis: vec![chassis(given)],
        ..System::default()
    };
    let boot_entries = vec![BootEntry { mac: given.mac(), ..BootEntry::default() }];
    let slots = vec![CpuSlot { serial: given.some(), asset_tag: given.some(), ..CpuSlot::default() }];
    let modules = vec![MemorySlot { serial: given.some(), asset_tag: given.some(), ..MemorySlot::default() }];
    let cxl = vec![CxlMemory { serial: given.some(), ..CxlMemory::default() }];
    let bmc = Bmc {
        guid: given.some(),
        lan: vec![BmcLan { mac: given.mac(), ..BmcLan::default() }],
        fru: Some(Fru { chassis: area(given), board: area(given), product: area(given) }),
        host_interfaces: vec![HostInterface {
            mac: given.mac(),
            redfish_name: given.some(),
            ..HostInterface::default()
        }],
        ..Bmc::default()
    };
    Sections {
        system: Section::Ok { data: system },
        firmware: Section::Ok { data: Firmware { boot_entries, ..Firmware::default() } },
        cpu: Section::Ok { data: Cpu { slots, ..Cpu::default() } },
        memory: Section::Ok { data: Memory { slots: modules, cxl, ..Memory::default() } },
        bmc: Section::Ok { data: bmc },
        os: Section::Ok { data: Os { hostname: given.some(), ..Os::default() } },
        ..Sections::default()
    }
}

fn disks(given: &mut Given) -> Sections {
    let table = PartitionTable {
        id: given.some(),
        partitions: vec![TableEntry { uuid: given.some(), name: given.some(), ..TableEntry::default() }],
        ..PartitionTable::default()
    };
    let signature =
        Signature { label: given.some(), uuid: given.some(), group: given.some(), ..Signature::default() };
    Sections {
        disks: list(Disk {
            serial: given.some(),
            wwn: given.some(),
            by_id: vec![given.text()],
            ..Disk::default()
        }),
        drives: list(Drive {
            serial: given.some(),
            wwn: given.some(),
            subsystem_nqn: given.some(),
            ..Drive::default()
        }),
        contents: list(Content { table: Some(table), signatures: vec![signature], ..Content::default() }),
        ..Sections::default()
    }
}

fn cards(given: &mut Given) -> Sections {
    let module = Some(Transceiver { serial: given.some(), ..Transceiver::default() });
    Sections {
        nics: list(Nic {
            mac: given.mac(),
            permanent_mac: given.mac(),
            port_guid: given.some(),
            module,
            ..Nic::default()
        }),
        neighbours: list(Neighbour {
            nic_mac: given.mac(),
            chassis_id: given.text(),
            port_id: given.text(),
            port_description: given.some(),
            system_name: given.some(),
            mac: given.mac(),
            ..Neighbour::default()
        }),
        gpus: list(Gpu { unique_id: given.some(), serial: given.some(), ..Gpu::default() }),
        usb: list(UsbDevice { serial: given.some(), ..UsbDevice::default() }),
        infiniband: list(Infiniband {
            node_guid: given.some(),
            system_image_guid: given.some(),
            node_description: given.some(),
            ..Infiniband::default()
        }),
        ..Sections::default()
    }
}

#[test]
fn every_field_of_the_report_that_tells_a_machine_from_others_is_found() {
    for fill in [boards, disks, cards] {
        let mut given = Given::default();
        let sections = fill(&mut given);
        let found = of(&sections).unwrap();
        for value in &given.0 {
            assert!(found.contains(value), "{value} of {sections:#?}");
        }
        assert_eq!(found.len(), given.0.len());
    }
    let health =
        DriveHealth { serial: Some("S1234".into()), wwn: Some("naa.5000".into()), ..DriveHealth::default() };
    assert_eq!(of(&vec![health]).unwrap().len(), 2);
}

#[test]
fn a_serial_number_without_a_digit_is_found_and_makers_junk_is_not() {
    let report = serde_json::json!({
        "drives": [{ "serial": "NVME-FAILING" }, { "serial": "UNKNOWN" }, { "serial": "Not Specified" }],
    });
    assert_eq!(of(&report).unwrap().into_iter().collect::<Vec<_>>(), ["NVME-FAILING"]);
}

#[test]
fn a_public_key_is_found_by_what_is_its_own() {
    let own = "FwZkx4bgWvJpRBlqRdSkPRdBxoUUP4PEYxKXMmrV/fC";
    let key = format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{own}");
    let found = of(&json!({ "os": { "ssh_host_keys": [key, "ssh-ed25519 AAAA", "nonsense"] } })).unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [own]);
}

use inventory::sections::{NicPort, Transceiver};
use rustix::io::Errno;

use super::*;
use crate::collect::interfaces::tests::{answering, attribute, info, link, message, number};
use crate::collect::smbios::tests::structure;
use crate::root::{Ethtool, Netlink, Question};
use crate::tree::Builder;

fn pci(tree: Builder, name: &str, path: &str, mac: &str) -> Builder {
    let device = format!("/sys/devices/pci0000:00/{path}");
    tree.link(&format!("{NET}/{name}"), &format!("{device}/net/{name}"))
        .link(&format!("{device}/net/{name}/device"), &device)
        .link(&format!("{device}/driver"), "/sys/bus/some/drivers/igb")
        .folder("/sys/bus/some/drivers/igb")
        .files(
            &format!("{device}/net/{name}"),
            &[("address", mac), ("addr_assign_type", "0\n"), ("mtu", "1500\n"), ("carrier", "1\n")],
        )
}

fn collected(tree: &Builder) -> Vec<Nic> {
    let probe = Probe::new(tree.root());
    let nics = collect(&probe).unwrap();
    assert_eq!(probe.into_warnings(), []);
    nics
}

#[test]
fn a_virtio_card_is_found_at_the_function_that_it_hangs_on() {
    let tree = pci(Builder::new(), "eth0", "0000:00:0a.0/virtio2", "52:54:00:aa:00:02\n")
        .file("/sys/devices/pci0000:00/0000:00:0a.0/vendor", "0x1AF4\n")
        .file("/sys/devices/pci0000:00/0000:00:0a.0/device", "0x1000\n")
        .file("/sys/devices/pci0000:00/0000:00:0a.0/virtio2/net/eth0/speed", "-1\n")
        .file("/sys/devices/pci0000:00/0000:00:0a.0/virtio2/net/eth0/duplex", "unknown\n");
    let nics = collected(&tree);
    let [nic] = nics.as_slice() else { panic!("{nics:?}") };
    assert_eq!(nic.pci_address.as_deref(), Some("0000:00:0a.0"));
    assert_eq!((nic.pci_vendor.as_deref(), nic.pci_device.as_deref()), (Some("1af4"), Some("1000")));
    assert_eq!((nic.driver.as_deref(), nic.speed_mbps, &nic.duplex), (Some("igb"), None, &None));
    assert!(nic.physical && !nic.usb && nic.permanent_mac == nic.mac && nic.mac.is_some());
}

#[test]
fn a_bonds_member_keeps_its_own_address() {
    let member = "/sys/devices/pci0000:00/0000:00:09.0/net/eth1";
    let tree = pci(Builder::new(), "eth1", "0000:00:09.0", "3c:ec:ef:00:00:01\n")
        .file(&format!("{member}/addr_assign_type"), "2\n")
        .file(&format!("{member}/bonding_slave/perm_hwaddr"), "3c:ec:ef:00:00:02\n")
        .files(&format!("{NET}/bond0"), &[("address", "3c:ec:ef:00:00:01\n"), ("uevent", "DEVTYPE=bond\n")]);
    let nics = collected(&tree);
    let [bond, member] = nics.as_slice() else { panic!("{nics:?}") };
    assert!(!bond.physical && bond.permanent_mac.is_none());
    assert_eq!(member.permanent_mac, "3c:ec:ef:00:00:02".parse().ok());
}

#[test]
fn a_link_that_is_down_has_no_speed_and_no_carrier() {
    let at = "/sys/devices/pci0000:00/0000:00:09.0/net/eth1";
    let tree = pci(Builder::new(), "eth1", "0000:00:09.0", "00:00:00:00:00:00\n")
        .file(&format!("{at}/speed"), "4294967295\n")
        .fails("/sys/class/net/eth1/carrier", Errno::INVAL);
    let nics = collected(&tree);
    assert_eq!((nics[0].carrier, nics[0].speed_mbps, nics[0].mac), (None, None, None));
}

#[test]
fn containers_interfaces_are_left_out_and_those_with_an_address_kept() {
    let tree = Builder::new()
        .file(&format!("{NET}/bonding_masters"), "bond0\n")
        .file(&format!("{NET}/lo/mtu"), "65536\n")
        .file(&format!("{NET}/veth1234/mtu"), "1500\n")
        .file(&format!("{NET}/br-ex/mtu"), "9000\n")
        .file("/proc/net/if_inet6", "20010db8000000000000000000000001 02 40 00 80 br-ex\n");
    let nics = collected(&tree);
    let [bridge] = nics.as_slice() else { panic!("{nics:?}") };
    assert_eq!((bridge.name.as_str(), &bridge.addresses[..]), ("br-ex", &["2001:db8::1/64".to_owned()][..]));
}

#[test]
fn the_card_booted_not_the_dongle_with_the_same_address() {
    let mac = "52:54:00:aa:00:01\n";
    let usb = pci(Builder::new(), "a_usb", "0000:00:07.0/usb1/1-2/1-2:1.0", mac)
        .file("/proc/cmdline", "quiet BOOTIF=01-52-54-00-aa-00-01\n");
    assert!(collected(&usb)[0].boot && collected(&usb)[0].usb);
    let both = collected(&pci(usb, "eth1", "0000:00:09.0", mac));
    assert_eq!(both.iter().map(|nic| nic.boot).collect::<Vec<_>>(), [false, true]);
}

fn address(interface: u32, prefix: u8, flags: u8, address: &[u8]) -> Vec<u8> {
    let head = [&[2, prefix, flags, 0][..], &interface.to_ne_bytes()].concat();
    message(20, &head, &[attribute(1, address), number(8, flags.into())])
}

fn default_route(interface: u32, gateway: &[u8]) -> Vec<u8> {
    message(24, &[2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0], &[attribute(5, gateway), number(4, interface)])
}

#[test]
fn a_bond_with_a_vlan_is_told_by_one_dump_each() {
    let bond = info("bond", &[attribute(1, &[1]), number(2, 2)]);
    let vlan = info("vlan", &[attribute(1, &42_u16.to_ne_bytes())]);
    let tree = answering(
        Builder::new(),
        &[
            link(2, "eth0", &[number(10, 4), attribute(54, &[0x3c, 0xec, 0xef, 0, 0, 1])]),
            link(3, "eth1", &[number(10, 4)]),
            link(4, "bond0", &[bond, number(4, 9000)]),
            link(5, "bond0.42", &[number(5, 4), vlan]),
            link(6, "veth9", &[info("veth", &[])]),
        ],
    )
    .folder(&format!("{NET}/eth0/device"))
    .folder(&format!("{NET}/eth1/device"))
    .answer(
        &Question::Netlink(Netlink::Addresses),
        &[
            address(5, 24, 0x00, &[192, 0, 2, 9]),
            address(5, 24, 0x80, &[192, 0, 2, 8]),
            address(4, 64, 0x80, &[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            address(77, 24, 0x80, &[192, 0, 2, 7]),
        ]
        .concat(),
    )
    .answer(
        &Question::Netlink(Netlink::Routes),
        &[default_route(5, &[192, 0, 2, 1]), default_route(77, &[192, 0, 2, 2])].concat(),
    );
    let nics = collected(&tree);
    let [bond, vlan, active, other] = nics.as_slice() else { panic!("{nics:?}") };
    assert_eq!(bond.members, ["eth0", "eth1"]);
    assert_eq!(
        (bond.bond_mode.as_deref(), bond.bond_active_member.as_deref()),
        (Some("active-backup"), Some("eth0"))
    );
    assert_eq!((bond.kind.as_deref(), bond.mtu, bond.addresses.len()), (Some("bond"), Some(9000), 0));
    assert_eq!((vlan.vlan_id, vlan.parent.as_deref(), vlan.physical), (Some(42), Some("bond0"), false));
    assert_eq!(vlan.addresses, ["192.0.2.8/24", "192.0.2.9/24"]);
    assert_eq!(
        (&vlan.leased_addresses[..], &vlan.gateways[..]),
        (&["192.0.2.9/24".to_owned()][..], &["192.0.2.1".to_owned()][..])
    );
    assert_eq!((active.permanent_mac, other.permanent_mac), ("3c:ec:ef:00:00:01".parse().ok(), None));
    assert_eq!((active.master.as_deref(), active.link_layer), (Some("bond0"), Some(LinkLayer::Ethernet)));
}

fn ask(request: Ethtool) -> Question {
    Question::Ethtool { interface: "eth0".into(), request }
}

/// What a driver answers to `ETHTOOL_GDRVINFO`.
fn driver_info(version: &[u8], firmware: &[u8]) -> Vec<u8> {
    let mut answer = vec![0; 196];
    for (offset, field) in [(4, &b"ice"[..]), (36, version), (68, firmware), (100, b"0000:3b:00.0")] {
        answer[offset..][..field.len()].copy_from_slice(field);
    }
    answer
}

/// What it answers to `ETHTOOL_GLINKSETTINGS`, of a card that can do 25 Gbit/s.
fn link_settings(speed_mbps: u32, port: u8) -> Vec<u8> {
    let mut answer = [0_u32.to_ne_bytes(), speed_mbps.to_ne_bytes()].concat();
    answer.extend([1, port, 0, 1, 0, 0, 0, 1]);
    answer.resize(48, 0);
    answer.extend((1_u32 << 31 | 1 << 6).to_ne_bytes());
    answer
}

#[test]
fn a_driver_tells_of_its_card_its_link_and_its_transceiver() {
    let at = "/sys/devices/pci0000:00/0000:3b:00.0";
    let mut eeprom = vec![0; 4 + 256];
    for (offset, field) in [(0, &[3][..]), (8, &[4]), (20, b"Amphenol"), (40, b"NDCCGF"), (68, b"APF123")] {
        eeprom[4 + offset..][..field.len()].copy_from_slice(field);
    }
    let permanent = [&[0; 4][..], &6_u32.to_ne_bytes(), &[0x3c, 0xec, 0xef, 0, 0, 7]].concat();
    let tree = pci(Builder::new(), "eth0", "0000:3b:00.0", "02:00:00:00:00:07\n")
        .file(&format!("{at}/net/eth0/addr_assign_type"), "3\n")
        .files(at, &[("numa_node", "1\n"), ("sriov_totalvfs", "128\n"), ("sriov_numvfs", "4\n")])
        .file("/proc/sys/kernel/osrelease", "6.1.0\n")
        .answer(&ask(Ethtool::DriverInfo), &driver_info(b"6.1.0", b"4.20 0x80017785"))
        .answer(&ask(Ethtool::LinkSettings), &link_settings(10_000, 5))
        .answer(&ask(Ethtool::PermanentAddress), &permanent)
        .answer(&ask(Ethtool::Module), &eeprom);
    let nics = collected(&tree);
    let [nic] = nics.as_slice() else { panic!("{nics:?}") };
    assert_eq!((nic.driver.as_deref(), nic.driver_version.as_deref()), (Some("igb"), None));
    assert_eq!(
        (nic.firmware.as_deref(), nic.bus_info.as_deref()),
        (Some("4.20 0x80017785"), Some("0000:3b:00.0"))
    );
    assert_eq!(
        (nic.speed_mbps, nic.max_speed_mbps, nic.autonegotiation),
        (Some(10_000), Some(25_000), Some(true))
    );
    assert_eq!((nic.duplex.as_deref(), nic.port), (Some("full"), Some(NicPort::DirectAttach)));
    assert_eq!(nic.permanent_mac, "3c:ec:ef:00:00:07".parse().ok());
    assert_eq!((nic.numa_node, nic.sriov_total, nic.sriov_enabled), (Some(1), Some(128), Some(4)));
    let expected = Transceiver {
        form: Some("SFP".into()),
        medium: Some("passive copper".into()),
        vendor: Some("Amphenol".into()),
        part: Some("NDCCGF".into()),
        revision: None,
        serial: Some("APF123".into()),
    };
    assert_eq!(nic.module, Some(expected));

    let own = tree.answer(&ask(Ethtool::DriverInfo), &driver_info(b"1.12.7", b"N/A"));
    let own = own.answer(&ask(Ethtool::LinkSettings), &link_settings(u32::MAX, 0));
    let nic = collected(&own).remove(0);
    assert_eq!((nic.driver_version.as_deref(), nic.firmware), (Some("1.12.7"), None));
    // Nothing is plugged into a socket for copper that had an EEPROM.
    assert_eq!((nic.speed_mbps, nic.port, nic.module), (None, Some(NicPort::TwistedPair), None));
}

#[test]
fn a_virtual_function_names_its_card() {
    let at = "/sys/devices/pci0000:00/0000:3b:01.0";
    let tree = pci(Builder::new(), "eth0v0", "0000:3b:01.0", "02:00:00:00:00:07\n")
        .file(&format!("{at}/numa_node"), "-1\n")
        .link(&format!("{at}/physfn"), "/sys/devices/pci0000:00/0000:3b:00.0");
    let nic = collected(&tree).remove(0);
    assert_eq!((nic.physical_function.as_deref(), nic.sriov_total), (Some("0000:3b:00.0"), None));
    assert_eq!(nic.numa_node, None);
}

#[test]
fn a_port_of_infiniband_is_known_by_its_guid() {
    let device = "/sys/devices/pci0000:00/0000:3b:00.0";
    let tree = pci(Builder::new(), "ib0", "0000:3b:00.0", "")
        .file(&format!("{device}/net/ib0/type"), "32\n")
        .file(
            &format!("{device}/net/ib0/address"),
            "80:00:00:48:fe:80:00:00:00:00:00:00:50:6b:4b:03:00:c5:01:02\n",
        )
        .file("/proc/cmdline", "BOOTIF=20-50-6b-4b-03-00-c5-01-02\n");
    let nic = collected(&tree).remove(0);
    assert_eq!((nic.link_layer, nic.mac, nic.permanent_mac), (Some(LinkLayer::Infiniband), None, None));
    assert_eq!((nic.port_guid.as_deref(), nic.boot), (Some("506b:4b03:00c5:0102"), true));
}

#[test]
fn the_way_to_the_management_controller_is_marked() {
    let usb = |ids: (&str, &str)| {
        let folder = "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2";
        pci(Builder::new(), "usb0", "0000:00:14.0/usb1/1-2/1-2:1.0", "02:00:00:00:00:01\n")
            .files(folder, &[("idVendor", ids.0), ("idProduct", ids.1)])
    };
    let marked = |tree: &Builder| collected(tree)[0].bmc_host_interface;
    assert!(marked(&usb(("413c\n", "a102\n"))));
    let dongle = usb(("0b95\n", "1790\n"));
    assert!(!marked(&dongle));
    for named in
        [&[0x40, 9, 2, 0x95, 0x0b, 0x90, 0x17, 0, 0, 0][..], &[0x40, 17, 4, 17, 0x95, 0x0b, 0x90, 0x17, 0, 0]]
    {
        let table = structure(42, 7, named, &[]);
        assert!(marked(&dongle.clone().file("/sys/firmware/dmi/tables/DMI", table)));
    }
    let serial_port = structure(42, 7, &[0x03, 9, 2, 0x95, 0x0b, 0x90, 0x17, 0, 0, 0], &[]);
    assert!(!marked(&dongle.file("/sys/firmware/dmi/tables/DMI", serial_port)));
}

#[test]
fn an_empty_cage_is_no_trouble_and_a_module_that_can_not_be_read_is() {
    let tree = pci(Builder::new(), "eth0", "0000:3b:00.0", "3c:ec:ef:00:00:01\n")
        .answer(&ask(Ethtool::LinkSettings), &link_settings(10_000, 3))
        .fails(&ask(Ethtool::Module).name(), Errno::IO);
    let probe = Probe::new(tree.root());
    assert_eq!(collect(&probe).unwrap()[0].port, Some(NicPort::Fibre));
    assert_eq!(probe.into_warnings()[0].path, "ethtool eth0");
    let empty = tree.file("/sys/devices/pci0000:00/0000:3b:00.0/net/eth0/carrier", "0\n");
    assert_eq!(collected(&empty)[0].module, None);
}

#[test]
fn a_machine_that_booted_by_iscsi_says_by_which_card() {
    let tree = pci(Builder::new(), "eth0", "0000:00:09.0", "3c:ec:ef:00:00:01\n");
    let tree = pci(tree, "eth1", "0000:00:0a.0", "3c:ec:ef:00:00:02\n")
        .files("/sys/firmware/ibft/ethernet0", &[("flags", "1\n"), ("mac", "3c:ec:ef:00:00:01\n")])
        .files("/sys/firmware/ibft/ethernet1", &[("flags", "3\n"), ("mac", "3c:ec:ef:00:00:02\n")]);
    assert_eq!(collected(&tree).iter().map(|nic| nic.boot).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_transceiver_that_may_not_be_read_is_absent_and_one_that_fails_is_warned_of() {
    let tree = pci(Builder::new(), "eth0", "0000:3b:00.0", "3c:ec:ef:00:00:07\n")
        .answer(&ask(Ethtool::LinkSettings), &link_settings(10_000, 3));
    let module = ask(Ethtool::Module).name();
    let nic = collected(&tree.clone().fails(&module, Errno::PERM)).remove(0);
    assert_eq!((nic.port, nic.module), (Some(NicPort::Fibre), None));
    let probe = Probe::new(tree.fails(&module, Errno::IO).root());
    assert_eq!(collect(&probe).unwrap().remove(0).module, None);
    assert_eq!(probe.into_warnings()[0].path, "ethtool eth0");
}

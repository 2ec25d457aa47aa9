use rustix::io::Errno;

use super::*;
use crate::tree::Builder;

const DEVICE: &str = "/sys/devices/pci0000:3a/0000:3b:00.0";

/// A card with a port of each kind.
fn machine() -> Builder {
    let at = format!("{DEVICE}/infiniband/mlx4_0");
    Builder::new()
        .link(&format!("{INFINIBAND}/mlx4_0"), &at)
        .link(&format!("{at}/device"), DEVICE)
        .files(
            &at,
            &[
                ("fw_ver", "2.42.5000\n"),
                ("board_id", "MT_1090120019\n"),
                ("hca_type", "MT4103\n"),
                ("node_guid", "e41d:2d03:0011:2230\n"),
                ("sys_image_guid", "0000:0000:0000:0000\n"),
                ("node_desc", "node7 HCA-1\n"),
            ],
        )
        .files(
            &format!("{at}/ports/1"),
            &[
                ("state", "4: ACTIVE\n"),
                ("phys_state", "5: LinkUp\n"),
                ("rate", "56 Gb/sec (4X FDR)\n"),
                ("link_layer", "InfiniBand\n"),
                ("lid", "0x1a\n"),
            ],
        )
        .files(
            &format!("{at}/ports/2"),
            &[
                ("state", "1: DOWN\n"),
                ("rate", "2.5 Gb/sec (1X SDR)\n"),
                ("link_layer", "Ethernet\n"),
                ("lid", "0x0\n"),
                ("gid_attrs/ndevs/0", "eth4\n"),
            ],
        )
        .file(&format!("{DEVICE}/net/ib0/dev_port"), "0\n")
        .files(&format!("{DEVICE}/net/ib1"), &[("dev_port", "0\n"), ("dev_id", "0x2\n")])
        .file(&format!("{DEVICE}/net/eth4/dev_port"), "1\n")
        .file(&format!("{at}/ports/3/link_layer"), "InfiniBand\n")
}

#[test]
fn a_card_tells_each_port_with_its_network_card() {
    let probe = Probe::new(machine().root());
    let ports = collect(&probe).unwrap();
    assert_eq!(probe.into_warnings(), []);
    let [first, second, third] = ports.as_slice() else { panic!("{ports:?}") };
    let expected = Infiniband {
        device: "mlx4_0".into(),
        port: Some(1),
        pci_address: Some("0000:3b:00.0".into()),
        firmware: Some("2.42.5000".into()),
        board_id: Some("MT_1090120019".into()),
        hca_type: Some("MT4103".into()),
        node_guid: Some("e41d:2d03:0011:2230".into()),
        system_image_guid: None,
        node_description: Some("node7 HCA-1".into()),
        state: Some("active".into()),
        physical_state: Some("linkup".into()),
        rate_mbps: Some(56_000),
        rate_name: Some("4X FDR".into()),
        link_layer: Some("infiniband".into()),
        lid: Some(26),
        nic: Some("ib0".into()),
    };
    assert_eq!(*first, expected);
    assert_eq!((second.port, second.rate_mbps, second.lid), (Some(2), Some(2_500), None));
    assert_eq!((third.port, third.nic.as_deref()), (Some(3), Some("ib1")));
    assert_eq!((second.nic.as_deref(), second.state.as_deref()), (Some("eth4"), Some("down")));
}

#[test]
fn a_device_without_ports_is_told_and_a_machine_without_devices_has_none() {
    let tree = Builder::new().file(&format!("{INFINIBAND}/siw0/node_guid"), "junk");
    let ports = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!((ports[0].device.as_str(), ports[0].port), ("siw0", None));
    assert_eq!(collect(&Probe::new(Builder::new().folder(SYS).root())), Ok(vec![]));
    assert_eq!(collect(&Probe::new(Builder::new().root())), Err(Nothing::NotThere(SYS)));
}

#[test]
fn a_port_that_fails_costs_that_value_only() {
    let tree = machine().fails(&format!("{INFINIBAND}/mlx4_0/ports/1/rate"), Errno::IO);
    let probe = Probe::new(tree.root());
    let ports = collect(&probe).unwrap();
    assert_eq!((ports[0].rate_mbps, ports[0].lid), (None, Some(26)));
    assert_eq!(probe.into_warnings().len(), 1);
}

#[test]
fn rates_that_are_none_are_absent() {
    for junk in ["", "Gb/sec", "-1 Gb/sec (x)", "nan Gb/sec", "inf Gb/sec", "1e30 Gb/sec (4X)", "0 Gb/sec"] {
        assert_eq!(rate_mbps(junk), None, "{junk}");
    }
    assert_eq!((rate_mbps("400 Gb/sec"), rate_name("400 Gb/sec")), (Some(400_000), None));
    assert_eq!((word("4"), word("4: "), lid("12"), lid("0xfffff")), (None, None, None, None));
}

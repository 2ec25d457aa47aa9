use rustix::io::Errno;

use super::*;
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

//! Network cards, what is built upon them, and the switch at the other end.

use lab::{Firmware, MachineSpec, Namespace};
use muster_tests::switch::{self, HOSTILE};

use crate::claims::{Claim, absent, at_least, has, is, length, there};
use crate::machine;

const BOOT_MAC: &str = "52:54:00:00:03:01";
const INTEL_MAC: &str = "00:1b:21:00:03:02";
const VIRTIO_MAC: &str = "52:54:00:00:03:03";
const PREPARE: &str = r#"
card() { # the name of the card with this driver
    for card in /sys/class/net/*; do
        [ "$(basename $(readlink $card/device/driver) 2>/dev/null)" = "$2" ] &&
            [ "$(cat $card/address)" = "$1" ] && basename $card
    done
}
for try in $(seq 50); do
    usb=$(card 00:1b:21:00:03:02 cdc_ether) && [ "$usb" ] && break
    sleep 0.2
done
boot=$(card 52:54:00:00:03:01 virtio_net)
intel=$(card 00:1b:21:00:03:02 e1000e)
virtio=$(card 52:54:00:00:03:03 virtio_net)
echo "boot=$boot intel=$intel virtio=$virtio usb=$usb"
ip link set lo up
ip link set $boot up
ip address add 10.99.0.50/24 dev $boot
ip route add default via 10.99.0.1

echo +bond0 >/sys/class/net/bonding_masters
echo active-backup >/sys/class/net/bond0/bonding/mode
echo 100 >/sys/class/net/bond0/bonding/miimon
echo +$intel >/sys/class/net/bond0/bonding/slaves
echo +$virtio >/sys/class/net/bond0/bonding/slaves
ip link set bond0 up
vconfig add bond0 100
ip link set bond0.100 up
ip address add 192.0.2.7/24 dev bond0.100
ip address add 2001:db8::7/64 dev bond0.100
ip link set $usb up
# A link is up some time after it was asked to be.
for try in $(seq 50); do
    [ "$(cat /sys/class/net/$intel/carrier)$(cat /sys/class/net/$boot/carrier)" = 11 ] && break
    sleep 0.2
done
ip address
"#;

fn spec(bridge: &str, usb: &str) -> MachineSpec {
    let mut spec = MachineSpec::new("network", Firmware::Bios, BOOT_MAC);
    let tap = |id: &str, name: &str| format!("tap,id={id},ifname={name},script=no,downscript=no");
    let parts = [
        // Two cards on one bridge.
        ("-netdev", tap("wire", bridge)),
        ("-netdev", "hubport,id=hub0,hubid=1,netdev=wire".to_owned()),
        ("-netdev", "hubport,id=hub1,hubid=1".to_owned()),
        ("-device", format!("e1000e,netdev=hub1,mac={INTEL_MAC},romfile=")),
        ("-netdev", "hubport,id=hub2,hubid=1".to_owned()),
        ("-device", format!("virtio-net-pci,netdev=hub2,mac={VIRTIO_MAC},romfile=")),
        // A management controller's card, with a MAC that it shares with another.
        ("-device", "qemu-xhci,id=usb".to_owned()),
        ("-netdev", tap("inner", usb)),
        ("-device", format!("usb-net,bus=usb.0,netdev=inner,mac={INTEL_MAC}")),
    ];
    spec.parts = parts.into_iter().flat_map(|(option, value)| [option.to_owned(), value]).collect();
    spec
}

#[test]
fn cards_bonds_and_the_switch_are_told() {
    let namespace = Namespace::new().unwrap();
    let (bridge, usb) = (namespace.add_tap().unwrap(), namespace.add_tap().unwrap());
    // The card that it boots from gets the next one.
    let _switch = switch::speak(&namespace, &[&bridge, &usb, "tap2"]).unwrap();
    let modules = ["virtio_net", "e1000e", "xhci_pci", "cdc_ether", "bonding max_bonds=0", "8021q"];
    let told = machine::ask(spec(&bridge, &usb), &namespace, &modules, &[], PREPARE).unwrap();
    told.must(&[cards(), stacked(), neighbours(), devices()].concat(), &sample());
}

fn nic(by: &str, field: &str) -> String {
    format!("/sections/nics/data/{by}/{field}")
}

fn cards() -> Vec<Claim> {
    let boot = |field: &str| nic("pci_address=0000:00:02.0", field);
    let intel = |field: &str| nic("driver=e1000e", field);
    let virtio = |field: &str| nic("pci_address=0000:00:04.0", field);
    let usb = |field: &str| nic("driver=cdc_ether", field);
    vec![
        is("/sections/nics/status", "ok"),
        is(&boot("mac"), BOOT_MAC),
        // The one that `BOOTIF` names, and no other.
        is(&boot("boot"), true),
        is(&boot("addresses/0"), "10.99.0.50/24"),
        has(&boot("gateways"), "10.99.0.1"),
        is(&boot("carrier"), true),
        is(&boot("pci_vendor"), "1af4"),
        is(&intel("permanent_mac"), INTEL_MAC),
        is(&intel("pci_address"), "0000:00:03.0"),
        is(&intel("speed_mbps"), 1000),
        is(&intel("duplex"), "full"),
        is(&intel("autonegotiation"), true),
        is(&intel("boot"), false),
        there(&intel("firmware")),
        // A bond gives all its cards one address; who made them gave each its own.
        is(&virtio("mac"), INTEL_MAC),
        is(&virtio("permanent_mac"), VIRTIO_MAC),
        absent(&virtio("speed_mbps")),
        is(&usb("mac"), INTEL_MAC),
        is(&usb("usb"), true),
        is(&usb("physical"), true),
        // The controller that it hangs on, not the interface `1-1:1.0` that it is.
        is(&usb("pci_address"), "0000:00:05.0"),
    ]
}

fn stacked() -> Vec<Claim> {
    vec![
        is(&nic("name=bond0", "kind"), "bond"),
        is(&nic("name=bond0", "physical"), false),
        is(&nic("name=bond0", "bond_mode"), "active-backup"),
        length(&nic("name=bond0", "members"), 2),
        is(&nic("driver=e1000e", "master"), "bond0"),
        is(&nic("name=bond0.100", "kind"), "vlan"),
        is(&nic("name=bond0.100", "vlan_id"), 100),
        is(&nic("name=bond0.100", "parent"), "bond0"),
        has(&nic("name=bond0.100", "addresses"), "192.0.2.7/24"),
        has(&nic("name=bond0.100", "addresses"), "2001:db8::7/64"),
    ]
}

/// Each card hears the switch for itself, also the one that the bond does not use.
fn neighbours() -> Vec<Claim> {
    let heard = |field: &str| format!("/sections/neighbours/data/0/{field}");
    vec![
        length("/sections/neighbours/data", 4),
        is(&heard("chassis_id"), "00:1c:73:00:00:01"),
        is(&heard("port_id"), "Ethernet7/1"),
        is(&heard("port_description"), "rack 4 unit 12"),
        is(&heard("system_name"), "tor-4.lab.example"),
        has(&heard("system_description"), HOSTILE),
        has(&heard("capabilities"), "router"),
        has(&heard("management_addresses"), "10.99.0.254"),
        is(&heard("ttl_secs"), 120),
        is(&heard("port_vlan"), 100),
        is(&heard("vlans/id=100/name"), "storage"),
        is(&heard("max_frame_bytes"), 9216),
    ]
}

fn devices() -> Vec<Claim> {
    vec![
        is("/sections/usb/data/vendor=0525/interfaces/0/driver", "cdc_ether"),
        is("/sections/pci/data/address=0000:00:03.0/device", "10d3"),
        is("/sections/pci/data/address=0000:00:03.0/driver", "e1000e"),
        is("/sections/pci/data/address=0000:00:03.0/link_width", 1),
    ]
}

fn sample() -> Vec<Claim> {
    vec![
        length("/nics", 4),
        is("/nics/speed_mbps=1000/carrier", true),
        at_least("/nics/0/rx_bytes", 1.0),
        is("/nics/0/rx_crc_errors", 0),
        absent("/warnings"),
    ]
}

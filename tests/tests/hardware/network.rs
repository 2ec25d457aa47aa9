//! Network cards, what is built upon them, and the switch at the other end.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lab::{Firmware, MachineSpec, Namespace};

use crate::claims::{is, there};
use crate::machine;

const BOOT_MAC: &str = "52:54:00:00:03:01";
const INTEL_MAC: &str = "00:1b:21:00:03:02";
const VIRTIO_MAC: &str = "52:54:00:00:03:03";
/// Where QEMU listens for frames, and sends those of the machine to; both in the namespace.
const WIRE: u16 = 9100;
const SWITCH: u16 = 9101;

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

/// One TLV of IEEE 802.1AB, 8.4.
fn tlv(kind: u16, value: &[u8]) -> Vec<u8> {
    let head = (kind << 9) | u16::try_from(value.len()).unwrap();
    [&head.to_be_bytes(), value].concat()
}

/// What a switch says every half minute.
fn announcement() -> Vec<u8> {
    let tlvs = [
        tlv(1, &[4, 0x00, 0x1c, 0x73, 0x00, 0x00, 0x01]), // chassis: its MAC
        tlv(2, b"\x05Ethernet7/1"),                       // port: its name
        tlv(3, &120_u16.to_be_bytes()),                   // time to live
        tlv(4, b"rack 4 unit 12"),                        // the port's description
        tlv(5, b"tor-4.lab.example"),                     // the switch's name
        tlv(6, b"Lab Switch 9000, \"><script>alert(1)</script>${7*7}"), // and description
        tlv(7, &[0x00, 0x14, 0x00, 0x14]),                // bridge and router, both on
        tlv(8, &[5, 1, 10, 99, 0, 254, 2, 0, 0, 0, 7, 0]), // management address
        tlv(127, &[0x00, 0x80, 0xc2, 1, 0x00, 100]),      // 802.1: port VLAN
        tlv(127, b"\x00\x80\xc2\x03\x00\x64\x07storage"), // 802.1: VLAN name
        tlv(127, &[0x00, 0x12, 0x0f, 4, 0x24, 0x00]),     // 802.3: frames of up to 9216 bytes
        tlv(0, &[]),
    ];
    let head = [0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e, 0x00, 0x1c, 0x73, 0x00, 0x00, 0x02, 0x88, 0xcc];
    let mut frame = [head.as_slice(), &tlvs.concat()].concat();
    frame.resize(frame.len().max(60), 0);
    frame
}

fn spec() -> MachineSpec {
    let mut spec = MachineSpec::new("network", Firmware::Bios, BOOT_MAC);
    let datagrams = format!(
        "dgram,id=wire,local.type=inet,local.host=127.0.0.1,local.port={WIRE},\
         remote.type=inet,remote.host=127.0.0.1,remote.port={SWITCH}"
    );
    let parts = [
        // A bridge with two cards, and the switch's voice on it.
        ("-netdev", datagrams.as_str()),
        ("-netdev", "hubport,id=hub0,hubid=1,netdev=wire"),
        ("-netdev", "hubport,id=hub1,hubid=1"),
        ("-device", &format!("e1000e,netdev=hub1,mac={INTEL_MAC},romfile=")),
        ("-netdev", "hubport,id=hub2,hubid=1"),
        ("-device", &format!("virtio-net-pci,netdev=hub2,mac={VIRTIO_MAC},romfile=")),
        // A management controller's card, with a MAC that it shares with another.
        ("-device", "qemu-xhci,id=usb"),
        ("-netdev", "user,id=inner,restrict=on"),
        ("-device", &format!("usb-net,bus=usb.0,netdev=inner,mac={INTEL_MAC}")),
    ];
    spec.parts =
        parts.iter().flat_map(|(option, value)| [(*option).to_owned(), (*value).to_owned()]).collect();
    spec
}

#[test]
fn cards_bonds_and_the_switch_are_told() {
    let namespace = Namespace::new().unwrap();
    let switch = namespace.enter(|| UdpSocket::bind((Ipv4Addr::LOCALHOST, SWITCH))).unwrap().unwrap();
    let modules = ["virtio_net", "e1000e", "xhci_pci", "cdc_ether", "bonding max_bonds=0", "8021q"];
    let over = AtomicBool::new(false);
    let told = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                // Nobody listens before the machine is on.
                let _ = switch.send_to(&announcement(), (Ipv4Addr::LOCALHOST, WIRE));
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        let told = machine::ask(spec(), &namespace, &modules, &[], PREPARE);
        over.store(true, Ordering::Relaxed);
        told
    });
    told.unwrap().must(&[there("/sections/nics/data"), is("/sections/os/status", "ok")], &[]);
}

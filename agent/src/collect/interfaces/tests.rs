use super::*;
use crate::tree::Builder;

/// An attribute of a netlink message.
pub(crate) fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(value.len() + 4).unwrap().to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// A netlink message: its kind, its structure, its attributes.
pub(crate) fn message(kind: u16, head: &[u8], attributes: &[Vec<u8>]) -> Vec<u8> {
    let body = [head, &attributes.concat()].concat();
    let mut bytes = u32::try_from(16 + body.len()).unwrap().to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend([0; 10]);
    bytes.extend(body);
    bytes
}

/// An Ethernet interface that is up, as netlink describes it.
pub(crate) fn link(index: u32, name: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let words = [index, 1, 0].map(u32::to_ne_bytes).concat();
    let head = [&[0, 0][..], &ETHERNET.to_ne_bytes(), &words].concat();
    let name = attribute(3, &[name.as_bytes(), &[0]].concat());
    message(16, &head, &[&[name], attributes].concat())
}

/// What kind it is (`IFLA_LINKINFO`), and what its kind has to say.
pub(crate) fn info(kind: &str, data: &[Vec<u8>]) -> Vec<u8> {
    attribute(18, &[attribute(1, kind.as_bytes()), attribute(2, &data.concat())].concat())
}

/// A number as an attribute.
pub(crate) fn number(kind: u16, value: u32) -> Vec<u8> {
    attribute(kind, &value.to_ne_bytes())
}

/// A machine that answers with these interfaces.
pub(crate) fn answering(tree: Builder, links: &[Vec<u8>]) -> Builder {
    tree.folder(NET).answer(&Question::Netlink(Netlink::Links), &links.concat())
}

fn read_of(tree: &Builder) -> Vec<Interface> {
    let probe = Probe::new(tree.root());
    let interfaces = read(&probe).unwrap();
    assert_eq!(probe.into_warnings(), []);
    interfaces
}

#[test]
fn a_dump_names_what_it_numbers() {
    let tree = answering(
        Builder::new(),
        &[
            link(4, "bond0.7", &[number(5, 3), info("vlan", &[attribute(1, &7_u16.to_ne_bytes())])]),
            link(3, "bond0", &[info("bond", &[attribute(1, &[4]), number(2, 2)])]),
            link(2, "eth0", &[number(10, 3), attribute(16, &[6]), attribute(33, &[1]), number(35, 9)]),
            link(1, "lo", &[]),
            link(5, "veth1", &[number(5, 2), info("veth", &[])]),
        ],
    );
    let interfaces = read_of(&tree);
    let [bond, vlan, card, pair] = interfaces.as_slice() else { panic!("{interfaces:?}") };
    assert_eq!((bond.bond_mode.as_deref(), bond.bond_active.as_deref()), (Some("802.3ad"), Some("eth0")));
    assert_eq!((vlan.vlan, vlan.parent.as_deref()), (Some(7), Some("bond0")));
    assert_eq!((card.master.as_deref(), card.operstate.as_deref()), (Some("bond0"), Some("up")));
    assert_eq!((card.carrier, card.carrier_changes, card.is_ethernet()), (Some(true), Some(9), true));
    assert_eq!(pair.parent, None);
}

#[test]
fn files_say_the_same() {
    let tree = Builder::new()
        .folder("/sys/class/net/lo")
        .file("/sys/class/net/bonding_masters", "bond0\n")
        .files(
            "/sys/class/net/bond0",
            &[
                ("uevent", "DEVTYPE=bond\nINTERFACE=bond0\nIFINDEX=3\n"),
                ("bonding/mode", "802.3ad 4\n"),
                ("bonding/active_slave", "\n"),
                ("type", "1\n"),
            ],
        )
        .file("/sys/class/net/bond0.7/uevent", "DEVTYPE=vlan\nINTERFACE=bond0.7\nIFINDEX=4\n")
        .file("/proc/net/vlan/bond0.7", "bond0.7  VID: 7\t REORDER_HDR: 1\nDevice: bond0\nINGRESS\n")
        .files(
            "/sys/class/net/eth0",
            &[
                ("uevent", "INTERFACE=eth0\nIFINDEX=2\n"),
                ("address", "3c:ec:ef:00:00:01\n"),
                ("addr_assign_type", "2\n"),
                ("bonding_slave/perm_hwaddr", "3c:ec:ef:00:00:02\n"),
                ("operstate", "up\n"),
                ("carrier_changes", "9\n"),
                ("statistics/rx_bytes", "5\n"),
            ],
        )
        .link("/sys/class/net/eth0/master", "/sys/class/net/bond0");
    let interfaces = read_of(&tree);
    let [bond, vlan, card] = interfaces.as_slice() else { panic!("{interfaces:?}") };
    assert_eq!((bond.bond_mode.as_deref(), bond.bond_active.as_deref()), (Some("802.3ad"), None));
    assert_eq!((bond.index, bond.is_ethernet()), (Some(3), true));
    assert_eq!((vlan.vlan, vlan.parent.as_deref()), (Some(7), Some("bond0")));
    assert_eq!((card.master.as_deref(), card.carrier_changes), (Some("bond0"), Some(9)));
    assert_eq!(card.permanent_address, [0x3c, 0xec, 0xef, 0, 0, 2]);
    // Half of the counters are none.
    assert_eq!(stats(&Probe::new(tree.root()), card), None);
}

#[test]
fn a_kernel_that_refuses_is_told_of_and_its_files_are_read() {
    let question = Question::Netlink(Netlink::Links);
    let tree = Builder::new().file("/sys/class/net/eth0/mtu", "1500\n").refused(&question.name());
    let probe = Probe::new(tree.root());
    assert_eq!(read(&probe).unwrap()[0].mtu, Some(1500));
    assert_eq!(probe.into_warnings()[0].path, "netlink links");
}

#[test]
fn a_name_that_is_a_way_out_is_no_interface() {
    let tree = answering(Builder::new(), &[link(2, "..", &[]), link(3, "a/b", &[]), link(4, "eth0", &[])]);
    assert_eq!(read_of(&tree).len(), 1);
}

#[test]
fn junk_in_files_is_survived() {
    let junk = "\u{fffd}".repeat(5000);
    let names =
        ["address", "mtu", "carrier", "type", "speed", "operstate", "uevent", "bonding_slave/perm_hwaddr"];
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, junk.as_str())).collect();
    let tree = Builder::new().files("/sys/class/net/eth0", &files);
    let interfaces = read_of(&tree);
    assert_eq!((interfaces[0].mtu, interfaces[0].address.len()), (None, 0));
    assert_eq!(interfaces[0].speed_mbps(&Probe::new(tree.root())), None);
}

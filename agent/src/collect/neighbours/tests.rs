use rustix::io::Errno;

use super::*;
use crate::collect::interfaces::tests::{answering, attribute, link};
use crate::tree::Builder;

const CARRIER: u16 = 33;

fn question(interface: &str) -> Question {
    Question::Frames { interface: interface.into(), ethernet_type: 0x88cc, seconds: LISTEN_SECS }
}

fn element(kind: u8, value: &[u8]) -> Vec<u8> {
    [&[kind << 1, u8::try_from(value.len()).unwrap()], value].concat()
}

/// A switch's frame, headed by its length.
fn frame(port: &[u8], ttl_secs: u8, more: &[Vec<u8>]) -> Vec<u8> {
    let mut frame = vec![0x01, 0x80, 0xc2, 0, 0, 0x0e, 2, 0, 0, 0, 0, 0x77, 0x88, 0xcc];
    frame.extend(element(1, &[4, 2, 0, 0, 0, 0, 0x77]));
    frame.extend(element(2, &[&[5], port].concat()));
    frame.extend(element(3, &[0, ttl_secs]));
    frame.extend(more.concat());
    [&u32::try_from(frame.len()).unwrap().to_le_bytes()[..], &frame].concat()
}

/// Two cards with a cable, one without, and a bridge.
fn machine() -> Builder {
    let up = |index, name| link(index, name, &[attribute(CARRIER, &[1]), attribute(1, &[2, 0, 0, 0, 0, 1])]);
    let down = link(4, "eth2", &[attribute(CARRIER, &[0])]);
    let tree = answering(Builder::new(), &[up(2, "eth0"), up(3, "eth1"), down, up(5, "br0"), up(6, "vf0")]);
    ["eth0", "eth1", "eth2", "vf0"]
        .into_iter()
        .fold(tree, |tree, name| tree.folder(&format!("{NET}/{name}/device")))
        .folder(&format!("{NET}/vf0/device/physfn"))
}

#[test]
fn every_card_with_a_cable_tells_its_own_neighbour() {
    let vlan = |id: u8| element(127, &[&[0, 0x80, 0xc2, 3, 0, id, 2], &b"v\x07"[..]].concat());
    let full = [
        element(5, b"leaf-1"),
        element(127, &[0, 0x80, 0xc2, 7, 3, 0, 0, 0, 9]),
        vlan(9),
        vlan(3),
        element(127, &[0, 0x12, 0x0f, 4, 0x24, 0]),
    ];
    let tree = machine()
        .answer(&question("eth1"), &frame(b"Ethernet7", 120, &full))
        .answer(&question("eth0"), &[])
        .answer(&question("eth2"), &frame(b"no cable", 120, &[]))
        .answer(&question("br0"), &frame(b"no card", 120, &[]))
        .answer(&question("vf0"), &frame(b"its card's", 120, &[]));
    let probe = Probe::new(tree.root());
    let neighbours = collect(&probe).unwrap();
    assert_eq!(probe.into_warnings(), []);
    let [neighbour] = neighbours.as_slice() else { panic!("{neighbours:?}") };
    assert_eq!((neighbour.nic.as_str(), neighbour.port_id.as_str()), ("eth1", "Ethernet7"));
    assert_eq!(neighbour.nic_mac, "02:00:00:00:00:01".parse().ok());
    assert_eq!((neighbour.aggregated, neighbour.aggregation_port), (Some(true), Some(9)));
    assert_eq!((neighbour.system_name.as_deref(), neighbour.max_frame_bytes), (Some("leaf-1"), Some(9216)));
    let name = || Some("v\u{fffd}".to_owned());
    let expected = [NeighbourVlan { id: 3, name: name() }, NeighbourVlan { id: 9, name: name() }];
    assert_eq!(neighbour.vlans, expected);
}

#[test]
fn two_on_one_cable_are_two_and_one_that_says_farewell_is_none() {
    let both = [frame(b"b", 120, &[]), frame(b"a", 120, &[]), frame(b"a", 120, &[]), frame(b"gone", 0, &[])];
    let tree = machine().answer(&question("eth0"), &both.concat());
    let neighbours = collect(&Probe::new(tree.root())).unwrap();
    assert_eq!(neighbours.iter().map(|it| it.port_id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn a_broken_frame_and_a_refusal_cost_their_own_card_only() {
    let broken = [&20_u32.to_le_bytes()[..], &[0x88; 20]].concat();
    let cut = frame(b"cut", 120, &[])[..30].to_vec();
    let tree = machine().answer(&question("eth0"), &[broken, frame(b"1", 120, &[]), cut].concat());
    let tree = tree.fails(&question("eth1").name(), Errno::PERM);
    let probe = Probe::new(tree.root());
    assert_eq!(collect(&probe).unwrap().len(), 1);
    let warnings = probe.into_warnings();
    let said: Vec<_> = warnings.iter().map(|it| (it.path.as_str(), it.reason.as_str())).collect();
    assert_eq!(said, [("frames eth0", "no LLDP frame"), ("frames eth1", "permission denied")]);
}

#[test]
fn a_panic_while_listening_costs_its_own_card_only() {
    let tree = machine().answer(&question("eth0"), &frame(b"1", 120, &[])).panics(&question("eth1").name());
    let probe = Probe::new(tree.root());
    assert_eq!(collect(&probe).unwrap().len(), 1);
    assert_eq!(probe.into_warnings()[0].path, "frames eth1");
}

#[test]
fn of_more_cards_than_any_machine_has_the_first_are_listened_on() {
    let names: Vec<String> = (0..70).map(|number| format!("eth{number:02}")).collect();
    let links: Vec<_> =
        (2..).zip(&names).map(|(index, name)| link(index, name, &[attribute(CARRIER, &[1])])).collect();
    let tree = answering(Builder::new(), &links);
    let tree = names.iter().fold(tree, |tree, name| tree.folder(&format!("{NET}/{name}/device")));
    let probe = Probe::new(tree.root());
    assert_eq!(collect(&probe), Ok(vec![]));
    assert_eq!(probe.into_warnings()[0].reason, "listened on 64 of 70 cards");
}

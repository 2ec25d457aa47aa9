use std::net::IpAddr;

use proptest::prelude::*;

use super::*;

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(value.len() + 4).unwrap().to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn message(kind: u16, head: &[u8], attributes: &[Vec<u8>]) -> Vec<u8> {
    let body: Vec<u8> = head.iter().copied().chain(attributes.concat()).collect();
    let mut bytes = u32::try_from(body.len() + 16).unwrap().to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend([2, 0]);
    bytes.extend(7_u32.to_ne_bytes());
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}

fn link_message(index: u32, name: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut head = vec![0, 0];
    head.extend(1_u16.to_ne_bytes());
    head.extend(index.to_ne_bytes());
    head.extend(0x1_1043_u32.to_ne_bytes());
    head.extend([0; 4]);
    let name = attribute(3, format!("{name}\0").as_bytes());
    message(Message::LINK, &head, &[&[name], attributes].concat())
}

fn number(kind: u16, value: u32) -> Vec<u8> {
    attribute(kind, &value.to_ne_bytes())
}

/// A bond of two cards, with a VLAN upon it.
fn machine() -> Vec<u8> {
    let stats: Vec<u8> = (0_u64..24).flat_map(u64::to_ne_bytes).collect();
    let member = [attribute(4, b"bond\0"), attribute(0x8005, &attribute(4, &[2, 0, 0, 0, 0, 9]))].concat();
    let bond = [attribute(1, &[1]), number(2, 3)].concat();
    let bond = [attribute(1, b"bond\0"), attribute(0x8002, &bond)].concat();
    let vlan = [attribute(1, b"vlan\0"), attribute(2, &attribute(1, &42_u16.to_ne_bytes()))].concat();
    [
        link_message(
            3,
            "eth0",
            &[
                attribute(1, &[2, 0, 0, 0, 0, 1]),
                number(4, 9000),
                number(10, 5),
                attribute(16, &[6]),
                attribute(18, &member),
                attribute(23, &stats),
                attribute(33, &[1]),
                number(35, 4),
            ],
        ),
        link_message(5, "bond0", &[attribute(0x8012, &bond)]),
        link_message(6, "bond0.42", &[number(5, 5), attribute(18, &vlan)]),
        link_message(7, "eth0@elsewhere", &[number(5, 5), number(37, 0), attribute(54, &[2, 0, 0, 0, 0, 7])]),
        message(Message::DONE, &[0; 4], &[]),
    ]
    .concat()
}

#[test]
fn a_bond_its_member_and_the_vlan_upon_it_are_told() {
    let links: Vec<Link> = links(&machine()).collect();
    let [card, bond, vlan, other] = links.as_slice() else { panic!("{links:?}") };
    assert_eq!((card.index, card.name.as_str(), card.hardware, card.is_up()), (3, "eth0", 1, true));
    assert_eq!(card.permanent_address, [2, 0, 0, 0, 0, 9]);
    assert_eq!((card.mtu, card.master, card.parent, &card.kind), (Some(9000), Some(5), None, &None));
    assert_eq!(
        (card.operational_state(), card.carrier, card.carrier_changes),
        (Some("up"), Some(true), Some(4))
    );
    let stats = Stats {
        rx_bytes: 2,
        tx_bytes: 3,
        rx_errors: 4,
        tx_errors: 5,
        rx_dropped: 6,
        tx_dropped: 7,
        rx_crc_errors: 12,
        rx_missed: 15,
    };
    assert_eq!(card.stats, Some(stats));
    assert_eq!(bond.bond, Some(Bond { mode: 1, active: Some(3) }));
    assert_eq!(bond.bond.unwrap().mode_name(), Some("active-backup"));
    assert_eq!((vlan.kind.as_deref(), vlan.vlan, vlan.parent), (Some("vlan"), Some(42), Some(5)));
    assert_eq!((other.parent, other.permanent_address.len()), (None, 6));
}

#[test]
fn a_bond_of_an_unknown_mode_and_a_state_of_the_future_have_no_name() {
    assert_eq!(Bond { mode: 200, active: None }.mode_name(), None);
    assert_eq!(Link { operstate: Some(9), ..Link::default() }.operational_state(), None);
}

fn address_message(prefix: u8, flags: u8, attributes: &[Vec<u8>]) -> Vec<u8> {
    let head = [&[2, prefix, flags, 0][..], &3_u32.to_ne_bytes()].concat();
    message(Message::ADDRESS, &head, attributes)
}

#[test]
fn an_address_is_the_interfaces_own_and_its_lifetime_is_told() {
    let own = attribute(2, &[10, 0, 0, 5]);
    let peer = attribute(1, &[10, 0, 0, 1]);
    let v6 = attribute(1, &[0x20; 16]);
    let dump = [
        address_message(24, 0x80, &[peer, own]),
        address_message(64, 0, &[v6.clone(), number(8, 0x301)]),
        address_message(33, 0, &[attribute(1, &[10, 0, 0, 6])]),
        address_message(64, 0x80, &[attribute(1, &[1, 2, 3])]),
        address_message(24, 0x01, &[attribute(1, &[10, 0, 0, 7])]),
    ]
    .concat();
    let addresses: Vec<Address> = addresses(&dump).collect();
    let [static_one, temporary, secondary] = addresses.as_slice() else { panic!("{addresses:?}") };
    assert_eq!((static_one.ip, static_one.prefix), (IpAddr::from([10, 0, 0, 5]), 24));
    assert!(!static_one.is_leased() && !static_one.is_passing());
    assert!(temporary.is_leased() && temporary.is_passing());
    assert!(secondary.is_leased() && !secondary.is_passing());
}

fn route_message(bits: u8, table: u8, kind: u8, attributes: &[Vec<u8>]) -> Vec<u8> {
    message(Message::ROUTE, &[2, bits, 0, 0, table, 4, 0, kind, 0, 0, 0, 0], attributes)
}

fn hop(interface: u32, gateway: &[u8]) -> Vec<u8> {
    let gateway = attribute(5, gateway);
    let mut bytes = u16::try_from(8 + gateway.len()).unwrap().to_ne_bytes().to_vec();
    bytes.extend([0, 0]);
    bytes.extend(interface.to_ne_bytes());
    bytes.extend(gateway);
    bytes
}

#[test]
fn default_gateways_are_those_of_the_main_table_by_every_way() {
    let to = |last: u8| attribute(5, &[10, 0, 0, last]);
    let hops = attribute(9, &[hop(3, &[10, 0, 0, 3]), hop(4, &[10, 0, 0, 4])].concat());
    let via = attribute(18, &[&10_u16.to_ne_bytes()[..], &[0xfe; 16]].concat());
    let dump = [
        route_message(0, 254, 1, &[to(1), number(4, 3)]),
        route_message(0, 254, 1, &[hops]),
        route_message(0, 254, 1, &[via, number(4, 5)]),
        route_message(24, 254, 1, &[to(2), number(4, 3)]),
        route_message(0, 254, 1, &[to(6), number(4, 3), number(15, 1000)]),
        route_message(0, 254, 7, &[to(7), number(4, 3)]),
        route_message(0, 254, 1, &[number(4, 3)]),
    ]
    .concat();
    let routes = default_routes(&dump);
    let found: Vec<(u32, String)> =
        routes.iter().map(|route| (route.interface, route.gateway.to_string())).collect();
    let v6 = "fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe".to_owned();
    let v4 = |last: u8| format!("10.0.0.{last}");
    assert_eq!(found, [(3, v4(1)), (3, v4(3)), (4, v4(4)), (5, v6)]);
}

#[test]
fn an_error_and_the_end_are_told_apart() {
    let dump =
        [message(Message::ERROR, &(-1_i32).to_ne_bytes(), &[]), message(Message::DONE, &[], &[])].concat();
    let messages: Vec<Message<'_>> = messages(&dump).collect();
    assert_eq!((messages[0].kind, messages[0].error(), messages[0].sequence), (Message::ERROR, Some(-1), 7));
    assert_eq!((messages[1].kind, messages[1].error()), (Message::DONE, None));
}

#[test]
fn a_length_of_nothing_ends_the_dump() {
    for length in [0_u32, 4, 15] {
        let mut dump = machine();
        dump[..4].copy_from_slice(&length.to_ne_bytes());
        assert_eq!(links(&dump).count(), 0, "{length}");
    }
    // An attribute that is shorter than its own header hides those behind it.
    let short = link_message(3, "eth0", &[vec![3, 0, 4, 0, 1, 1, 1, 1], number(4, 1500)]);
    assert_eq!(links(&short).next().unwrap().mtu, None);
}

fn survive(dump: &[u8]) {
    for link in links(dump) {
        let _ = (link.operational_state(), link.bond.map(|bond| bond.mode_name()));
    }
    for address in addresses(dump) {
        let _ = (address.is_leased(), address.is_passing());
    }
    let _ = default_routes(dump);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(dump: Vec<u8>) {
        survive(&dump);
    }

    #[test]
    fn a_dump_with_broken_bytes_or_a_cut_is_survived(
        breaks in proptest::collection::vec((0_usize..2000, any::<u8>()), 1..9),
        cut in 0_usize..2000,
        kind in prop_oneof![Just(Message::LINK), Just(Message::ADDRESS), Just(Message::ROUTE)],
    ) {
        let mut dump = machine();
        dump[4..6].copy_from_slice(&kind.to_ne_bytes());
        for (offset, byte) in breaks {
            if let Some(broken) = dump.get_mut(offset) {
                *broken = byte;
            }
        }
        dump.truncate(cut);
        survive(&dump);
    }
}

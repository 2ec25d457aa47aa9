use proptest::prelude::*;

use super::*;

fn element(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap();
    let head = [kind << 1 | u8::try_from(length >> 8).unwrap(), u8::try_from(length & 0xff).unwrap()];
    [&head[..], value].concat()
}

fn extension(organization: [u8; 3], subtype: u8, data: &[u8]) -> Vec<u8> {
    element(127, &[&organization[..], &[subtype], data].concat())
}

fn frame(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut frame = vec![0x01, 0x80, 0xc2, 0, 0, 0x0e, 2, 0, 0, 0, 0, 9, 0x88, 0xcc];
    frame.extend(elements.concat());
    frame
}

const IEEE_802_1: [u8; 3] = [0x00, 0x80, 0xc2];
const IEEE_802_3: [u8; 3] = [0x00, 0x12, 0x0f];

/// What must come first.
fn head() -> Vec<Vec<u8>> {
    vec![element(1, &[4, 2, 0, 0, 0, 0, 1]), element(2, b"\x05Ethernet1/7"), element(3, &[0, 120])]
}

fn with(more: &[Vec<u8>]) -> Announcement {
    Announcement::decode(&frame(&[&head(), more].concat())).unwrap()
}

fn full() -> Vec<Vec<u8>> {
    let v6 = [&[17, 2][..], &[0x20; 16], &[2, 0, 0, 0, 1, 0]].concat();
    let more = [
        element(4, b"to node7"),
        element(5, b"leaf-1\0"),
        element(6, b"Some OS\r\nVersion 4.2\n"),
        element(7, &[0, 0x14, 0, 0x14]),
        element(8, &[5, 1, 10, 0, 0, 2, 2, 0, 0, 0, 1, 0]),
        element(8, &v6),
        extension(IEEE_802_1, 1, &[0, 42]),
        extension(IEEE_802_1, 3, b"\x00\x2a\x07storage"),
        extension(IEEE_802_1, 3, b"\x00\x2b\x03lan"),
        extension(IEEE_802_1, 7, &[3, 0, 0, 0, 100]),
        extension(IEEE_802_3, 1, &[3, 0, 1, 0, 30]),
        extension(IEEE_802_3, 2, &[7, 1, 4]),
        extension(IEEE_802_3, 4, &[0x24, 0]),
        extension([1, 2, 3], 9, b"whatever"),
        element(0, &[]),
        element(5, b"behind the end"),
    ];
    [head(), more.to_vec()].concat()
}

#[test]
fn a_switch_tells_all_that_it_knows() {
    let said = Announcement::decode(&frame(&full())).unwrap();
    let expected = Announcement {
        source: [2, 0, 0, 0, 0, 9],
        chassis: Id { kind: IdKind::Mac, value: "02:00:00:00:00:01".into() },
        port: Id { kind: IdKind::InterfaceName, value: "Ethernet1/7".into() },
        ttl_secs: 120,
        port_description: Some("to node7".into()),
        system_name: Some("leaf-1".into()),
        system_description: Some("Some OS Version 4.2".into()),
        capabilities: vec!["bridge", "router"],
        management: vec!["10.0.0.2".into(), "2020:2020:2020:2020:2020:2020:2020:2020".into()],
        port_vlan: Some(42),
        vlans: vec![(42, "storage".into()), (43, "lan".into())],
        aggregation: Some(Aggregation { capable: true, enabled: true, port: 100 }),
        mac_phy: Some(MacPhy { autonegotiation_supported: true, autonegotiation_enabled: true, mau: 30 }),
        power: Some(Power { source: true, enabled: true, class: Some(3) }),
        max_frame_bytes: Some(9216),
    };
    assert_eq!(said, expected);
}

#[test]
fn a_frame_with_a_tag_is_the_same_frame() {
    let plain = frame(&full());
    let mut tagged = plain.clone();
    tagged.splice(12..12, [0x81, 0, 0, 0]);
    assert_eq!(Announcement::decode(&tagged), Announcement::decode(&plain));
}

#[test]
fn every_kind_of_name_is_written_as_people_write_it() {
    let chassis = |value: &[u8]| Id::chassis(value).map(|id| (id.kind, id.value));
    let port = |value: &[u8]| Id::port(value).map(|id| (id.kind, id.value));
    assert_eq!(chassis(b"\x01shelf 3"), Some((IdKind::Component, "shelf 3".into())));
    assert_eq!(chassis(&[5, 1, 10, 0, 0, 1]), Some((IdKind::Network, "10.0.0.1".into())));
    assert_eq!(chassis(b"\x07leaf-1\0"), Some((IdKind::Local, "leaf-1".into())));
    assert_eq!(chassis(&[4, 0xaa, 1]), Some((IdKind::Mac, "aa:01".into())));
    assert_eq!(port(b"\x01uplink to S1"), Some((IdKind::InterfaceAlias, "uplink to S1".into())));
    assert_eq!(port(&[6, 0, 4, 1]), Some((IdKind::AgentCircuit, "000401".into())));
    assert_eq!(port(&[3, 2, 0, 0, 0, 0, 1]), Some((IdKind::Mac, "02:00:00:00:00:01".into())));
    assert_eq!(port(b"\xc8new"), Some((IdKind::Other, "new".into())));
    assert_eq!(port(b"\x05"), None);
    assert_eq!(port(b""), None);
    assert_eq!(chassis(&[5, 1]), None);
}

#[test]
fn without_its_three_first_elements_it_is_none() {
    for missing in 0..3 {
        let mut elements = full();
        elements.remove(missing);
        let error = Announcement::decode(&frame(&elements)).unwrap_err();
        let name = ["a chassis", "a port", "a time to live"][missing];
        assert_eq!(error.to_string(), format!("an LLDP frame without {name}"));
    }
    assert_eq!(Announcement::decode(&frame(&full())[..13]), Err(Malformed::OtherType));
    assert_eq!(Announcement::decode(&[0; 60]), Err(Malformed::OtherType));
    // Nothing but tags.
    assert_eq!(Announcement::decode(&[0x81, 0].repeat(100)), Err(Malformed::OtherType));
}

#[test]
fn an_element_that_is_too_short_or_runs_over_costs_itself() {
    let short: Vec<Vec<u8>> = [1, 3, 7].map(|subtype| extension(IEEE_802_1, subtype, &[0])).to_vec();
    let shorter = [element(127, &[0]), element(7, &[0]), element(8, &[200, 1]), element(5, b"")];
    let behind = [element(4, b"still heard"), vec![5 << 1 | 1, 0xff, b'x']];
    let said = with(&[&short[..], &shorter, &behind].concat());
    assert_eq!(said, Announcement { port_description: Some("still heard".into()), ..with(&[]) });
}

#[test]
fn what_a_string_holds_does_not_reach_a_terminal() {
    let said = with(&[element(5, b"\x1b[2J\xff"), extension(IEEE_802_1, 3, b"\x00\x01\x02\x07a")]);
    assert_eq!(said.system_name.as_deref(), Some("\u{fffd}[2J\u{fffd}"));
    assert_eq!(said.vlans, [(1, "\u{fffd}a".to_owned())]);
    assert_eq!(with(&[element(5, b" \0junk")]).system_name, None);
}

#[test]
fn a_vlan_that_cannot_be_is_none() {
    for vlan in [[0, 0], [0x0f, 0xff], [0xff, 0xff]] {
        assert_eq!(with(&[extension(IEEE_802_1, 1, &vlan)]).port_vlan, None);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = Announcement::decode(&bytes);
        let _ = Announcement::decode(&frame(&[bytes]));
    }

    #[test]
    fn a_broken_or_cut_frame_is_survived(
        breaks in proptest::collection::vec((0_usize..300, any::<u8>()), 1..9),
        cut in 0_usize..300,
    ) {
        let mut frame = frame(&full());
        for (offset, byte) in breaks {
            if let Some(broken) = frame.get_mut(offset) {
                *broken = byte;
            }
        }
        frame.truncate(cut);
        if let Ok(said) = Announcement::decode(&frame) {
            let strings = [said.port_description, said.system_name, said.system_description];
            prop_assert!(!strings.iter().flatten().any(|text| text.contains(char::is_control)));
        }
    }
}

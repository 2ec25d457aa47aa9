use proptest::prelude::*;

use super::*;

fn driver_info(fields: [&[u8]; 4]) -> Vec<u8> {
    let mut answer = 3_u32.to_ne_bytes().to_vec();
    for (index, field) in fields.into_iter().enumerate() {
        answer.extend(field);
        answer.resize(4 + 32 * (index + 1), 0);
    }
    answer.resize(196, 0);
    answer
}

#[test]
fn a_driver_tells_its_version_its_firmware_and_its_place() {
    let info = DriverInfo::decode(&driver_info([
        b"mlx5_core",
        b"6.1.0",
        b"16.35.2000 (MT_0000000011)",
        b"0000:3b:00.0",
    ]));
    assert_eq!(info.driver.as_deref(), Some("mlx5_core"));
    assert_eq!(info.version.as_deref(), Some("6.1.0"));
    assert_eq!(info.firmware.as_deref(), Some("16.35.2000 (MT_0000000011)"));
    assert_eq!(info.bus.as_deref(), Some("0000:3b:00.0"));
}

#[test]
fn firmware_that_is_none_is_absent() {
    for none in [&b"N/A"[..], b"", b"  ", b"-"] {
        assert_eq!(DriverInfo::decode(&driver_info([b"virtio_net", b"1.0.0", none, b""])).firmware, None);
    }
    let junk = DriverInfo::decode(&driver_info([b"a\x1b[2J", b"\xff1", b"x", b"y"]));
    assert_eq!((junk.driver.as_deref(), junk.version.as_deref()), (Some("a\u{fffd}[2J"), Some("\u{fffd}1")));
}

#[test]
fn a_permanent_address_of_zeros_is_none() {
    let answer = |address: &[u8]| {
        let size = u32::try_from(address.len()).unwrap();
        [&32_u32.to_ne_bytes()[..], &size.to_ne_bytes(), address].concat()
    };
    assert_eq!(permanent_address(&answer(&[2, 0, 0, 0, 0, 1])), Some(&[2, 0, 0, 0, 0, 1][..]));
    assert_eq!(permanent_address(&answer(&[0; 6])), None);
    assert_eq!(permanent_address(&[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1]), None);
}

fn settings(speed: u32, duplex: u8, port: u8, autoneg: u8, bits: &[usize]) -> Vec<u8> {
    let mut supported = [0_u32; 4];
    for bit in bits {
        supported[bit / 32] |= 1 << (bit % 32);
    }
    let mut answer = 0x4c_u32.to_ne_bytes().to_vec();
    answer.extend(speed.to_ne_bytes());
    answer.extend([duplex, port, 0, autoneg, 0, 0, 0, 4]);
    answer.resize(48, 0);
    answer.extend(supported.iter().flat_map(|word| word.to_ne_bytes()));
    // What is advertised and what the peer can: all of everything.
    answer.extend([0xff; 32]);
    answer
}

#[test]
fn a_links_speed_is_told_from_what_it_could_be() {
    let link = LinkSettings::decode(&settings(10_000, 1, 5, 1, &[6, 12, 31, 33])).unwrap();
    let expected = LinkSettings {
        speed_mbps: Some(10_000),
        full_duplex: Some(true),
        autonegotiation: Some(true),
        port: Some(Port::DirectAttach),
        max_speed_mbps: Some(25_000),
    };
    assert_eq!(link, expected);
    let down = LinkSettings::decode(&settings(u32::MAX, 0xff, 0xef, 1, &[])).unwrap();
    assert_eq!(down, LinkSettings { port: Some(Port::Empty), ..LinkSettings::default() });
    assert_eq!(
        LinkSettings::decode(&settings(100, 1, 0, 0, &[3, 98])).unwrap().max_speed_mbps,
        Some(800_000)
    );
    assert_eq!(LinkSettings::decode(&[0; 15]), None);
}

/// An EEPROM with these bytes at these places, headed by ethtool's word for it.
fn eeprom(places: &[(usize, &[u8])]) -> Vec<u8> {
    let mut answer = vec![0; 4 + 256];
    for (offset, bytes) in places {
        answer[4 + offset..][..bytes.len()].copy_from_slice(bytes);
    }
    answer
}

fn direct_attach_cable() -> Vec<u8> {
    let fields: [(usize, &[u8]); 6] = [
        (0, &[3]),
        (8, &[4]),
        (20, b"CISCO-MOLEX     "),
        (40, b"74752-9520      "),
        (56, b"B   "),
        (68, b"MOC15250AAA     "),
    ];
    eeprom(&fields)
}

#[test]
fn a_transceiver_of_each_form_tells_who_made_it() {
    let cable = Module::decode(&direct_attach_cable()).unwrap();
    let expected = Module {
        form: Some("SFP"),
        medium: Some("passive copper"),
        vendor: Some("CISCO-MOLEX".into()),
        part: Some("74752-9520".into()),
        revision: Some("B".into()),
        serial: Some("MOC15250AAA".into()),
    };
    assert_eq!(cable, expected);

    let qsfp = eeprom(&[
        (0, &[0x11]),
        (131, &[0x80]),
        (148, b"Mellanox"),
        (168, b"MCP1600"),
        (192, &[0x0b]),
        (196, b"MT17"),
    ]);
    let qsfp = Module::decode(&qsfp).unwrap();
    assert_eq!(
        (qsfp.form, qsfp.medium, qsfp.serial.as_deref()),
        (Some("QSFP28"), Some("100GBASE-CR4"), Some("MT17"))
    );
    let cmis = eeprom(&[(0, &[0x18]), (129, b"NVIDIA"), (148, b"MCP7Y00"), (166, b"MT22")]);
    let cmis = Module::decode(&cmis).unwrap();
    assert_eq!(
        (cmis.form, cmis.vendor.as_deref(), cmis.part.as_deref()),
        (Some("QSFP-DD"), Some("NVIDIA"), Some("MCP7Y00"))
    );
    let optic = Module::decode(&eeprom(&[(0, &[3]), (3, &[0x10]), (6, &[1]), (68, b"A1")])).unwrap();
    assert_eq!(optic.medium, Some("10GBASE-SR"));
    let optic = Module::decode(&eeprom(&[(0, &[3]), (3, &[0x10]), (36, &[2]), (68, b"A1")])).unwrap();
    assert_eq!(optic.medium, Some("25GBASE-SR"));
}

#[test]
fn an_empty_cage_and_a_blank_eeprom_are_no_transceiver() {
    for blank in [eeprom(&[]), vec![0xff; 260], eeprom(&[(0, &[3])]), vec![0; 4], vec![]] {
        assert_eq!(Module::decode(&blank), None);
    }
}

proptest! {
    #[test]
    fn any_answer_is_survived(answer: Vec<u8>) {
        let _ = DriverInfo::decode(&answer);
        let _ = LinkSettings::decode(&answer);
        let _ = Module::decode(&answer);
        let _ = permanent_address(&answer);
    }

    #[test]
    fn a_cut_and_broken_answer_is_survived(cut in 0_usize..260, at in 0_usize..260, byte: u8) {
        for mut answer in [direct_attach_cable(), settings(1000, 1, 0, 1, &[5, 6]), driver_info([b"a"; 4])] {
            if let Some(broken) = answer.get_mut(at) {
                *broken = byte;
            }
            answer.truncate(cut);
            let _ = DriverInfo::decode(&answer);
            let _ = LinkSettings::decode(&answer);
            let _ = Module::decode(&answer);
            let _ = permanent_address(&answer);
        }
    }
}

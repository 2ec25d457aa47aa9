use std::hint::black_box;
use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn full_record() -> Vec<u8> {
    let mut record = vec![0; 48];
    record[..8].copy_from_slice(&[0x07, 0x00, 0x51, 0x01, 0x00, 0x20, 0x00, 0x42]);
    record[12] = 0x02; // Voltage,
    record[13] = 0x01; // with thresholds,
    record[18] = 0x1b; // of which all but the non-recoverable are readable,
    record[21] = 4; // in volts.
    record[24] = 60;
    record[29] = 0xd0;
    record[37..42].copy_from_slice(&[220, 215, 170, 175, 180]);
    record[47] = 0xc3;
    record.extend(b"12V");
    record[4] = u8::try_from(record.len() - 5).unwrap();
    record
}

fn compact_record() -> Vec<u8> {
    let mut record = vec![0; 32];
    record[..8].copy_from_slice(&[0x08, 0x00, 0x51, 0x02, 0x00, 0x20, 0x00, 0xc8]);
    record[12] = 0x08;
    record[13] = 0x6f;
    record[23] = 0x02;
    record[24] = 0x01;
    record[31] = 0xc3;
    record.extend(b"PSU");
    record
}

/// An area with these fields, padded and with its checksum.
fn area(head: &[u8], fields: &[&str]) -> Vec<u8> {
    let mut bytes = vec![1, 0];
    bytes.extend(head);
    for field in fields {
        bytes.push(0xc0 | u8::try_from(field.len()).unwrap());
        bytes.extend(field.bytes());
    }
    bytes.push(0xc1);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    if bytes[bytes.len() - 1] == 0xc1 {
        bytes.resize(bytes.len() + 8, 0);
    }
    bytes[1] = u8::try_from(bytes.len() / 8).unwrap();
    let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    *bytes.last_mut().unwrap() = sum.wrapping_neg();
    bytes
}

#[test]
fn completion_codes_are_told_by_what_can_be_done() {
    assert_eq!(body(&[0, 1, 2]), Ok(&[1, 2][..]));
    assert_eq!(body(&[0xc0]), Err(Refusal::Busy));
    assert_eq!(body(&[0xc5]), Err(Refusal::ReservationLost));
    assert_eq!(body(&[0xca]), Err(Refusal::TooMuch));
    assert_eq!((body(&[0xc1]), body(&[0xcb, 9])), (Err(Refusal::No(0xc1)), Err(Refusal::No(0xcb))));
    assert_eq!(body(&[]), Err(Refusal::Empty));
}

#[test]
fn a_controller_says_which_it_is() {
    let data = [0x20, 0x81, 0x02, 0x07, 0x02, 0xbf, 0x7c, 0x2a, 0x00, 0x1b, 0x09, 1, 2, 3, 4];
    let id = device::DeviceId::decode(&data).unwrap();
    assert_eq!((id.firmware.as_str(), id.ipmi_version.as_str()), ("2.07", "2.0"));
    assert_eq!((id.manufacturer, id.product, id.auxiliary), (Some(10876), 0x091b, Some([1, 2, 3, 4])));
    let short = device::DeviceId::decode(&data[..11]).unwrap();
    assert_eq!(short.auxiliary, None);
    assert_eq!(device::DeviceId::decode(&data[..10]), None);
    let guid: Vec<u8> = (0..16).collect();
    assert_eq!(device::guid(&guid).as_deref(), Some("03020100-0504-0706-0809-0a0b0c0d0e0f"));
    assert_eq!((device::guid(&[0; 16]), device::guid(&[1; 15])), (None, None));
}

#[test]
fn a_chassis_and_an_event_log_say_what_is_wrong() {
    let chassis = device::Chassis::decode(&[0x29, 0, 0x05]).unwrap();
    assert_eq!(chassis.power_restore, device::PowerRestore::Previous);
    assert_eq!(chassis.troubles, ["power fault", "chassis intrusion", "drive fault"]);
    assert_eq!(device::Chassis::decode(&[0x41, 0, 0]).unwrap().troubles, [""; 0]);
    let log = device::EventLog::decode(&[0x51, 2, 1, 0xff, 0xff, 1, 0, 0, 0x60, 0, 0, 0, 0, 0x82]).unwrap();
    assert_eq!(
        (log.entries, log.free_bytes, log.overflow, log.last_added),
        (258, None, true, Some(0x6000_0001))
    );
}

#[test]
fn a_machine_says_what_it_draws() {
    let data = [0xdc, 0x2c, 1, 1, 0, 0xff, 1, 0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x40];
    assert_eq!(device::watts(&data), Some(300));
    let mut idle = data;
    idle[17] = 0;
    assert_eq!((device::watts(&idle), device::watts(&data[..17])), (None, None));
}

#[test]
fn a_port_says_its_addresses() {
    assert!(lan::is_ethernet(1, &[0x01, 0x04, 0x01, 0, 0, 0, 0, 0, 0]));
    assert!(!lan::is_ethernet(2, &[0x02, 0x05]) && !lan::is_ethernet(2, &[0x01, 0x04]));
    assert_eq!(lan::value(&[0x11, 10, 20, 30, 40]).and_then(lan::ipv4), Some(Ipv4Addr::new(10, 20, 30, 40)));
    assert_eq!((lan::ipv4(&[0; 4]), lan::ipv4(&[1, 2, 3])), (None, None));
    assert_eq!(lan::mask(&[255, 255, 240, 0]), Some(Ipv4Addr::new(255, 255, 240, 0)));
    assert_eq!((lan::mask(&[255, 0, 255, 0]), lan::mask(&[0; 4])), (None, None));
    assert_eq!((lan::vlan(&[0x64, 0x80]), lan::vlan(&[0x64, 0x00])), (Some(100), None));
    assert_eq!((lan::source(&[2]), lan::source(&[0])), (Some(lan::Source::Dhcp), None));
}

#[test]
fn ipv6_addresses_that_nobody_can_reach_are_left_out() {
    let value = |head: u8, address: &str, status: u8| {
        let mut value = vec![0, head];
        value.extend(address.parse::<Ipv6Addr>().unwrap().octets());
        value.extend([64, status]);
        value
    };
    let dynamic = |value: &[u8]| lan::ipv6(lan::Parameter::Ipv6Dynamic(0), value);
    let found = dynamic(&value(1, "2001:db8::5", 0)).unwrap();
    assert_eq!((found.source, found.prefix_length), (lan::Source::Slaac, 64));
    assert_eq!(dynamic(&value(2, "2001:db8::5", 0)).unwrap().source, lan::Source::Dhcp);
    for (address, status) in [("::", 0), ("fe80::1", 0), ("2001:db8::5", 3)] {
        assert_eq!(dynamic(&value(1, address, status)), None, "{address} {status}");
    }
    let fixed = |head| lan::ipv6(lan::Parameter::Ipv6Static(0), &value(head, "2001:db8::5", 0));
    assert_eq!((fixed(0x80).unwrap().source, fixed(0)), (lan::Source::Static, None));
}

#[test]
fn a_board_says_what_it_is() {
    let board = area(&[0x19, 0x40, 0x9c, 0xc0], &["Supermicro", "X11DPU", "ZM18BS1", "", "x"]);
    let board = fru::Area::decode(fru::Kind::Board, &board).unwrap();
    assert_eq!((board.maker.as_deref(), board.name.as_deref()), (Some("Supermicro"), Some("X11DPU")));
    assert_eq!((board.serial.as_deref(), board.part, board.version), (Some("ZM18BS1"), None, None));
    assert_eq!(board.made_secs, Some(820_454_400 + 0xc0_9c40 * 60));
    let product = area(&[0], &["Dell", "R640", "P1", "01", "SVC1", "A7"]);
    let product = fru::Area::decode(fru::Kind::Product, &product).unwrap();
    assert_eq!((product.serial.as_deref(), product.asset.as_deref()), (Some("SVC1"), Some("A7")));
    let chassis = area(&[0x17], &["CSE-1", "C1"]);
    let chassis = fru::Area::decode(fru::Kind::Chassis, &chassis).unwrap();
    assert_eq!((chassis.part.as_deref(), chassis.serial.as_deref()), (Some("CSE-1"), Some("C1")));
    assert_eq!(fru::Header::decode(&[1, 0, 1, 4, 9, 0, 0, 0xf1]).unwrap().board, Some(32));
}

#[test]
fn a_record_that_is_blank_short_or_changed_is_not_believed() {
    let mut board = area(&[0x17], &["CSE-1", "C1"]);
    assert_eq!(fru::Area::decode(fru::Kind::Chassis, &board[..8]), Err(fru::Broken::Short));
    board[5] ^= 1;
    assert_eq!(fru::Area::decode(fru::Kind::Chassis, &board), Err(fru::Broken::Checksum));
    assert_eq!(fru::Header::decode(&[0xff; 8]), Err(fru::Broken::Format));
    assert_eq!(fru::Header::decode(&[1, 0, 1, 4, 9, 0, 0, 0]), Err(fru::Broken::Checksum));
    assert_eq!((fru::read(&[4, 1, 2]), fru::read(&[2, 1, 2, 3])), (None, Some(&[1, 2][..])));
}

#[test]
fn a_full_record_describes_a_meter() {
    let sensors = sdr::sensors(&full_record());
    let [sensor] = sensors.as_slice() else { panic!("{sensors:?}") };
    assert_eq!((sensor.owner, sensor.number, sensor.name.as_deref()), (0x20, 0x42, Some("12V")));
    let analog = sensor.analog.as_ref().unwrap();
    assert_eq!(analog.measure, sdr::Measure::Volts);
    let limits = analog.limits.map(|limit| limit.and_then(|raw| analog.formula.value(raw)));
    assert_eq!(limits, [Some(10.5), Some(10.8), Some(12.9), Some(13.2)]);
    let reading = sensor::reading(&[201, 0xc0, 0xc0]).unwrap();
    assert_eq!((analog.formula.value(reading.raw), reading.is_past_threshold()), (Some(12.06), false));
}

#[test]
fn sensors_that_share_a_record_have_names_and_numbers_of_their_own() {
    let sensors = sdr::sensors(&compact_record());
    let names: Vec<_> = sensors.iter().map(|it| (it.number, it.name.as_deref().unwrap())).collect();
    assert_eq!(names, [(0xc8, "PSU1"), (0xc9, "PSU2")]);
    assert!(sensor::is_known(sensors[0].kind, sensors[0].event_type) && !sensor::is_known(0x23, 0x6f));
    let states = sensor::states(0x08, 0x6f, 0b1001);
    assert_eq!(states.iter().map(|it| it.text).collect::<Vec<_>>(), ["present", "input lost"]);
    assert_eq!(states.iter().map(|it| it.bad).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_sensor_without_a_reading_has_none() {
    assert_eq!(sensor::reading(&[10, 0xe0, 0]), None, "unavailable");
    assert_eq!(sensor::reading(&[10, 0x80, 0]), None, "not scanned");
    assert_eq!(sensor::reading(&[10, 0xc0]).unwrap().bits, 0);
    assert_eq!(sensor::reading(&[0, 0x40, 0x01, 0x80]).unwrap().bits, 1);
}

fn decode_all(bytes: &[u8]) {
    let data = body(bytes).unwrap_or(bytes);
    black_box(device::DeviceId::decode(data));
    black_box(device::guid(data));
    black_box(device::watts(data));
    black_box(device::Chassis::decode(data));
    black_box(device::EventLog::decode(data));
    if let Some(value) = lan::value(data) {
        black_box(lan::ipv4(value));
        black_box(lan::mask(value));
        black_box(lan::ipv6(lan::Parameter::Ipv6Static(0), value));
        black_box(lan::ipv6(lan::Parameter::Ipv6Dynamic(0), value));
        black_box(lan::vlan(value));
    }
    black_box(fru::read(data));
    black_box(fru::Header::decode(data)).ok();
    for kind in [fru::Kind::Chassis, fru::Kind::Board, fru::Kind::Product] {
        black_box(fru::Area::decode(kind, data)).ok();
    }
    black_box(sdr::Info::decode(data));
    black_box(sdr::part(data));
    for sensor in sdr::sensors(data) {
        black_box(sensor::states(sensor.kind, sensor.event_type, 0xffff));
        let values = sensor.analog.map(|it| (0..=255).filter_map(|raw| it.formula.value(raw)).sum::<f64>());
        assert!(values.is_none_or(|sum| !sum.is_nan()));
    }
    black_box(sensor::reading(data));
}

proptest! {
    #[test]
    fn any_answer_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        decode_all(&bytes);
    }

    #[test]
    fn records_cut_and_changed_are_survived(which in 0_usize..4, cut in 0_usize..80, at in 0_usize..80, value: u8) {
        let records =
            [full_record(), compact_record(), area(&[0x17], &["CSE-1"]), area(&[0, 1, 2, 3], &["M", "N", "S", "P"])];
        let mut bytes = records[which].clone();
        if let Some(byte) = bytes.get_mut(at) {
            *byte = value;
        }
        bytes.truncate(cut);
        decode_all(&bytes);
        // An area with its checksum made right again, so that its fields are read too.
        if let Some(last) = bytes.len().checked_sub(1).filter(|last| *last > 1) {
            bytes[1] = u8::try_from(bytes.len() / 8).unwrap();
            bytes.truncate(bytes.len() / 8 * 8);
            let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
            if let Some(byte) = bytes.get_mut(last) {
                *byte = byte.wrapping_sub(sum);
            }
            decode_all(&bytes);
        }
    }
}

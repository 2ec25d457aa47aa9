use decode::ipmi::{device, sdr, sensor};
use inventory::SensorClass;
use inventory::sample::SensorKind;

use super::*;
use crate::collect::bmc::tests::answers;
use crate::tree::Builder;

/// A full record of a sensor with thresholds: `raw` is its value.
fn meter(number: u8, unit: u8, name: &str, upper: u8, upper_critical: u8) -> Vec<u8> {
    let mut record = vec![0; 48];
    record[..8].copy_from_slice(&[number, 0, 0x51, 1, 0, 0x20, 0, number]);
    record[12] = 1;
    record[13] = 1;
    record[18] = 0x18;
    record[21] = unit;
    record[24] = 1;
    record[37] = upper_critical;
    record[38] = upper;
    record[47] = 0xc0 | u8::try_from(name.len()).unwrap();
    record.extend(name.bytes());
    record[4] = u8::try_from(record.len() - 5).unwrap();
    record
}

fn states(number: u8, kind: u8, name: &str) -> Vec<u8> {
    let mut record = vec![0; 32];
    record[..8].copy_from_slice(&[number, 0, 0x51, 2, 0, 0x20, 0, number]);
    record[12] = kind;
    record[13] = 0x6f;
    record[31] = 0xc0 | u8::try_from(name.len()).unwrap();
    record.extend(name.bytes());
    record[4] = u8::try_from(record.len() - 5).unwrap();
    record
}

fn info(stamp: u8) -> Vec<u8> {
    vec![0, 0x51, 3, 0, 0, 0, stamp, 0, 0, 0, 0, 0, 0, 0, 2]
}

const CHASSIS: [u8; 4] = [0, 0x41, 0, 0x01];

fn machine(records: &[Vec<u8>], readings: &[(u8, &[u8])]) -> Builder {
    let tree = answers(Builder::new(), device::chassis_request(), &CHASSIS);
    let mut tree = answers(tree, sdr::info_request(), &info(1));
    for (index, record) in records.iter().enumerate() {
        let number = if index == 0 { sdr::FIRST } else { u16::from(record[0]) };
        let next = records.get(index + 1).map_or([0xff; 2], |next| [next[0], 0]);
        tree = answers(tree, sdr::record_request(0, number, 0, 255), &[&[0], &next[..], record].concat());
    }
    let answer = |tree, (number, answer): &(u8, &[u8])| answers(tree, sensor::request(*number), answer);
    readings.iter().fold(tree, answer)
}

fn round(tree: &Builder, known: Option<Arc<Repository>>) -> Round {
    round::go(Probe::new(tree.root()), known)
}

fn server() -> Builder {
    let records = [
        meter(1, 1, "Inlet Temp", 40, 45),
        meter(2, 18, "FAN1", 0, 0),
        meter(3, 1, "CPU1 Temp", 90, 95),
        states(4, 8, "PS1 Status"),
        states(5, 0x23, "Watchdog"),
        meter(6, 4, "VBAT", 0, 0),
    ];
    machine(
        &records,
        &[
            (1, &[0, 41, 0xc0, 0xc8]),
            (2, &[0, 120, 0xc0, 0xc0]),
            (3, &[0, 50, 0xe0, 0xc0]),
            (4, &[0, 0, 0xc0, 0b1001, 0x80]),
            (6, &[0xcb]),
        ],
    )
}

#[test]
fn sensors_tell_what_they_measure_and_what_state_they_are_in() {
    let Told { temperatures, readings, warnings } = round(&server(), None).told;
    let [inlet] = temperatures.as_slice() else { panic!("{temperatures:?}") };
    assert_eq!(
        (inlet.sensor.as_str(), inlet.temp_celsius, inlet.class),
        ("ipmi/Inlet Temp", 41.0, SensorClass::Inlet)
    );
    assert_eq!((inlet.max_celsius, inlet.crit_celsius, inlet.alarm), (Some(40.0), Some(45.0), Some(true)));
    let [fan, supply, chassis] = readings.as_slice() else { panic!("{readings:?}") };
    assert_eq!((fan.kind, fan.value, fan.max, fan.alarm), (SensorKind::Fan, Some(120.0), None, Some(false)));
    assert_eq!((supply.kind, supply.alarm), (SensorKind::State, Some(true)));
    assert_eq!(supply.states, ["present", "input lost"]);
    assert_eq!((chassis.sensor.as_str(), chassis.states[0].as_str()), ("ipmi/chassis", "chassis intrusion"));
    assert_eq!(warnings, []);
}

#[test]
fn the_repository_is_read_again_only_when_it_changed() {
    let tree = server();
    let first = round(&tree, None).repository.unwrap();
    // Were it read again, this would be met.
    let tree = answers(tree, sdr::record_request(0, sdr::FIRST, 0, 255), &[0xcb]);
    let second = round(&tree, Some(Arc::clone(&first)));
    assert!(Arc::ptr_eq(&first, second.repository.as_ref().unwrap()));
    assert_eq!(second.told.temperatures.len(), 1);
    let tree = answers(tree, sdr::info_request(), &info(2));
    let third = round(&tree, Some(first));
    assert!(third.repository.is_none() && third.told.temperatures.is_empty());
    assert!(third.told.warnings[0].reason.contains("sensor record 0x0000"), "{:?}", third.told.warnings);
}

#[test]
fn a_controller_that_gives_little_at_a_time_is_read_in_pieces() {
    let record = meter(1, 1, "Inlet", 40, 45);
    let tree = machine(std::slice::from_ref(&record), &[(1, &[0, 20, 0xc0, 0xc0])]);
    let tree = answers(tree, sdr::record_request(0, 0, 0, 255), &[0xca]);
    let tree = answers(tree, sdr::reserve_request(), &[0, 7, 0]);
    let mut tree = answers(tree, sdr::record_request(7, 0, 0, 5), &[&[0, 0xff, 0xff], &record[..5]].concat());
    let mut at = 5;
    while at < record.len() {
        let end = record.len().min(at + 16);
        let part = [&[0, 0xff, 0xff], &record[at..end]].concat();
        let (offset, count) = (u8::try_from(at).unwrap(), u8::try_from(end - at).unwrap());
        tree = answers(tree, sdr::record_request(7, 0, offset, count), &part);
        at = end;
    }
    assert_eq!(round(&tree, None).told.temperatures[0].sensor, "ipmi/Inlet");
    // Somebody else takes every reservation: the walk ends all the same.
    let tree = answers(tree, sdr::record_request(7, 0, 5, 16), &[0xc5]);
    assert!(round(&tree, None).repository.is_none());
}

#[test]
fn a_repository_that_goes_round_ends_and_names_are_made_unique() {
    let records = [meter(1, 4, "V", 0, 0), meter(2, 4, "V", 0, 0)];
    let tree = machine(&records, &[(1, &[0, 3, 0xc0]), (2, &[0, 5, 0xc0])]);
    let readings = round(&tree, None).told.readings;
    let keys: Vec<_> = readings.iter().map(|reading| reading.sensor.as_str()).collect();
    assert_eq!(keys, ["ipmi/V", "ipmi/V#2", "ipmi/chassis"]);

    let back = [&[0, 0, 0], &records[1][..]].concat();
    let tree = answers(tree, sdr::record_request(0, 2, 0, 255), &back);
    assert!(round(&tree, None).repository.is_some());
}

#[test]
fn a_machine_without_a_controller_has_nothing_to_tell() {
    let round = round(&Builder::new(), None);
    assert!(round.told == Told::default() && round.repository.is_none());
}

#[test]
fn a_tick_never_waits_and_a_later_one_tells() {
    let (tree, guard, rounds) = (server(), Guard::default(), Rounds::default());
    assert_eq!(rounds.tick(&tree.root(), &guard), Told::default());
    let told = (0..10_000).find_map(|_| {
        std::thread::sleep(Duration::from_millis(1));
        Some(rounds.tick(&tree.root(), &guard)).filter(|told| *told != Told::default())
    });
    assert_eq!(told.unwrap().temperatures.len(), 1);

    // A round that fails takes with it what was told before.
    let question =
        crate::root::Question::Ipmi { device: "/dev/ipmi0".into(), function: 0, command: 1, data: vec![] };
    let broken = tree.panics(&question.name());
    // The next round is a minute away.
    rounds.0.lock().unwrap().next = None;
    let warned = (0..10_000).find_map(|_| {
        std::thread::sleep(Duration::from_millis(1));
        Some(rounds.tick(&broken.root(), &guard)).filter(|told| !told.warnings.is_empty())
    });
    let warned = warned.unwrap();
    assert!(warned.temperatures.is_empty() && warned.warnings[0].reason.contains("panicked"), "{warned:?}");
}

use super::*;
use crate::tree::Builder;

const CHIP: &str = "/sys/class/hwmon/hwmon0";

fn board() -> Builder {
    Builder::new().files(
        CHIP,
        &[
            ("name", "nct6775\n"),
            ("fan1_input", "0\n"),
            ("fan2_input", "0\n"),
            ("fan2_min", "300\n"),
            ("fan2_alarm", "0\n"),
            ("fan3_input", "1200\n"),
            ("fan4_input", "0\n"),
            ("fan4_fault", "1\n"),
            ("in0_input", "999999999999\n"),
            ("temp1_input", "20000\n"),
            ("temp1_fault", "1\n"),
            ("temp2_input", "20000\n"),
            ("temp2_fault", "0\n"),
        ],
    )
}

fn read_of(tree: &Builder, sensors: &Inventory) -> (Vec<Reading>, usize) {
    let probe = Probe::new(tree.root());
    (read(&probe, sensors).unwrap(), probe.into_warnings().len())
}

fn find<'a>(readings: &'a [Reading], end: &str) -> Option<&'a Reading> {
    readings.iter().find(|reading| reading.sensor.ends_with(end))
}

#[test]
fn an_empty_connector_is_told_from_a_fan_that_stopped() {
    let tree = board();
    let sensors = Inventory::default();
    let (readings, warnings) = read_of(&tree, &sensors);
    assert!(find(&readings, "fan1").is_none());
    let second = find(&readings, "fan2").unwrap();
    assert_eq!((second.value, second.min, second.alarm), (Some(0.0), Some(300.0), Some(false)));
    assert_eq!(find(&readings, "fan3").unwrap().value, Some(1200.0));
    let fourth = find(&readings, "fan4").unwrap();
    assert_eq!((fourth.value, fourth.fault), (None, Some(true)));
    assert_eq!((find(&readings, "in0"), warnings), (None, 1));

    let tree = tree.file(&format!("{CHIP}/fan3_input"), "0\n");
    assert_eq!(find(&read_of(&tree, &sensors).0, "fan3").unwrap().value, Some(0.0));
    assert!(find(&read_of(&tree, &Inventory::default()).0, "fan3").is_none());
}

#[test]
fn a_broken_thermometer_is_told_here() {
    let (readings, _) = read_of(&board(), &Inventory::default());
    let broken = find(&readings, "temp1").unwrap();
    assert_eq!((broken.kind, broken.value, broken.fault), (SensorKind::Temperature, None, Some(true)));
    assert!(find(&readings, "temp2").is_none());
}

use inventory::SensorClass;
use inventory::sample::SensorKind;
use rustix::io::Errno;

use super::*;
use crate::tree::Builder;

fn chip(tree: Builder, number: u32, device: &str, files: &[(&str, &str)]) -> Builder {
    let real = format!("/sys/devices/{device}/hwmon/hwmon{number}");
    tree.link(&format!("{HWMON}/hwmon{number}"), &real)
        .link(&format!("{real}/device"), &format!("/sys/devices/{device}"))
        .files(&real, files)
}

fn keys(tree: &Builder) -> Vec<String> {
    inputs(&Probe::new(tree.root())).unwrap().into_iter().map(|input| input.key).collect()
}

#[test]
fn a_key_does_not_depend_on_the_number_of_this_boot() {
    let build = |coretemp: u32, nvme: u32| {
        let tree = chip(
            Builder::new(),
            coretemp,
            "platform/coretemp.0",
            &[("name", "coretemp"), ("temp2_input", "1")],
        );
        let drive = format!("pci0000:00/0000:00:03.0/nvme/nvme{nvme}");
        chip(tree, nvme, &drive, &[("name", "nvme"), ("temp1_input", "1"), ("temp1_label", "Composite")])
    };
    let keys_now = keys(&build(0, 1));
    assert_eq!(keys_now, ["pci0000:00/0000:00:03.0/nvme/temp1", "platform/coretemp.0/coretemp/temp2"]);
    assert_eq!(keys(&build(7, 2)), keys_now);
}

#[test]
fn two_chips_of_one_name_at_one_place_are_told_apart() {
    let files: &[(&str, &str)] = &[("name", "asus"), ("temp1_input", "1")];
    let tree = chip(chip(Builder::new(), 2, "platform/asus", files), 10, "platform/asus", files);
    assert_eq!(keys(&tree), ["platform/asus/asus/temp1", "platform/asus/asus/temp1#2"]);
}

#[test]
fn ten_thousand_of_one_name_are_told_apart_without_much_ado() {
    let mut keys = vec!["fan".to_owned(); 10_000];
    keys[5000] = "fan#3".to_owned();
    make_unique(keys.iter_mut());
    assert_eq!((keys[0].as_str(), keys[2].as_str(), keys[5000].as_str()), ("fan", "fan#3", "fan#3#2"));
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 10_000);
}

#[test]
fn a_drive_behind_two_controllers_is_one_drive() {
    let mut tree = Builder::new();
    for number in 0..2 {
        let device = format!("pci0000:00/0000:00:0{}.0/nvme/nvme{number}", number + 1);
        tree = chip(tree, number, &device, &[("name", "nvme"), ("temp1_input", "40000")])
            .files(&format!("/sys/devices/{device}"), &[("serial", "S1\n"), ("subsysnqn", "nqn.x\n")]);
    }
    assert_eq!(keys(&tree), ["pci0000:00/0000:00:01.0/nvme/temp1"]);
}

#[test]
fn readings_and_limits_that_can_not_be_are_dropped() {
    let read = |files: &[(&str, &str)]| {
        let mut all = vec![("name", "x")];
        all.extend(files);
        let tree = chip(Builder::new(), 0, "platform/x", &all);
        let probe = Probe::new(tree.root());
        let input = inputs(&probe).unwrap().remove(0);
        let read = (input.read(&probe).value, input.limits.max, input.limits.crit);
        (read, probe.into_warnings().len())
    };
    assert_eq!(
        read(&[("temp1_input", "49850\n"), ("temp1_max", "69850\n"), ("temp1_crit", "99850\n")]),
        ((Some(49.85), Some(69.85), Some(99.85)), 0)
    );
    assert_eq!(
        read(&[("temp1_input", "-5000"), ("temp1_max", "0"), ("temp1_crit", "65261850")]),
        ((Some(-5.0), None, None), 0)
    );
    assert_eq!(read(&[("temp1_input", "40000"), ("temp1_fault", "1")]), ((None, None, None), 0));
    assert_eq!(read(&[("temp1_input", "-273150")]), ((None, None, None), 1));
    assert_eq!(read(&[("temp1_input", "NaN")]), ((None, None, None), 0));
}

#[test]
fn the_worst_alarm_is_told_and_none_is_not_false() {
    let alarm = |files: &[(&str, &str)]| {
        let mut all = vec![("name", "x"), ("temp1_input", "1")];
        all.extend(files);
        let tree = chip(Builder::new(), 0, "platform/x", &all);
        let probe = Probe::new(tree.root());
        inputs(&probe).unwrap().remove(0).alarm(&probe)
    };
    assert_eq!(alarm(&[]), None);
    assert_eq!(alarm(&[("temp1_max_alarm", "0"), ("temp1_crit_alarm", "0")]), Some(false));
    assert_eq!(alarm(&[("temp1_max_alarm", "0"), ("temp1_crit_alarm", "1")]), Some(true));
}

#[test]
fn a_driver_that_is_busy_has_no_reading_and_old_drivers_keep_files_with_the_device() {
    let tree = chip(Builder::new(), 0, "platform/old", &[])
        .files(
            "/sys/devices/platform/old",
            &[("name", "old"), ("temp1_input", "30000"), ("temp2_input", "1")],
        )
        .fails("/sys/devices/platform/old/hwmon/hwmon0/device/temp2_input", Errno::AGAIN);
    let probe = Probe::new(tree.root());
    let read: Vec<_> = inputs(&probe).unwrap().iter().map(|input| input.read(&probe).value).collect();
    assert_eq!(read, [Some(30.0), None]);
    assert!(probe.into_warnings().is_empty());
}

fn one(files: &[(&str, &str)]) -> (Probe, Vec<Input>) {
    let mut all = vec![("name", "x")];
    all.extend(files);
    let probe = Probe::new(chip(Builder::new(), 0, "platform/x", &all).root());
    let inputs = inputs(&probe).unwrap();
    (probe, inputs)
}

#[test]
fn each_kind_is_told_in_its_own_unit() {
    let (probe, inputs) = one(&[
        ("in1_input", "12096\n"),
        ("in1_min", "11400\n"),
        ("in1_max", "0\n"),
        ("in1_lcrit", "10800\n"),
        ("fan1_input", "5400\n"),
        ("fan1_min", "600\n"),
        ("curr1_input", "-250\n"),
        ("power1_average", "231000000\n"),
        ("power2_input", "1500000\n"),
        ("power2_average", "9\n"),
        ("humidity1_input", "45500\n"),
        ("energy1_input", "1\n"),
    ]);
    let read: Vec<_> = inputs.iter().map(|it| (it.kind, it.read(&probe).value.unwrap())).collect();
    assert_eq!(
        read,
        [
            (SensorKind::Current, -0.25),
            (SensorKind::Fan, 5400.0),
            (SensorKind::Humidity, 45.5),
            (SensorKind::Voltage, 12.096),
            (SensorKind::Power, 231.0),
            (SensorKind::Power, 1.5),
        ]
    );
    let limits = inputs[3].limits;
    assert_eq!((limits.low_crit, limits.min, limits.max), (Some(10.8), Some(11.4), None));
}

#[test]
fn only_zones_without_a_chip_are_read() {
    let zone = |tree: Builder, number: u32, kind: &str, temp: &str| {
        let at = format!("/sys/class/thermal/thermal_zone{number}");
        tree.files(&at, &[("type", kind), ("temp", temp)])
    };
    let tree =
        chip(Builder::new(), 0, "virtual/thermal/thermal_zone0", &[("name", "acpitz"), ("temp1_input", "1")]);
    let tree = chip(tree, 1, "platform/coretemp.0", &[("name", "coretemp"), ("temp1_input", "1")]);
    let tree = zone(zone(zone(tree, 0, "acpitz", "1"), 1, "x86_pkg_temp", "1"), 2, "cpu-thermal", "48300\n");
    let tree = zone(tree, 3, "cpu-thermal", "1000\n").files(
        "/sys/class/thermal/thermal_zone2",
        &[
            ("trip_point_0_type", "passive\n"),
            ("trip_point_0_temp", "80000\n"),
            ("trip_point_1_type", "critical\n"),
            ("trip_point_1_temp", "95000\n"),
        ],
    );
    let probe = Probe::new(tree.root());
    let inputs = inputs(&probe).unwrap();
    let zones: Vec<_> = inputs.iter().filter(|input| input.key.starts_with("thermal/")).collect();
    assert_eq!(
        (zones[0].key.as_str(), zones[1].key.as_str()),
        ("thermal/cpu-thermal/temp", "thermal/cpu-thermal/temp#2")
    );
    assert_eq!((inputs.len(), zones.len(), zones[0].class), (4, 2, SensorClass::Cpu));
    assert_eq!((zones[0].read(&probe).value, zones[0].limits.crit), (Some(48.3), Some(95.0)));
}

#[test]
fn inputs_are_found_once_until_one_vanishes_or_a_chip_comes() {
    let tree = chip(Builder::new(), 0, "platform/x", &[("name", "x"), ("temp1_input", "1")]);
    let probe = Probe::new(tree.root());
    let kept = Inventory::default();
    let first = kept.inputs(&probe).unwrap();
    // A file that comes later is not seen: nothing was looked for.
    let tree = tree.file("/sys/devices/platform/x/hwmon/hwmon0/temp2_input", "1");
    assert!(std::sync::Arc::ptr_eq(&first, &kept.inputs(&probe).unwrap()));
    // A driver that is busy is no reason to look.
    kept.missed(&probe, &first[0]);
    assert_eq!(kept.inputs(&probe).unwrap().len(), 1);
    tree.gone("/sys/devices/platform/x/hwmon/hwmon0/temp1_input");
    kept.missed(&probe, &first[0]);
    assert_eq!(kept.inputs(&probe).unwrap()[0].key, "platform/x/x/temp2");
    chip(tree, 1, "platform/y", &[("name", "y"), ("temp1_input", "1")]);
    assert_eq!(kept.inputs(&probe).unwrap().len(), 2);
}

/// A disk with the kernel's thermometer in it, which has moved so much.
fn disk(spins: &str, done: &str) -> Builder {
    let device = "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0";
    let block = format!("/sys/devices/{device}/block/sda");
    chip(Builder::new(), 3, device, &[("name", "drivetemp"), ("temp1_input", "31000")])
        .file(&format!("{block}/queue/rotational"), spins)
        .file(&format!("{block}/stat"), done)
}

#[test]
fn a_disk_that_may_sleep_is_only_asked_when_it_did_something() {
    let kept = Inventory::default();
    let may_sleep = |tree: &Builder| {
        let probe = Probe::new(tree.root());
        let inputs = inputs(&probe).unwrap();
        kept.may_sleep(&probe, &inputs[0])
    };
    assert!(may_sleep(&disk("1", " 10 0 8 0")), "nobody knows yet");
    assert!(may_sleep(&disk("1", " 10 0 8 0")));
    assert!(!may_sleep(&disk("1", " 11 0 8 0")));
    assert!(may_sleep(&disk("1", " 11 0 8 0")));
    // One that does not spin never sleeps in this way.
    assert!(!may_sleep(&disk("0", " 10 0 8 0")));
}

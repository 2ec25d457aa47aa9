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
        let read = (input.temp_celsius(&probe), input.max_celsius, input.crit_celsius);
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
        .fails("/sys/class/hwmon/hwmon0/device/temp2_input", Errno::AGAIN);
    let probe = Probe::new(tree.root());
    let read: Vec<_> = inputs(&probe).unwrap().iter().map(|input| input.temp_celsius(&probe)).collect();
    assert_eq!(read, [Some(30.0), None]);
    assert!(probe.into_warnings().is_empty());
}

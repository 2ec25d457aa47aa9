use super::*;
use Zone::{Between, Clear, Fires};

fn sensor(class: SensorClass, temp_celsius: f64) -> Temperature {
    Temperature {
        sensor: "pci-0000:01:00.0/chip/temp1".into(),
        label: None,
        class,
        temp_celsius,
        max_celsius: None,
        crit_celsius: None,
        alarm: None,
    }
}

fn read_with(temperature: &Temperature) -> Option<(Reading, Heat)> {
    read(temperature, settings(temperature.class, &TempRules::default()))
}

fn zones(temperature: &Temperature) -> (Zone, Zone) {
    let (reading, _) = read_with(temperature).unwrap();
    (reading.low, reading.high)
}

#[test]
fn without_a_limit_of_its_own_the_settings_stand_in() {
    for (class, warn, crit, warn_clear, crit_clear) in [
        (SensorClass::Nvme, 70.0, 80.0, 65.0, 75.0),
        (SensorClass::Hdd, 50.0, 60.0, 46.0, 55.0),
        (SensorClass::Ssd, 60.0, 70.0, 55.0, 65.0),
        (SensorClass::Cpu, 85.0, 95.0, 77.0, 87.0),
        (SensorClass::Inlet, 35.0, 40.0, 32.0, 37.0),
    ] {
        let at = |celsius| zones(&sensor(class, celsius));
        assert_eq!(at(warn_clear - 0.1), (Clear, Clear), "{class:?}");
        assert_eq!(at(warn_clear).0, Between, "{class:?}");
        assert_eq!(at(warn - 0.1).0, Between, "{class:?}");
        assert_eq!(at(warn).0, Fires, "{class:?}");
        assert_eq!(at(crit_clear - 0.1).1, Clear, "{class:?}");
        assert_eq!(at(crit_clear).1, Between, "{class:?}");
        assert_eq!(at(crit - 0.1).1, Between, "{class:?}");
        assert_eq!(at(crit), (Fires, Fires), "{class:?}");
    }
}

#[test]
fn a_drives_own_limits_come_first() {
    let at = |celsius| Temperature {
        max_celsius: Some(84.0),
        crit_celsius: Some(89.0),
        ..sensor(SensorClass::Nvme, celsius)
    };
    assert_eq!(zones(&at(80.9)), (Between, Between));
    assert_eq!(zones(&at(81.0)), (Fires, Between));
    assert_eq!(zones(&at(84.0)), (Fires, Fires));
    assert!(!read_with(&at(88.9)).unwrap().0.at_once);
    assert!(read_with(&at(89.0)).unwrap().0.at_once);
}

#[test]
fn a_processor_is_measured_from_where_it_shuts_down() {
    let at = |celsius| Temperature {
        max_celsius: Some(80.0),
        crit_celsius: Some(100.0),
        ..sensor(SensorClass::Cpu, celsius)
    };
    assert_eq!(zones(&at(88.9)), (Between, Clear));
    assert_eq!(zones(&at(89.9)), (Between, Between));
    assert_eq!(zones(&at(90.0)), (Fires, Between));
    assert_eq!(zones(&at(97.0)), (Fires, Fires));
    let alarmed = Temperature { alarm: Some(true), ..at(60.0) };
    assert_eq!(zones(&alarmed).1, Fires);
}

#[test]
fn a_limit_that_can_not_be_is_none() {
    for junk in [0.0, -273.1, 65_261.8, 255.0, f64::NAN, f64::INFINITY] {
        let drive = Temperature {
            max_celsius: Some(junk),
            crit_celsius: Some(junk),
            ..sensor(SensorClass::Nvme, 70.0)
        };
        let (reading, heat) = read_with(&drive).unwrap();
        assert_eq!((reading.low, reading.high, reading.at_once), (Fires, Clear, false), "{junk}");
        assert!(heat.problem(Level::Low).text.contains("70 °C, from the settings"), "{junk}");
    }
}

#[test]
fn anything_else_has_only_its_own_limit() {
    assert_eq!(read_with(&sensor(SensorClass::Other, 140.0)), None);
    let at = |celsius| Temperature { crit_celsius: Some(105.0), ..sensor(SensorClass::Other, celsius) };
    assert_eq!(zones(&at(104.0)), (Clear, Between));
    assert_eq!(zones(&at(105.0)), (Clear, Fires));
    // An input that nothing hangs on raises the alarm all day.
    assert_eq!(read_with(&Temperature { alarm: Some(true), ..sensor(SensorClass::Other, 12.0) }), None);
    let hot = Temperature { alarm: Some(true), max_celsius: Some(70.0), ..sensor(SensorClass::Other, 71.0) };
    assert_eq!(zones(&hot), (Clear, Fires));
}

#[test]
fn of_a_drive_only_the_composite_counts() {
    let labelled = |label: &str| Temperature { label: Some(label.into()), ..sensor(SensorClass::Nvme, 99.0) };
    assert_eq!(read_with(&labelled("Sensor 2")), None);
    assert_eq!(zones(&labelled("Composite")), (Fires, Fires));
    assert_eq!(read_with(&sensor(SensorClass::Nvme, f64::NAN)), None);
}

#[test]
fn it_is_told_where_the_limit_comes_from() {
    let own = Temperature {
        max_celsius: Some(84.0),
        label: Some("Composite".into()),
        ..sensor(SensorClass::Nvme, 84.85)
    };
    let told = read_with(&own).unwrap().1.problem(Level::High);
    assert_eq!(told.title, "NVMe drive at 85 °C");
    assert_eq!(told.text, "Composite: 84.8 °C. Limit: 84 °C, from the sensor's own WCTEMP of 84 °C.");
    let told = read_with(&sensor(SensorClass::Hdd, 55.0)).unwrap().1.problem(Level::Low);
    assert_eq!(
        told.text,
        "pci-0000:01:00.0/chip/temp1: 55.0 °C. Limit: 50 °C, from the settings: the sensor names none."
    );
}

//! Fans, voltages, currents, power: one family a kind, under node_exporter's names where it has them.

use inventory::Sample;
use inventory::sample::SensorKind;

use super::temperatures::labels;
use super::text::{Text, Type};

const FAMILIES: [(SensorKind, &str, &str); 6] = [
    (SensorKind::Fan, "node_hwmon_fan_rpm", "A fan's speed."),
    (SensorKind::FanPercent, "muster_fan_percent", "A fan's speed, of controllers that tell no other."),
    (SensorKind::Voltage, "node_hwmon_in_volts", "Voltage."),
    (SensorKind::Current, "node_hwmon_curr_amps", "Current."),
    (SensorKind::Power, "node_hwmon_power_watt", "Power."),
    (SensorKind::Humidity, "node_hwmon_humidity", "Relative humidity in percent."),
];

pub(super) fn write(text: &mut Text, sample: &Sample) {
    for (kind, name, help) in FAMILIES {
        let values = sample.readings.iter().filter(|it| it.kind == kind);
        let values = values.filter_map(|it| Some((labels(&it.sensor), it.value?)));
        text.family((name, Type::Gauge, help), values);
    }
    let alarms = sample.readings.iter().filter_map(|it| {
        let on = it.alarm.or(it.fault)? || it.fault == Some(true);
        Some((labels(&it.sensor), f64::from(u8::from(on))))
    });
    text.family(
        ("muster_sensor_alarm", Type::Gauge, "The chip's own alarm, or that the sensor is broken."),
        alarms,
    );
}

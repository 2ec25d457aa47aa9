//! Thermometers, with the limits that their makers give them.

use inventory::{Sample, Temperature};

use super::text::{Text, Type};

pub(super) fn write(text: &mut Text, sample: &Sample) {
    type Read = fn(&Temperature) -> Option<f64>;
    let families: [(&str, &str, Read); 4] = [
        ("node_hwmon_temp_celsius", "Temperature.", |it| Some(it.temp_celsius)),
        ("node_hwmon_temp_max_celsius", "The maker's upper limit.", |it| it.max_celsius),
        ("node_hwmon_temp_crit_celsius", "The maker's critical limit.", |it| it.crit_celsius),
        ("node_hwmon_temp_alarm", "The chip's own alarm.", |it| it.alarm.map(|on| f64::from(u8::from(on)))),
    ];
    for (name, help, read) in families {
        let values = sample.temperatures.iter().filter_map(|it| Some((labels(&it.sensor), read(it)?)));
        text.family((name, Type::Gauge, help), values);
    }
    let named = sample.temperatures.iter().filter_map(|it| {
        let [chip, sensor] = labels(&it.sensor);
        Some(([chip, sensor, ("label", it.label.as_deref()?)], 1.0))
    });
    text.family(("node_hwmon_sensor_label", Type::Gauge, "What a sensor calls itself."), named);
}

/// A sensor's key ends with its input; what stands before that is the chip.
pub(super) fn labels(key: &str) -> [(&'static str, &str); 2] {
    let (chip, sensor) = key.rsplit_once('/').unwrap_or((key, ""));
    [("chip", chip), ("sensor", sensor)]
}

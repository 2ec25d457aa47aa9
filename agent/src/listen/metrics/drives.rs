//! Drives, by their own word. What they last said stays on the page until they say it anew, ten minutes later.

use inventory::sample::DriveVerdict;
use inventory::{DriveHealth, Sample};

use super::text::{Text, Type, float};

type Read = fn(&DriveHealth) -> Option<f64>;

const FAMILIES: [(&str, Type, &str, Read); 14] = [
    ("muster_drive_healthy", Type::Gauge, "Whether it holds itself to be well.", |it| match it.verdict {
        DriveVerdict::Passed => Some(1.0),
        DriveVerdict::Failing => Some(0.0),
        DriveVerdict::Unknown => None,
    }),
    ("muster_drive_asleep", Type::Gauge, "Whether it sleeps, and was not woken.", |it| {
        Some(f64::from(u8::from(it.asleep)))
    }),
    ("muster_drive_temp_celsius", Type::Gauge, "Temperature.", |it| it.temp_celsius.map(f64::from)),
    ("muster_drive_used_percent", Type::Gauge, "Its foreseen life, used.", |it| {
        it.used_percent.map(f64::from)
    }),
    ("muster_drive_spare_percent", Type::Gauge, "Spare blocks that are left.", |it| {
        it.spare_percent.map(f64::from)
    }),
    ("muster_drive_media_errors_total", Type::Counter, "Blocks that could not be had back.", |it| {
        it.media_errors.map(float)
    }),
    ("muster_drive_reallocated_sectors", Type::Gauge, "Sectors replaced by spare ones.", |it| {
        it.reallocated_sectors.map(float)
    }),
    ("muster_drive_pending_sectors", Type::Gauge, "Sectors that could not be read.", |it| {
        it.pending_sectors.map(float)
    }),
    ("muster_drive_offline_uncorrectable", Type::Gauge, "Sectors that a self-test could not read.", |it| {
        it.offline_uncorrectable.map(float)
    }),
    ("muster_drive_crc_errors_total", Type::Counter, "Errors on the cable.", |it| it.crc_errors.map(float)),
    ("muster_drive_grown_defects", Type::Gauge, "Blocks set aside in its life.", |it| {
        it.grown_defects.map(float)
    }),
    ("muster_drive_power_on_hours_total", Type::Counter, "Hours that it was on.", |it| {
        it.power_on_hours.map(float)
    }),
    ("muster_drive_read_bytes_total", Type::Counter, "Read by the host.", |it| it.read_bytes.map(float)),
    ("muster_drive_written_bytes_total", Type::Counter, "Written by the host.", |it| {
        it.written_bytes.map(float)
    }),
];

pub(super) fn write(text: &mut Text, sample: &Sample) {
    for (name, kind, help, read) in FAMILIES {
        let values = sample.drives.iter().filter_map(|it| {
            let serial = it.serial.as_deref().unwrap_or_default();
            Some(([("device", it.device.as_str()), ("serial", serial)], read(it)?))
        });
        text.family((name, kind, help), values);
    }
}

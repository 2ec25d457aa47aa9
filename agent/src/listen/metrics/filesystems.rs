//! How full filesystems are.

use inventory::sections::Filesystem;
use inventory::{FilesystemUse, Report, Sample};

use super::text::{Text, Type, float};

pub(super) fn write(text: &mut Text, sample: &Sample, report: Option<&Report>) {
    type Read = fn(&FilesystemUse) -> f64;
    let families: [(&str, &str, Read); 4] = [
        ("node_filesystem_size_bytes", "Size.", |it| float(it.size_bytes)),
        ("node_filesystem_free_bytes", "Space that nobody uses, root's reserve included.", |it| {
            float(it.size_bytes.saturating_sub(it.used_bytes))
        }),
        ("node_filesystem_avail_bytes", "Space that an ordinary user may still fill.", |it| {
            float(it.available_bytes)
        }),
        ("node_filesystem_readonly", "Whether it is read-only.", |it| f64::from(u8::from(it.read_only))),
    ];
    let mounted = report.and_then(|report| report.sections.filesystems.data());
    let mounted = mounted.map(Vec::as_slice).unwrap_or_default();
    type Count = fn(&FilesystemUse) -> Option<f64>;
    let inodes: [(&str, &str, Count); 2] = [
        ("node_filesystem_files", "Files that it may hold.", |it| it.inodes.map(float)),
        ("node_filesystem_files_free", "Files that it may still hold.", |it| {
            Some(float(it.inodes?.saturating_sub(it.used_inodes?)))
        }),
    ];
    for (name, help, read) in inodes {
        let values = sample.filesystems.iter().filter_map(|it| Some((labels(&it.mount, mounted), read(it)?)));
        text.family((name, Type::Gauge, help), values);
    }
    for (name, help, read) in families {
        let values = sample.filesystems.iter().map(|it| (labels(&it.mount, mounted), read(it)));
        text.family((name, Type::Gauge, help), values);
    }
}

fn labels<'a>(mount: &'a str, mounted: &'a [Filesystem]) -> [(&'static str, &'a str); 3] {
    let known = mounted.iter().find(|it| it.mount == mount);
    let device = known.map_or("", |it| it.device.as_str());
    let fstype = known.map_or("", |it| it.kind.as_str());
    [("device", device), ("fstype", fstype), ("mountpoint", mount)]
}

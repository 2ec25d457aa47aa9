//! Arrays of disks: md under node_exporter's names, and ZFS's pools beside them.

use inventory::{ArrayKind, ArrayState, Sample};

use super::text::{Text, Type};

pub(super) fn write(text: &mut Text, sample: &Sample) {
    let kind = |it: &ArrayState| match it.kind {
        ArrayKind::Md => "md",
        ArrayKind::Zfs => "zfs",
        ArrayKind::Other => "other",
    };
    type Read = fn(&ArrayState) -> Option<f64>;
    let families: [(&str, &str, Read); 4] = [
        ("node_md_disks_required", "Disks that it is made for.", |it| it.disks_wanted.map(f64::from)),
        ("node_md_degraded", "How many disks it lacks.", |it| it.degraded.map(f64::from)),
        ("muster_array_disks_active", "Disks that are in it and up to date.", |it| {
            it.disks_active.map(f64::from)
        }),
        ("muster_array_sync_percent", "How much is done of what goes on.", |it| it.sync_percent),
    ];
    for (name, help, read) in families {
        let values = sample
            .arrays
            .iter()
            .filter_map(|it| Some(([("device", it.name.as_str()), ("kind", kind(it))], read(it)?)));
        text.family((name, Type::Gauge, help), values);
    }
    let states = sample
        .arrays
        .iter()
        .filter_map(|it| Some(([("device", it.name.as_str()), ("state", it.state.as_deref()?)], 1.0)));
    text.family(("node_md_state", Type::Gauge, "The state that it is in."), states);
}

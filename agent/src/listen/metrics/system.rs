//! Load, memory, and since when the machine is up.

use inventory::{Report, Sample};

use super::text::{Text, Type, float};

pub(super) fn write(text: &mut Text, sample: &Sample, report: Option<&Report>) {
    if let Some(load) = sample.load {
        for (name, help, value) in [
            ("node_load1", "1m load average.", load.one),
            ("node_load5", "5m load average.", load.five),
            ("node_load15", "15m load average.", load.fifteen),
        ] {
            text.single((name, Type::Gauge, help), Some(value));
        }
    }
    if let Some(memory) = sample.memory {
        for (name, help, bytes) in [
            ("node_memory_MemTotal_bytes", "Memory that the kernel has.", memory.total_bytes),
            (
                "node_memory_MemAvailable_bytes",
                "Memory that can be had without swapping.",
                memory.available_bytes,
            ),
        ] {
            text.single((name, Type::Gauge, help), Some(float(bytes)));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds fit for longer than anybody lives")]
    let booted = sample.uptime_secs.map(|uptime| (sample.taken_at.secs() as f64) - float(uptime));
    text.single(("node_boot_time_seconds", Type::Gauge, "When the kernel started, in Unix time."), booted);
    let Some(os) = report.and_then(|report| report.sections.os.data()) else { return };
    let known = |text: &'_ Option<String>| text.clone().unwrap_or_default();
    let (release, machine, nodename) = (known(&os.kernel), known(&os.architecture), known(&os.hostname));
    let labels =
        [("sysname", "Linux"), ("release", &release), ("machine", &machine), ("nodename", &nodename)];
    text.family(("node_uname_info", Type::Gauge, "The kernel's name."), [(labels, 1.0)]);
}

use inventory::{ManualClock, Timestamp};

use super::*;
use crate::tree::Builder;

fn machine() -> Builder {
    Builder::new()
        .file("/proc/uptime", "21.67 61.06\n")
        .file("/proc/loadavg", "0.32 0.08 0.03 1/140 247\n")
        .file("/proc/meminfo", "MemTotal: 2000 kB\nMemFree: 1 kB\nMemAvailable: 500 kB\n")
        .file("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n")
        .space("/", 1000, 300, 200)
        .files("/sys/class/hwmon/hwmon0", &[("name", "coretemp"), ("temp1_input", "55000\n")])
}

fn sampler(tree: &Builder, deadline: Duration) -> Sampler {
    let start = Arc::new(Start::new(&tree.root()).unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(1_795_257_600_000)));
    Sampler::new(tree.root(), start, clock).with_deadline(deadline)
}

#[test]
fn a_sample_tells_what_changes_and_counts_itself() {
    let tree = machine();
    let sampler = sampler(&tree, Duration::from_secs(60));
    let sample = sampler.sample();
    assert_eq!(sample.taken_at, Timestamp(1_795_257_600_000));
    assert_eq!(sample.uptime_secs, Some(21));
    let load = inventory::Load { one: 0.32, five: 0.08, fifteen: 0.03, running: Some(1), tasks: Some(140) };
    assert_eq!(sample.load, Some(load));
    assert_eq!(sample.memory.unwrap().available_bytes, 500 * 1024);
    assert_eq!(sample.temperatures[0].temp_celsius, 55.0);
    let [root] = sample.filesystems.as_slice() else { panic!("{:?}", sample.filesystems) };
    assert_eq!((root.used_bytes, root.available_bytes), (700, 200));
    assert_eq!(sample.warnings, []);
    assert_eq!((sample.agent.seq, sampler.sample().agent.seq), (1, 2));
}

#[test]
fn a_part_that_hangs_or_panics_loses_itself_only() {
    let tree = machine().hangs("/sys/class/hwmon/hwmon0/temp1_input").panics("/proc/mounts");
    let sample = sampler(&tree, Duration::from_secs(3)).sample();
    assert_eq!((sample.uptime_secs, sample.temperatures.len(), sample.filesystems.len()), (Some(21), 0, 0));
    let [hang, panic] = sample.warnings.as_slice() else { panic!("{:?}", sample.warnings) };
    assert!(hang.path == "temperatures" && hang.reason.starts_with("no answer within 3000 ms"), "{hang:?}");
    assert!(panic.path == "filesystems" && panic.reason.contains("/proc/mounts"), "{panic:?}");
}

#[test]
fn a_machine_without_sensors_is_no_news() {
    let tree = Builder::new().file("/proc/loadavg", "nan -1 inf");
    let sample = sampler(&tree, Duration::from_secs(60)).sample();
    assert_eq!((sample.load, sample.uptime_secs, sample.warnings.len()), (None, None, 0));
}

#[test]
fn a_sample_tells_how_far_the_servers_clock_is_ahead() {
    let tree = machine();
    let start = Arc::new(Start::new(&tree.root()).unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(10_000)));
    let sampler = Sampler::new(tree.root(), Arc::clone(&start), clock);
    let ahead = || sampler.sample().clock.and_then(|clock| clock.server_ahead_ms);
    assert_eq!(ahead(), None);
    start.hear_time(Timestamp(12_500), Timestamp(10_000));
    assert_eq!(ahead(), Some(2500));
    start.hear_time(Timestamp(9_999), Timestamp(10_000));
    assert_eq!(ahead(), Some(-1));
}

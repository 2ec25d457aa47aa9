//! A small machine: a captured tree with a little of everything.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

const FILES: [(&str, &str); 10] = [
    ("proc/cpuinfo", "processor : 0\nmodel name : Some CPU\nflags : fpu sse\n\n"),
    ("proc/meminfo", "MemTotal: 2000 kB\nMemAvailable: 500 kB\n"),
    ("proc/mounts", "tmpfs / tmpfs rw 0 0\n"),
    ("proc/loadavg", "0.32 0.08 0.03 1/140 247\n"),
    ("proc/sys/kernel/osrelease", "6.1.0\n"),
    ("proc/sys/kernel/hostname", "node7\n"),
    ("proc/sys/kernel/random/boot_id", "9f881c91-d3a1-41ff-965d-a41f36b9a9ef\n"),
    ("sys/class/dmi/id/product_uuid", "4c4c4544-0042-3510-8052-b4c04f4a3232\n"),
    ("sys/class/hwmon/hwmon0/name", "coretemp\n"),
    ("sys/class/hwmon/hwmon0/temp1_input", "55000\n"),
];

/// The machine, with this kernel command line.
pub(crate) fn booted_with(cmdline: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, content) in FILES {
        write(root.path(), path, content);
    }
    write(root.path(), "proc/cmdline", cmdline);
    root
}

fn write(root: &Path, path: &str, content: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, content).unwrap();
}

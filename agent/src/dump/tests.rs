use std::fs;
use std::os::unix::fs::PermissionsExt;

use inventory::{ManualClock, Timestamp};
use rustix::io::Errno;

use inventory::Report;

use super::*;
use crate::root::Question;
use crate::tree::Builder;

fn machine() -> Builder {
    Builder::new()
        .file("/proc/cmdline", "quiet muster.ticket=abcdefghijkl BOOTIF=01-52-54-00-aa-bb-0c\n")
        .file("/proc/cpuinfo", "model name : Some\n\n")
        .file("/proc/meminfo", "MemTotal: 1 kB\nMemAvailable: 1 kB\n")
        .file("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n")
        .file("/proc/sys/kernel/osrelease", "6.1\n")
        .file("/sys/class/dmi/id/sys_vendor", "Maker\n")
        .file("/sys/class/dmi/id/product_serial", "SN4711X9\n")
        .file("/sys/class/dmi/id/product_uuid", "")
        .refused("/sys/class/dmi/id/product_uuid")
        .link("/sys/class/net/eth0", "../../devices/pci0000:00/0000:00:03.0/net/eth0")
        .files(
            "/sys/devices/pci0000:00/0000:00:03.0/net/eth0",
            &[("address", "52:54:00:aa:bb:0c\n"), ("addr_assign_type", "0\n"), ("mtu", "1500\n")],
        )
        .link("/sys/devices/pci0000:00/0000:00:03.0/net/eth0/device", "/sys/devices/pci0000:00/0000:00:03.0")
        .files("/sys/devices/pci0000:00/0000:00:03.0", &[("vendor", "0x1af4\n"), ("device", "0x1000\n")])
        .folder("/sys/class/hwmon")
        .folder("/sys/block")
        .space("/", 1000, 300, 200)
        .fails("/sys/devices/pci0000:00/0000:00:03.0/net/eth0/speed", Errno::IO)
}

fn report(root: Root) -> Report {
    let start = Arc::new(Start::new(&root).unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(1)));
    Reporter { collectors: Collectors::new(root), start, clock }.all()
}

fn dumped(redact: bool) -> (tempfile::TempDir, Dump) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp(1)));
    let dump = dump(machine().root(), folder.path(), redact, clock).unwrap();
    (folder, dump)
}

#[test]
fn a_capture_gives_the_same_report_errors_and_all() {
    let (folder, dump) = dumped(false);
    assert_eq!(fs::metadata(folder.path().join("sys")).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(dump.files > 5 && dump.answers > 0 && dump.redacted == 0, "{dump:?}");
    let mut made = report(machine().root()).sections;
    let again = report(Root::at(folder.path().to_owned())).sections;
    // The command line's ticket is gone from the capture, as it is from the report.
    let os = |sections: &inventory::Sections| sections.os.data().unwrap().kernel_arguments.clone();
    assert_eq!(os(&made), os(&again));
    made.os = again.os.clone();
    assert_eq!(made, again);
    let kept: Report = serde_json::from_slice(&fs::read(folder.path().join(REPORT)).unwrap()).unwrap();
    assert_eq!(kept.sections, again);
}

#[test]
fn neither_ticket_nor_serial_nor_mac_is_left_in_a_redacted_capture() {
    let (folder, dump) = dumped(true);
    assert!(dump.redacted >= 2, "{dump:?}");
    let mut left = vec![folder.path().to_owned()];
    let mut files = 0;
    while let Some(path) = left.pop() {
        if path.is_dir() && !path.is_symlink() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.is_file() {
            files += 1;
            let content = String::from_utf8_lossy(&fs::read(&path).unwrap()).to_lowercase();
            for secret in ["abcdefghijkl", "sn4711x9", "aa:bb:0c", "aa-bb-0c", "aabb0c"] {
                assert!(!content.contains(secret), "{secret} in {}", path.display());
            }
        }
    }
    assert!(files > 10, "{files}");
    // It is still the same machine to the collectors.
    let again = report(Root::at(folder.path().to_owned())).sections;
    let nic = &again.nics.data().unwrap()[0];
    assert!(nic.boot && nic.mac.unwrap().to_string().starts_with("52:54:00:"), "{nic:?}");
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("precious"), "x").unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp(1)));
    let error = dump(machine().root(), folder.path(), false, clock).unwrap_err();
    assert!(error.to_string().contains("is not empty"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_read_twice_is_recorded_once() {
    let recorder = Recorder::new(machine().root());
    let root = Root::new(recorder.clone());
    let meminfo = || root.read("/proc/meminfo", 100);
    let first = meminfo();
    assert_eq!(root.head("/proc/meminfo", 5).unwrap(), b"MemTo");
    assert_eq!(meminfo(), first);
    assert!(root.ask(&Question::Architecture).is_ok());
    assert!(root.read("/proc/none", 1).is_err());
    let recording = recorder.recording();
    assert_eq!((recording.files.len(), recording.answers.len(), recording.errors.len()), (1, 1, 0));
}

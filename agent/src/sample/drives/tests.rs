use decode::nvme::{HEALTH_BYTES, HEALTH_PAGE};
use inventory::{DriveVerdict, DriveWarning};
use rustix::io::Errno;

use super::*;
use crate::root::{NvmeCommand, Question, ScsiAnswer, SmartctlAnswer, SmartctlCommand};
use crate::tree::Builder;

/// ATA PASS-THROUGH (16): CHECK POWER MODE; SMART: status, data, thresholds, self-test log; general statistics.
const POWER_MODE: &str = "8506200000000000000000000000e500";
const SMART_STATUS: &str = "85062000da00000000004f00c200b000";
const SMART_DATA: &str = "85080e00d000010000004f00c200b000";
const SMART_THRESHOLDS: &str = "85080e00d100010000004f00c200b000";
const SELF_TESTS: &str = "85080e00d500010006004f00c200b000";

fn scsi(device: &str, command: &str, length: u32) -> Question {
    Question::Scsi { device: device.to_owned(), command: hex::decode(command).unwrap(), length }
}

fn log_sense(device: &str, page: u8) -> Question {
    scsi(device, &format!("4d00{:02x}00000000040000", 0x40 | page), 1024)
}

fn good(data: &[u8]) -> Vec<u8> {
    ScsiAnswer { status: 0, sense: Vec::new(), data: data.to_vec() }.to_bytes()
}

fn registers(count: u8, middle: u8, high: u8) -> Vec<u8> {
    let sense = vec![0x72, 1, 0, 0x1d, 0, 0, 0, 14, 9, 12, 0, 0, 0, count, 0, 0, 0, middle, 0, high, 0, 0x50];
    ScsiAnswer { status: 2, sense, data: Vec::new() }.to_bytes()
}

fn refused(key: u8, code: u8) -> Vec<u8> {
    let sense = vec![0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, code, 0, 0, 0, 0, 0];
    ScsiAnswer { status: 2, sense, data: Vec::new() }.to_bytes()
}

/// A sector of SMART, with the checksum that it ends with.
fn sector(entries: &[&[u8]]) -> Vec<u8> {
    let mut sector = vec![0; 512];
    for (index, entry) in entries.iter().enumerate() {
        sector[2 + 12 * index..][..entry.len()].copy_from_slice(entry);
    }
    let sum = sector.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    sector[511] = sum.wrapping_neg();
    sector
}

fn disk(tree: Builder, name: &str, path: &str, vendor: &str, product: &str) -> Builder {
    let device = format!("/sys/devices/pci0000:00/{path}");
    let inquiry = format!("\0\0\x05\x12\x1f\0\0\x12{vendor:8}{product:16}1.00");
    tree.link(&format!("/sys/block/{name}"), &format!("{device}/block/{name}"))
        .link(&format!("{device}/block/{name}/device"), &device)
        .file(&format!("{device}/inquiry"), inquiry)
        .file(
            &format!("{device}/wwid"),
            format!("naa.5000c500aabb{:04x}", name.len() + usize::from(name.as_bytes()[2])),
        )
}

fn ata(tree: Builder) -> Builder {
    disk(tree, "sda", "0000:00:06.0/ata1/host1/target1:0:0/1:0:0:0", "ATA", "WDC WD40EFRX-68N")
}

fn sas(tree: Builder) -> Builder {
    disk(
        tree,
        "sdb",
        "0000:01:00.0/host2/port-2:0/end_device-2:0/target2:0:0/2:0:0:0",
        "SEAGATE",
        "ST600MM0006",
    )
}

fn health_of(tree: &Builder) -> (Vec<DriveHealth>, Vec<inventory::Warning>) {
    let probe = Probe::new(tree.root());
    (read(&probe).unwrap(), probe.into_warnings())
}

fn only(tree: &Builder) -> DriveHealth {
    let (mut drives, warnings) = health_of(tree);
    assert_eq!(warnings, []);
    assert_eq!(drives.len(), 1, "{drives:?}");
    drives.remove(0)
}

#[test]
fn an_ata_drive_tells_its_verdict_and_its_attributes() {
    let data = sector(&[
        &[5, 3, 0, 140, 140, 7, 0, 0, 0, 0, 0],
        &[194, 0x22, 0, 111, 90, 36, 0, 0, 0, 60, 0],
        &[197, 0x32, 0, 200, 200, 8, 0, 0, 0, 0, 0],
    ]);
    let tree = ata(Builder::new())
        .answer(&scsi("/dev/sda", POWER_MODE, 0), &registers(0xff, 0, 0))
        .answer(&scsi("/dev/sda", SMART_DATA, 512), &good(&data))
        .answer(&scsi("/dev/sda", SMART_THRESHOLDS, 512), &good(&sector(&[&[5, 140], &[194, 0]])))
        .answer(&scsi("/dev/sda", SMART_STATUS, 0), &registers(0, 0xf4, 0x2c))
        .answer(&scsi("/dev/sda", SELF_TESTS, 512), &refused(5, 0x24));
    let health = only(&tree);
    assert_eq!((health.verdict, health.asleep), (DriveVerdict::Failing, false));
    assert_eq!(health.reason.as_deref(), Some("reallocated sectors (5): 140, threshold 140"));
    assert_eq!(
        (health.reallocated_sectors, health.pending_sectors, health.temp_celsius),
        (Some(7), Some(8), Some(36))
    );
    assert_eq!(health.failing_attributes.len(), 1);
    assert_eq!(health.wwn.as_deref(), Some("naa.5000c500aabb0064"));
}

#[test]
fn a_drive_that_sleeps_is_asked_nothing_that_could_wake_it() {
    // What would wake it is a defect of this test's machine.
    let woken = |tree: Builder, device: &str, rest: &[(&str, u32)]| {
        rest.iter().fold(tree, |tree, (command, length)| tree.panics(&scsi(device, command, *length).name()))
    };
    let smart = [(SMART_DATA, 512), (SMART_STATUS, 0)];
    let tree = ata(Builder::new()).answer(&scsi("/dev/sda", POWER_MODE, 0), &registers(0, 0, 0));
    assert!(only(&woken(tree, "/dev/sda", &smart)).asleep);

    // Suspended by the kernel: to open it alone would wake it.
    let device = "/sys/devices/pci0000:00/0000:00:06.0/ata1/host1/target1:0:0/1:0:0:0";
    let tree = ata(Builder::new()).file(&format!("{device}/power/runtime_status"), "suspended\n");
    let suspended = woken(tree.panics(&scsi("/dev/sda", POWER_MODE, 0).name()), "/dev/sda", &smart);
    assert_eq!(only(&suspended).verdict, DriveVerdict::Unknown);

    // Standby of SCSI, as the drive's own sense data tell it; and stopped, as an old one does.
    let standby = [0x70, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x5e, 0x02, 0, 0, 0, 0];
    let logs = log_sense("/dev/sdb", 0).name();
    let tree = sas(Builder::new()).answer(&scsi("/dev/sdb", "03000000fc00", 252), &good(&standby));
    assert!(only(&tree.panics(&logs)).asleep);
    let mut stopped = refused(2, 0x04);
    stopped[2 + 13] = 0x02;
    let tree = sas(Builder::new())
        .answer(&scsi("/dev/sdb", "03000000fc00", 252), &good(&[0x70; 1]))
        .answer(&scsi("/dev/sdb", "000000000000", 0), &stopped);
    assert!(only(&tree.panics(&logs)).asleep);
}

#[test]
fn a_sas_drive_tells_its_counters() {
    let tree = sas(Builder::new())
        .answer(&log_sense("/dev/sdb", 0), &good(&[0, 0, 0, 4, 0x00, 0x03, 0x0d, 0x2f]))
        .answer(&log_sense("/dev/sdb", 3), &good(&[3, 0, 0, 8, 0, 6, 3, 4, 0, 0, 0, 1]))
        .answer(&log_sense("/dev/sdb", 0x0d), &good(&[0x0d, 0, 0, 6, 0, 0, 3, 2, 0, 41]))
        .answer(&log_sense("/dev/sdb", 0x2f), &good(&[0x2f, 0, 0, 8, 0, 0, 3, 4, 0x5d, 0x10, 41, 0]))
        .answer(&scsi("/dev/sdb", "b70d00000000000000080000", 8), &good(&[0, 0x0d, 0, 0, 0, 0, 8, 32]));
    let health = only(&tree);
    assert_eq!(
        (health.verdict, health.reason.as_deref()),
        (DriveVerdict::Failing, Some("5d/10: failure foretold"))
    );
    assert_eq!((health.uncorrected_read_errors, health.uncorrected_write_errors), (Some(1), None));
    assert_eq!((health.grown_defects, health.temp_celsius), (Some(260), Some(41)));
}

fn nvme(tree: Builder, name: &str, serial: &str) -> Builder {
    let folder = format!("/sys/class/nvme/{name}");
    tree.files(
        &folder,
        &[("serial", serial), ("subsysnqn", "nqn.x:one"), ("transport", "pcie"), ("state", "live")],
    )
}

fn health_log(device: &str) -> Question {
    let command = NvmeCommand::LogPage { page: HEALTH_PAGE, length: HEALTH_BYTES };
    Question::Nvme { device: device.to_owned(), command }
}

#[test]
fn two_controllers_of_one_drive_are_one_drive_and_the_live_one_is_asked() {
    let mut log = vec![0; 512];
    log[..6].copy_from_slice(&[0b1001, 0x43, 1, 3, 10, 120]);
    let tree = nvme(nvme(Builder::new(), "nvme0", "S1"), "nvme1", "S1")
        .file("/sys/class/nvme/nvme0/state", "dead\n")
        .panics(&health_log("/dev/nvme0").name())
        .answer(&health_log("/dev/nvme1"), &log);
    let health = only(&tree);
    assert_eq!((health.device.as_str(), health.verdict), ("nvme1", DriveVerdict::Failing));
    assert_eq!(health.warnings, [DriveWarning::SpareLow, DriveWarning::ReadOnly]);
    assert_eq!(
        (health.temp_celsius, health.used_percent, health.spare_percent),
        (Some(50), Some(120), Some(3))
    );
}

#[test]
fn a_drive_that_is_refused_or_fails_is_said_once_and_loses_itself_only() {
    let tree = nvme(sas(Builder::new()), "nvme0", "S1");
    let tree = [0x03, 0x00].iter().fold(tree, |tree, command| {
        let (command, length) = if *command == 3 { ("03000000fc00", 252) } else { ("000000000000", 0) };
        tree.fails(&scsi("/dev/sdb", command, length).name(), Errno::ACCESS)
    });
    let tree = tree
        .fails(&log_sense("/dev/sdb", 0).name(), Errno::ACCESS)
        .fails(&health_log("/dev/nvme0").name(), Errno::IO);
    let (drives, warnings) = health_of(&tree);
    assert!(drives.iter().all(|drive| drive.verdict == DriveVerdict::Unknown) && drives.len() == 2);
    let said: Vec<_> =
        warnings.iter().map(|warning| (warning.path.as_str(), warning.reason.as_str())).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].0 == "/dev/nvme0" && said[0].1.contains("Input/output error"), "{said:?}");
    assert_eq!(said[1], ("/dev/sdb", "permission denied"));
}

#[test]
fn junk_is_survived_and_a_hardware_error_is_told() {
    let junk = [0xff; 1024];
    let tree = ata(Builder::new())
        .answer(&scsi("/dev/sda", POWER_MODE, 0), &[])
        .answer(&scsi("/dev/sda", SMART_DATA, 512), &good(&junk))
        .answer(&scsi("/dev/sda", SMART_STATUS, 0), &refused(4, 0x44))
        .answer(&scsi("/dev/sda", SELF_TESTS, 512), &good(&junk[..7]));
    let (drives, warnings) = health_of(&tree);
    assert_eq!((drives.len(), drives[0].verdict), (1, DriveVerdict::Unknown));
    let reasons: Vec<_> = warnings.iter().map(|warning| warning.reason.as_str()).collect();
    assert_eq!(reasons, ["an answer that makes no sense", "command b0 failed: hardware error (4/44/00)"]);
}

fn smartctl(tree: Builder, command: SmartctlCommand, exit_status: i32, json: &str) -> Builder {
    let answer = SmartctlAnswer { exit_status, json: json.as_bytes().to_vec() };
    tree.answer(&Question::Smartctl(command), &answer.to_bytes())
}

fn examine(device: &str, way: Option<&str>) -> SmartctlCommand {
    SmartctlCommand::Examine { device: device.to_owned(), way: way.map(str::to_owned) }
}

#[test]
fn what_a_controller_hides_is_asked_by_smartctl_and_told_once() {
    let volume = "0000:00:04.0/host13/target13:2:0/13:2:0:0";
    let tree = disk(Builder::new(), "sdc", volume, "LSI", "MR9361-8i");
    let tree = disk(tree, "sdd", "0000:00:04.0/host13/target13:0:1/13:0:1:0", "ATA", "PASSED THROUGH")
        .file("/sys/devices/pci0000:00/0000:00:04.0/host13/target13:0:1/13:0:1:0/vpd_pg80", b"\0\x80\0\x02P1")
        .file("/sys/class/scsi_host/host13/proc_name", "megaraid_sas\n");
    let scan = r#"{"devices":[{"name":"/dev/bus/13","type":"megaraid,0"},{"name":"/dev/bus/13","type":"megaraid,1"},
        {"name":"/dev/bus/13","type":"megaraid,2"},{"name":"/dev/bus/9","type":"megaraid,0"},{"name":"/dev/sda","type":"scsi"}]}"#;
    let tree = smartctl(tree, SmartctlCommand::Scan, 0, scan);
    let drive = |serial: &str, passed: bool| {
        format!(r#"{{"model_name":"M","serial_number":"{serial}","smart_status":{{"passed":{passed}}}}}"#)
    };
    let asleep = r#"{"smartctl":{"messages":[{"string":"Device is in STANDBY mode, exit(2)","severity":"information"}]}}"#;
    let tree = smartctl(tree, examine("/dev/bus/13", Some("megaraid,0")), 8, &drive("H1", false));
    let tree = smartctl(tree, examine("/dev/bus/13", Some("megaraid,1")), 68, &drive("P1", true));
    let tree = smartctl(tree, examine("/dev/bus/13", Some("megaraid,2")), 2, asleep);
    let (drives, warnings) = health_of(&tree);
    assert_eq!(warnings, []);
    let told: Vec<_> = drives.iter().map(|it| (it.device.as_str(), it.verdict, it.asleep)).collect();
    let unknown = DriveVerdict::Unknown;
    assert_eq!(
        told,
        [
            ("/dev/bus/13 megaraid,0", DriveVerdict::Failing, false),
            ("/dev/bus/13 megaraid,2", unknown, true),
            ("sdd", unknown, false),
        ]
    );
}

#[test]
fn a_usb_drive_is_asked_by_smartctl_alone() {
    let path = "0000:00:07.0/usb2/2-1/2-1:1.0/host14/target14:0:0/14:0:0:0";
    let tree =
        disk(Builder::new(), "sde", path, "ATA", "A bridge").panics(&scsi("/dev/sde", POWER_MODE, 0).name());
    assert_eq!(health_of(&tree), (vec![], vec![]));
    let json = r#"{"model_name":"M","serial_number":"U1","smart_status":{"passed":true},"temperature":{"current":31}}"#;
    let health = only(&smartctl(tree, examine("/dev/sde", None), 4, json));
    assert_eq!((health.verdict, health.temp_celsius), (DriveVerdict::Passed, Some(31)));
    assert_eq!(health.serial.as_deref(), Some("U1"));
}

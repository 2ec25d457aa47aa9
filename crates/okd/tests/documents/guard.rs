//! The guard of the disk, run by bash: what it lets pass, what it stops, and that it touches nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::disk::{BYTES, Disk, page89};
use crate::given::Given;
use crate::machine::{Ended, Machine};

const DEVICE: &str = "/dev/disk/by-id/wwn-0x5000c500aabbccdd";
const SERIAL: &str = "ZA4 1X";
const WWN: &str = "naa.5000c500aabbccdd";
const PROGRAM: &str = "/usr/local/bin/muster-guard";

struct Case {
    given: Given,
    machine: Machine,
}

impl Case {
    fn new() -> Self {
        Self { given: Given::usual(), machine: Machine::new(DEVICE) }
    }

    /// A machine with the agreed disk, and with another one that is full.
    fn with(disk: &Disk) -> Self {
        let case = Self::new();
        let mut other = Disk::sata("sdb", "OTHER", "naa.5000c500ffffffff");
        other.by_id = vec!["wwn-0x5000c500ffffffff"];
        other.written = vec![(&["mkfs.ext4", "-q", "-F"], "")];
        case.machine.add(&other);
        case.machine.add(disk);
        case
    }

    fn agreed_to_lose(mut self, kinds: &[&str]) -> Self {
        self.given.arming.target.carries = kinds.iter().map(|&kind| kind.to_owned()).collect();
        self
    }

    fn run(&self) -> Ended {
        let live = self.given.live();
        self.machine.install(&live, "/etc/muster-install/disk");
        let before = self.devices();
        let ended = self.machine.run(&live, PROGRAM);
        assert!(self.devices() == before, "a disk was written: {}", ended.said);
        ended
    }

    /// What is on every disk.
    fn devices(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = fs::read_dir(self.machine.path("dev")).unwrap().map(|file| file.unwrap());
        let disks = files.filter(|file| file.file_name().to_string_lossy().starts_with("sd"));
        disks.map(|file| (file.path(), fs::read(file.path()).unwrap())).collect()
    }

    #[track_caller]
    fn passes(&self) {
        let ended = self.run();
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        let words = self.machine.words();
        assert_eq!(words.len(), 1, "{words:?}");
        assert!(words[0].starts_with("disk-checked 0 \n"), "{words:?}");
        assert!(words[0].contains("the disk that was agreed to"), "{words:?}");
    }

    /// It stops the installer, and says why on both consoles and home.
    #[track_caller]
    fn stops(&self, why: &str) {
        let ended = self.run();
        assert_eq!(ended.code, Some(1), "{}", ended.said);
        assert_eq!(ended.said.matches(&format!("Muster: NOT INSTALLED: {why}")).count(), 2, "{}", ended.said);
        let words = self.machine.words();
        assert_eq!(words.len(), 1, "{words:?}");
        assert!(words[0].starts_with(&format!("disk-checked 1 \n{why}")), "{words:?}");
    }
}

fn agreed() -> Disk {
    Disk::sata("sda", SERIAL, WWN)
}

#[test]
fn the_disk_that_was_agreed_to_passes() {
    Case::with(&agreed()).passes();
}

#[test]
fn a_disk_is_known_however_its_kind_says_its_serial() {
    let bare = agreed().without("device/vpd_pg80").without("device/vpd_pg89");
    // ATA's own page alone, where the bridge invents another; NVMe's and an SD card's file; virtio's.
    let mut bridge = bare.clone();
    bridge.sysfs.push(("device/vpd_pg89", page89(SERIAL)));
    bridge.sysfs.push(("device/vpd_pg80", b"\0\x80\0\x04USB1".to_vec()));
    Case::with(&bridge).passes();
    let nvme = bare
        .clone()
        .without("device/wwid")
        .with("device/serial", "ZA4 1X    \n")
        .with("wwid", "naa.5000c500aabbccdd\n");
    Case::with(&nvme).passes();
    Case::with(&bare.clone().with("serial", "ZA4 1X\n")).passes();
    // Only where the kernel keeps nothing, udev's word counts.
    let case = Case::with(&bare.clone().without("device/wwid"));
    fs::write(case.machine.path("udev"), "ID_SERIAL_SHORT=ZA4 1X\nID_WWN=0x5000c500aabbccdd\n").unwrap();
    case.passes();
    let case = Case::with(&bare.with("serial", "OTHER\n"));
    fs::write(case.machine.path("udev"), "ID_SERIAL_SHORT=ZA4 1X\n").unwrap();
    case.stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd is sda with the serial number OTHER");
}

#[test]
fn a_wwn_alone_will_do_and_another_kind_of_name_only_with_the_serial() {
    let mut case = Case::with(&agreed());
    case.given.arming.target.serial = None;
    case.passes();
    // Kernels differ in what they call an NVMe disk.
    let renamed = agreed().with("device/wwid", "uuid.0a1b\n");
    Case::with(&renamed).passes();
    let mut case = Case::with(&renamed);
    case.given.arming.target.serial = None;
    case.stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd is sda with the WWN uuid.0a1b");
}

#[test]
fn another_disk_under_the_same_name_is_stopped() {
    Case::with(&Disk::sata("sda", "ZA41Y", WWN))
        .stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd is sda with the serial number ZA41Y, and the disk that was agreed to has ZA4 1X");
    Case::with(&Disk::sata("sda", "", WWN))
        .stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd is sda with the serial number (none)");
    Case::with(&Disk::sata("sda", SERIAL, "naa.5000c500aabbccde"))
        .stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd is sda with the WWN naa.5000c500aabbccde");
    let larger = agreed().with("size", "8194\n");
    Case::with(&larger).stops(&format!(
        "/dev/disk/by-id/wwn-0x5000c500aabbccdd is sda of 4195328 bytes, and the disk that was agreed to has {BYTES}"
    ));
    Case::with(&agreed().with("size", "\n"))
        .stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd is sda, and how large that is");
    Case::with(&agreed().with("ro", "1\n"))
        .stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd is sda, which can't be written");
}

#[test]
fn a_name_that_leads_nowhere_or_elsewhere_is_stopped() {
    Case::new().stops("there is no /dev/disk/by-id/wwn-0x5000c500aabbccdd");
    // To a partition; to what is made of disks.
    let mut disk = agreed();
    disk.partitions = vec![1];
    let case = Case::with(&disk);
    let link = case.machine.path("dev/disk/by-id/wwn-0x5000c500aabbccdd");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("../../sda1", &link).unwrap();
    case.stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd leads to /dev/sda1, which is no whole disk");
    let case = Case::with(&agreed());
    fs::write(case.machine.path("sys/block/sda/slaves/sdc"), "").unwrap();
    case.stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd leads to sda, which is made of other disks");
}

#[test]
fn the_installer_must_have_been_told_the_same_disk() {
    let case = Case::with(&agreed());
    fs::write(case.machine.path("cmdline"), "coreos.inst.install_dev=/dev/sdb\n").unwrap();
    case.stops(
        "the installer is to write /dev/sdb, and /dev/disk/by-id/wwn-0x5000c500aabbccdd was agreed to",
    );
}

#[test]
fn a_disk_in_use_is_stopped() {
    let mut disk = agreed();
    disk.partitions = vec![1, 2];
    let case = |before: &str| {
        let mut case = Case::with(&disk).agreed_to_lose(&["gpt"]);
        before.clone_into(&mut case.machine.before);
        case
    };
    case("").passes();
    case("mount -t tmpfs /dev/sda2 /mnt").stops("sda2 is mounted at /mnt");
    case("echo 'Filename Type' >$M/swaps; echo '/dev/sda1 partition 1 0 -2' >>$M/swaps; mount --bind $M/swaps /proc/swaps")
        .stops("sda1 is used as swap");
    case("touch $M/sys/block/sda/sda1/holders/dm-0").stops("sda1 is in use by dm-0");
    case("touch $M/sys/block/sda/holders/md127").stops("sda is in use by md127");
    // By its number, whatever it was mounted as.
    case("set -- $(grep -m1 ' / / ' /proc/self/mountinfo); echo $3 >$M/sys/block/sda/sda1/dev")
        .stops("sda1 is mounted at /");
}

#[test]
fn what_nobody_agreed_to_lose_stops_it() {
    let mut disk = agreed();
    disk.written = vec![(&["mkswap", "--quiet"], "")];
    Case::with(&disk).stops("sda carries swap, and nobody agreed that it may be lost");
    Case::with(&disk).agreed_to_lose(&["ext4"]).stops("sda carries swap");
    Case::with(&disk).agreed_to_lose(&["swap"]).passes();

    let mut disk = agreed();
    disk.partitions = vec![1, 2];
    disk.written = vec![(&["mkfs.ext4", "-q", "-F"], "2")];
    Case::with(&disk)
        .agreed_to_lose(&["gpt"])
        .stops("sda2 carries ext4, and nobody agreed that it may be lost");
    Case::with(&disk).agreed_to_lose(&["gpt", "ext4"]).passes();
    disk.written.clear();
    Case::with(&disk).stops("sda has partitions (sda1 sda2), and nobody agreed that they may be lost");
}

#[test]
fn an_empty_table_is_nothing_that_could_be_lost() {
    let case = Case::with(&agreed());
    let disk = case.machine.path("dev/sda");
    let table = std::process::Command::new("bash")
        .args(["-c", "echo 'label: gpt' | sfdisk --quiet --no-reread \"$0\""])
        .arg(disk)
        .output()
        .unwrap();
    assert!(table.status.success(), "{}", String::from_utf8_lossy(&table.stderr));
    case.passes();
}

#[test]
fn what_cannot_be_looked_at_stops_it() {
    let case = Case::with(&agreed());
    case.machine.tool("wipefs", "echo 'wipefs: error: sda: Input/output error' >&2; exit 1");
    case.stops("what lies on sda can't be read: wipefs: error: sda: Input/output error");
    let case = Case::with(&agreed());
    case.machine.tool("wipefs", "exit 127");
    case.stops("what lies on sda can't be read");
    let case = Case::with(&agreed());
    let ended = case.machine.run(&case.given.live(), PROGRAM);
    assert_eq!(ended.code, Some(1));
    assert!(ended.said.contains("does not say which disk was agreed to"), "{}", ended.said);
}

#[test]
fn what_a_disk_calls_itself_is_only_shown() {
    let evil = "$(touch /run/evil)`touch /run/evil`;\u{1b}[2J'\"";
    let mut case =
        Case::with(&agreed().without("device/vpd_pg80").without("device/vpd_pg89").with("serial", evil));
    case.stops("/dev/disk/by-id/wwn-0x5000c500aabbccdd is sda with the serial number $(touch /run/evil)");
    assert!(!case.machine.path("run/evil").exists());
    fs::remove_dir_all(case.machine.path("run/muster")).unwrap();
    case.given.arming.target.serial = Some(evil.to_owned());
    case.passes();
    assert!(!case.machine.path("run/evil").exists());
}

#[test]
fn a_guard_that_comes_to_no_end_is_told_of_by_who_ended_it() {
    for (result, status, words) in [
        ("success", "0", vec![]),
        // It said itself what it found.
        ("exit-code", "1", vec![]),
        (
            "exit-code",
            "127",
            vec![
                "disk-checked 1 \nthe guard of the disk ended with 127: journalctl -u muster-guard says why\n",
            ],
        ),
        (
            "timeout",
            "",
            vec![
                "disk-checked 1 \nthe guard of the disk came to no end in its time: a disk, or its controller, hangs\n",
            ],
        ),
        ("oom-kill", "9", vec!["disk-checked 1 \nthe guard of the disk ended with oom-kill\n"]),
    ] {
        let mut case = Case::new();
        case.machine.before = format!("export SERVICE_RESULT={result} EXIT_STATUS={status}");
        let ended = case.machine.run(&case.given.live(), "/usr/local/bin/muster-unguarded");
        assert_eq!((ended.code, ended.said.as_str()), (Some(0), ""), "{result}");
        assert_eq!(case.machine.words(), words, "{result}");
    }
}

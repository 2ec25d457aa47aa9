use inventory::sections::{DriveProtocol, Sanitize};

use super::*;
use crate::root::{NvmeCommand, Question, ScsiAnswer, SmartctlAnswer, SmartctlCommand};
use crate::tree::Builder;

const SAS: &str = "/sys/devices/pci0000:00/0000:01:00.0/host2/port-2:0/end_device-2:0/target2:0:0/2:0:0:0";

fn disk(tree: Builder, name: &str, device: &str, vendor: &str, product: &str) -> Builder {
    tree.link(&format!("/sys/block/{name}"), &format!("{device}/block/{name}"))
        .link(&format!("{device}/block/{name}/device"), device)
        .file(&format!("{device}/inquiry"), format!("\0\0\x05\x12\x1f\0\0\x12{vendor:8}{product:16}1.00"))
        .files(&format!("{device}/block/{name}"), &[("size", "8\n"), ("queue/logical_block_size", "512\n")])
}

fn collected(tree: &Builder) -> (Vec<Drive>, Vec<inventory::Warning>) {
    let probe = Probe::new(tree.root());
    (collect(&probe).unwrap(), probe.into_warnings())
}

fn nvme(tree: Builder, name: &str, serial: &str, transport: &str) -> Builder {
    let files =
        [("serial", serial), ("subsysnqn", "nqn.x:one"), ("transport", transport), ("model", "Kernel's\n")];
    tree.files(&format!("/sys/class/nvme/{name}"), &files).folder("/sys/block")
}

#[test]
fn an_nvme_drive_tells_what_it_is_once_for_all_of_its_controllers() {
    let mut said = vec![0; 4096];
    said[4..24].copy_from_slice(b"S1                  ");
    said[24..64].copy_from_slice(b"Its own whole name                      ");
    said[266..270].copy_from_slice(&[0x57, 1, 0x61, 1]);
    said[280..286].copy_from_slice(&[0, 0, 0, 0, 1, 0]);
    said[328] = 1;
    let command = NvmeCommand::Identify { structure: 1, namespace: 0 };
    let tree = nvme(nvme(Builder::new(), "nvme0", "S1", "pcie"), "nvme1", "S1", "pcie")
        .answer(&Question::Nvme { device: "/dev/nvme0".to_owned(), command }, &said);
    let (drives, warnings) = collected(&nvme(tree, "nvme7", "S9", "tcp"));
    let [drive] = drives.as_slice() else { panic!("{drives:?}") };
    assert_eq!((drive.device.as_str(), &drive.other_paths[..]), ("nvme0", &["nvme1".to_owned()][..]));
    assert_eq!((drive.model.as_deref(), drive.source), (Some("Its own whole name"), DriveSource::Drive));
    assert_eq!((drive.warning_celsius, drive.critical_celsius), (Some(70), Some(80)));
    assert_eq!((drive.capacity_bytes, &drive.sanitize[..]), (Some(1 << 32), &[Sanitize::CryptoErase][..]));
    assert_eq!(warnings, []);
}

#[test]
fn without_an_answer_the_kernel_is_believed() {
    let (drives, warnings) = collected(&nvme(Builder::new(), "nvme0", "S1", "pcie"));
    assert_eq!((drives[0].model.as_deref(), drives[0].source), (Some("Kernel's"), DriveSource::Kernel));
    assert_eq!(warnings, []);
}

#[test]
fn two_ways_to_one_drive_are_one_and_two_drives_of_one_name_are_two() {
    let mut tree = Builder::new();
    for (number, name, serial) in [(0, "sda", b"AA".as_slice()), (1, "sdb", b"AA"), (2, "sdc", b"BB")] {
        let device = SAS.replace("2:0:0:0", &format!("2:0:{number}:0"));
        tree = disk(tree, name, &device, "SEAGATE", "ST600MM0006")
            .file(&format!("{device}/wwid"), "naa.5000c500aabbccdd\n")
            .file(&format!("{device}/vpd_pg80"), [b"\0\x80\0\x02".as_slice(), serial].concat());
    }
    let (drives, _) = collected(&tree);
    let told: Vec<_> = drives.iter().map(|drive| (drive.device.as_str(), drive.other_paths.len())).collect();
    assert_eq!(told, [("sda", 1), ("sdc", 0)]);
    assert_eq!(
        (drives[0].vendor.as_deref(), drives[0].protocol),
        (Some("SEAGATE"), Some(DriveProtocol::Scsi))
    );
}

#[test]
fn a_sas_drives_logs_tell_its_limit_and_its_birth() {
    let log = |page: u8, data: &[u8]| {
        let command = vec![0x4d, 0, 0x40 | page, 0, 0, 0, 0, 4, 0, 0];
        let question = Question::Scsi { device: "/dev/sda".to_owned(), command, length: 1024 };
        (question, ScsiAnswer { status: 0, sense: vec![], data: data.to_vec() }.to_bytes())
    };
    let birth = [&[0x0e, 0, 0, 10, 0, 1, 1, 6][..], b"201305"].concat();
    let logs = [
        log(0, &[0, 0, 0, 3, 0x0d, 0x0e, 0x2f]),
        log(0x0d, &[0x0d, 0, 0, 6, 0, 1, 3, 2, 0, 85]),
        log(0x0e, &birth),
    ];
    let tree = disk(Builder::new(), "sda", SAS, "SEAGATE", "ST600MM0006");
    let tree = logs.iter().fold(tree, |tree, (question, answer)| tree.answer(question, answer));
    let (drives, warnings) = collected(&tree);
    assert_eq!((drives[0].critical_celsius, drives[0].manufactured.as_deref()), (Some(85), Some("2013-W05")));
    assert_eq!((drives[0].smart_supported, drives[0].source), (Some(true), DriveSource::Drive));
    assert_eq!(warnings, []);
}

#[test]
fn what_is_hidden_is_said_and_what_smartctl_finds_is_told() {
    let volume = "/sys/devices/pci0000:00/0000:00:04.0/host13/target13:2:0/13:2:0:0";
    let stick = "/sys/devices/pci0000:00/0000:00:07.0/usb2/2-1/2-1:1.0/host14/target14:0:0/14:0:0:0";
    let tree = disk(Builder::new(), "sdd", volume, "LSI", "MR9361-8i");
    let tree = disk(tree, "sde", stick, "QEMU", "HARDDISK")
        .file("/sys/class/scsi_host/host13/proc_name", "megaraid_sas\n");
    let (drives, warnings) = collected(&tree);
    let hidden: Vec<_> = drives.iter().map(|drive| drive.hides.as_ref().unwrap().by.as_str()).collect();
    assert_eq!(hidden, ["megaraid_sas", "usb"]);
    assert!(drives[0].hides.as_ref().unwrap().tools.contains(&"storcli".to_owned()));
    assert_eq!(warnings, []);

    let say = |tree: Builder, command, json: &str| {
        let answer = SmartctlAnswer { exit_status: 4, json: json.as_bytes().to_vec() };
        tree.answer(&Question::Smartctl(command), &answer.to_bytes())
    };
    let examine = |device: &str, way: Option<&str>| SmartctlCommand::Examine {
        device: device.to_owned(),
        way: way.map(str::to_owned),
    };
    let tree =
        say(tree, SmartctlCommand::Scan, r#"{"devices":[{"name":"/dev/bus/13","type":"megaraid,0"}]}"#);
    let json = r#"{"device":{"protocol":"ATA"},"model_name":"Hidden","serial_number":"H1","rotation_rate":7200,
        "wwn":{"naa":5,"oui":5358,"id":11649125727},"smart_support":{"available":true,"enabled":true}}"#;
    let tree = say(tree, examine("/dev/bus/13", Some("megaraid,0")), json);
    let tree = say(
        tree,
        examine("/dev/sde", None),
        r#"{"device":{"protocol":"ATA"},"model_name":"In a case","serial_number":"C1"}"#,
    );
    let (drives, _) = collected(&tree);
    let [found, volume, case] = drives.as_slice() else { panic!("{drives:?}") };
    assert_eq!(
        (found.device.as_str(), found.behind.as_deref()),
        ("/dev/bus/13 megaraid,0", Some("megaraid_sas"))
    );
    assert_eq!((found.wwn.as_deref(), found.source), (Some("naa.50014ee2b6578d5f"), DriveSource::Smartctl));
    assert!(volume.hides.is_some() && case.hides.is_none());
    assert_eq!((case.model.as_deref(), case.rotation_rpm), (Some("In a case"), None));
}

#[test]
fn drives_behind_a_numbered_controller_are_found_up_to_the_first_that_is_not_there() {
    let volume = "/sys/devices/pci0000:00/0000:00:04.0/host3/target3:1:0/3:1:0:0";
    let tree = disk(Builder::new(), "sda", volume, "HP", "LOGICAL VOLUME")
        .files(volume, &[("raid_level", "RAID 1(1+0)\n")])
        .file("/sys/class/scsi_host/host3/proc_name", "hpsa\n");
    let say = |tree: Builder, command, exit_status: i32, json: &str| {
        let answer = SmartctlAnswer { exit_status, json: json.as_bytes().to_vec() };
        tree.answer(&Question::Smartctl(command), &answer.to_bytes())
    };
    let mut tree = say(tree, SmartctlCommand::Scan, 0, "{}");
    for number in 0..4 {
        let (status, json) = match number {
            2 => (2, r#"{"smartctl":{"messages":[{"string":"open failed","severity":"error"}]}}"#.to_owned()),
            _ => (0, format!(r#"{{"model_name":"M","serial_number":"S{number}"}}"#)),
        };
        let command =
            SmartctlCommand::Examine { device: "/dev/sda".to_owned(), way: Some(format!("cciss,{number}")) };
        tree = say(tree, command, status, &json);
    }
    let (drives, _) = collected(&tree);
    let serials: Vec<_> = drives.iter().filter_map(|drive| drive.serial.as_deref()).collect();
    assert_eq!(serials, ["S0", "S1"]);
}

#[test]
fn a_storage_arrays_volume_and_other_block_devices_are_no_drives() {
    let mut tree = Builder::new().folder("/sys/block/sr0").folder("/sys/block/sdX").folder("/sys/block/vda");
    for (name, path) in [
        ("sda", "platform/host5/session1/target5:0:0/5:0:0:1"),
        ("sdb", "pci0000:00/0000:05:00.0/host6/rport-6:0-2/target6:0:0/6:0:0:3"),
    ] {
        tree = disk(tree, name, &format!("/sys/devices/{path}"), "NETAPP", "LUN");
    }
    assert_eq!(collected(&tree), (vec![], vec![]));
    assert_eq!(collect(&Probe::new(Builder::new().root())), Err(Nothing::NotThere(BLOCK)));
}

#[test]
fn a_drive_that_vanishes_or_answers_junk_is_a_drive_of_few_words() {
    let tree = disk(Builder::new(), "sda", SAS, "\u{1}\u{2}", "")
        .file(&format!("{SAS}/vpd_pg80"), [0xff; 64])
        .file(&format!("{SAS}/wwid"), "a".repeat(1 << 20))
        .file(&format!("{SAS}/block/sda/size"), "-1")
        .link("/sys/block/sdb", "/sys/devices/gone/block/sdb");
    let (drives, warnings) = collected(&tree);
    let [drive] = drives.as_slice() else { panic!("{drives:?}") };
    assert_eq!((&drive.serial, &drive.wwn, &drive.vendor, drive.capacity_bytes), (&None, &None, &None, None));
    assert_eq!(warnings.len(), 1, "{warnings:?}");
}

fn look(probe: &Probe, target: Target) -> Option<String> {
    probe.text(&format!("/{}", target.device.split(' ').next()?))
}

#[test]
fn a_drive_that_hangs_or_panics_is_named_and_the_others_are_told() {
    let tree = Builder::new().file("/a", "well").hangs("/b").panics("/c").file("/d", "well");
    let probe = Probe::new(tree.root());
    let targets = ["a", "b", "c", "d"].map(|name| Target::behind("hpsa", name, "cciss,0")).to_vec();
    let limits = (Duration::from_secs(3), Duration::from_secs(60));
    assert_eq!(within(&probe, "test", targets, look, limits), vec![Some("well".to_owned()); 2]);
    let warnings = probe.into_warnings();
    let said: Vec<_> = warnings.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(said, ["/dev/b cciss,0", "/dev/c cciss,0"]);
    assert!(warnings[0].reason.starts_with("no answer within 3000 ms"), "{warnings:?}");
    assert!(warnings[1].reason.contains("panicked"), "{warnings:?}");
}

#[test]
fn drives_that_there_was_no_time_for_are_counted() {
    let probe = Probe::new(Builder::new().root());
    let targets = ["a", "b"].map(|name| Target::behind("hpsa", name, "cciss,0")).to_vec();
    let limits = (Duration::from_secs(60), Duration::ZERO);
    assert!(within(&probe, "test", targets, look, limits).is_empty());
    assert_eq!(probe.into_warnings()[0].reason, "2 drives were not asked: the others took too long");
}

use std::time::Duration;

use decode::signature::{self, Image};
use inventory::Warning;
use inventory::sections::TableKind;
use rustix::io::Errno;

use super::*;
use crate::root::{Question, ScsiAnswer};
use crate::tree::Builder;

const SECTORS: u64 = 131_072;
/// For what hangs.
const HASTY: Limits = Limits { one: Duration::from_secs(3), ..LIMITS };

/// What the device answers when it is read; all that is not written is zero.
fn written(tree: Builder, device: &str, parts: &[(usize, &[u8])]) -> Builder {
    let image = Image::new(SECTORS * 512, 512);
    image.first_pieces().into_iter().fold(tree, |tree, piece| {
        let mut bytes = vec![0; piece.length as usize];
        let offset = usize::try_from(piece.offset).unwrap();
        for (at, part) in parts {
            if let Some(room) = at.checked_sub(offset).and_then(|at| bytes.get_mut(at..at + part.len())) {
                room.copy_from_slice(part);
            }
        }
        tree.answer(&block(device, piece), &bytes)
    })
}

fn block(device: &str, piece: signature::Piece) -> Question {
    Question::Block { device: device.to_owned(), offset: piece.offset, length: piece.length }
}

fn device(tree: Builder, path: &str) -> Builder {
    tree.file(&format!("{BLOCK}/{path}/size"), format!("{SECTORS}\n"))
}

/// A swap area's header: its sign and its label.
const SWAP: [(usize, &[u8]); 2] = [(4086, b"SWAPSPACE2"), (1052, b"evil\x1b[2J\"><script>")];

fn told(tree: &Builder) -> (Vec<Content>, Vec<Warning>) {
    let probe = Probe::new(tree.root());
    (collect(&probe).unwrap(), probe.into_warnings())
}

#[test]
fn disks_partitions_and_stacked_devices_are_read() {
    let mut mbr = vec![0; 66];
    (mbr[4], mbr[8], mbr[13]) = (0x82, 8, 1);
    (mbr[64], mbr[65]) = (0x55, 0xaa);
    let tree = device(device(device(Builder::new(), "sda"), "sda/sda1"), "md0");
    let tree =
        tree.file(&format!("{BLOCK}/sda/sda1/partition"), "1\n").folder(&format!("{BLOCK}/sda/sdalike"));
    let tree = written(tree, "/dev/sda", &[(446, &mbr)]);
    let tree = written(tree, "/dev/sda1", &SWAP);
    let tree = written(tree, "/dev/md0", &[]);
    let (contents, warnings) = told(&tree);
    let names: Vec<&str> = contents.iter().map(|it| it.device.as_str()).collect();
    assert_eq!(names, ["md0", "sda", "sda1"]);
    assert_eq!(contents[0], Content { device: "md0".to_owned(), ..Content::default() });
    let table = contents[1].table.as_ref().unwrap();
    assert_eq!((table.kind, table.partitions[0].kind.as_str()), (TableKind::Mbr, "0x82"));
    let swap = &contents[2].signatures[0];
    assert_eq!(swap.kind, "swap");
    assert_eq!(swap.label.as_deref(), Some("evil\u{fffd}[2J\"><scrip"));
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_disk_that_sleeps_is_not_read_and_said_to_sleep() {
    let question = |command: &[u8], length| Question::Scsi {
        device: "/dev/sda".into(),
        command: command.to_vec(),
        length,
    };
    let check = question(&[0x85, 6, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xe5, 0], 0);
    let mut sense = vec![0; 22];
    (sense[0], sense[8], sense[9], sense[21]) = (0x72, 9, 12, 0x50);
    let asleep = ScsiAnswer { status: 2, sense: sense.clone(), data: Vec::new() };
    sense[13] = 0xff;
    let awake = ScsiAnswer { status: 2, sense, data: Vec::new() };
    let tree = written(device(Builder::new(), "sda"), "/dev/sda", &SWAP)
        .file(&format!("{BLOCK}/sda/queue/rotational"), "1\n")
        .file(&format!("{BLOCK}/sda/device/vendor"), "ATA\n");
    let (contents, _) = told(&tree.clone().answer(&check, &asleep.to_bytes()));
    assert_eq!(contents[0].unread.as_deref(), Some("the disk sleeps, and was not woken"));
    assert!(contents[0].signatures.is_empty());
    assert_eq!(told(&tree.clone().answer(&check, &awake.to_bytes())).0[0].signatures.len(), 1);
    assert_eq!(told(&tree.clone().answer(&check, b"")).0[0].signatures.len(), 1);

    let suspended = tree.file(&format!("{BLOCK}/sda/device/power/runtime_status"), "suspended\n");
    assert!(told(&suspended).0[0].unread.is_some());
}

#[test]
fn what_is_stacked_upon_a_disk_that_sleeps_is_not_read_either() {
    let sense = [0x70, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x5e, 0x02, 0, 0, 0, 0];
    let asleep = ScsiAnswer { status: 0, sense: Vec::new(), data: sense.to_vec() };
    let command = vec![0x03, 0, 0, 0, 252, 0];
    let question = Question::Scsi { device: "/dev/sdb".into(), command, length: 252 };
    let names = ["sda", "sdb", "sdb/sdb1", "md0", "dm-0", "dm-1"];
    let tree = names.into_iter().fold(Builder::new(), device).answer(&question, &asleep.to_bytes());
    let tree = ["sda", "sdb"].into_iter().fold(tree, |tree, disk| {
        tree.file(&format!("{BLOCK}/{disk}/queue/rotational"), "1\n")
            .file(&format!("{BLOCK}/{disk}/device/vendor"), "SEAGATE\n")
    });
    let tree = tree
        .link(&format!("{BLOCK}/md0/slaves/sda"), &format!("{BLOCK}/sda"))
        .link(&format!("{BLOCK}/md0/slaves/sdb1"), &format!("{BLOCK}/sdb/sdb1"))
        .link(&format!("{BLOCK}/dm-0/slaves/md0"), &format!("{BLOCK}/md0"))
        .link(&format!("{BLOCK}/dm-1/slaves/sda"), &format!("{BLOCK}/sda"));
    let tree =
        ["sda", "dm-1"].into_iter().fold(tree, |tree, name| written(tree, &format!("/dev/{name}"), &SWAP));
    let (contents, warnings) = told(&tree);
    let said: Vec<_> = contents.iter().map(|it| (it.device.as_str(), it.unread.as_deref())).collect();
    let under = Some("sdb under it sleeps, and was not woken");
    let itself = Some("the disk sleeps, and was not woken");
    assert_eq!(said, [("dm-0", under), ("dm-1", None), ("md0", under), ("sda", None), ("sdb", itself)]);
    assert_eq!(warnings, []);
}

#[test]
fn what_would_hang_is_left_alone() {
    let tree = device(device(device(device(Builder::new(), "sda"), "sdb"), "dm-0"), "dm-1")
        .file(&format!("{BLOCK}/sda/device/state"), "transport-offline\n")
        .folder(&format!("{BLOCK}/sdb/holders/dm-0"))
        .file(&format!("{BLOCK}/dm-0/dm/uuid"), "mpath-35000\n")
        .file(&format!("{BLOCK}/dm-0/dm/suspended"), "1\n")
        .file(&format!("{BLOCK}/dm-1/dm/uuid"), format!("LVM-{}-tpool\n", "a".repeat(64)));
    let (contents, warnings) = told(&tree);
    let said: Vec<_> =
        contents.iter().map(|it| (it.device.as_str(), it.unread.as_deref().unwrap())).collect();
    assert_eq!(
        said,
        [
            ("dm-0", "it is suspended"),
            ("sda", "the kernel calls it transport-offline"),
            ("sdb", "it is one of several paths: see dm-0"),
        ]
    );
    assert!(warnings.is_empty());
}

#[test]
fn what_can_not_be_read_costs_its_device_or_a_part_of_it() {
    let first = block("/dev/sdb", Image::new(SECTORS * 512, 512).first_pieces()[0]);
    let last = *Image::new(SECTORS * 512, 512).first_pieces().last().unwrap();
    let tree = device(device(Builder::new(), "sda"), "sdb");
    let tree = written(written(tree, "/dev/sda", &SWAP), "/dev/sdb", &SWAP)
        .refused(&first.name())
        .fails(&block("/dev/sda", last).name(), Errno::IO);
    let (contents, warnings) = told(&tree);
    assert_eq!(contents.len(), 2);
    assert_eq!((contents[0].device.as_str(), contents[0].signatures.len()), ("sda", 1));
    assert_eq!(contents[1].unread.as_deref(), Some("its beginning can't be read"));
    let said: Vec<_> = warnings.iter().map(|it| (it.path.as_str(), it.reason.as_str())).collect();
    assert_eq!(said[0], ("/dev/sda", "can't be read: Input/output error (os error 5)"));
    assert_eq!(said[1], ("/dev/sdb", "permission denied"));
}

#[test]
fn no_medium_no_disk_and_no_time_are_no_contents() {
    let tree = Builder::new()
        .file(&format!("{BLOCK}/sda/size"), "0\n")
        .file(&format!("{BLOCK}/sr0/size"), "100000\n")
        .file(&format!("{BLOCK}/loop0/size"), "100000\n");
    assert_eq!(told(&tree), (Vec::new(), Vec::new()));
    let probe = Probe::new(Builder::new().root());
    assert_eq!(collect(&probe), Err(Nothing::NotThere(BLOCK)));

    let tree = written(device(Builder::new(), "sda"), "/dev/sda", &SWAP);
    let probe = Probe::new(tree.root());
    assert_eq!(within(&probe, Limits { all: Duration::ZERO, ..LIMITS }), Ok(Vec::new()));
    assert_eq!(probe.into_warnings()[0].reason, "1 devices were not read: others answered too slowly");
}

/// Where a device's reading begins.
fn beginning(device: &str) -> String {
    block(device, Image::new(SECTORS * 512, 512).first_pieces()[0]).name()
}

fn said(contents: &[Content]) -> Vec<(&str, Option<&str>)> {
    contents.iter().map(|it| (it.device.as_str(), it.unread.as_deref())).collect()
}

#[test]
fn a_disk_that_hangs_loses_itself_and_what_stands_upon_it_and_is_not_tried_again() {
    let names = ["sda", "sdb", "sdb/sdb1", "sdb/sdb2", "sdb/sdb3", "sdc", "sdc/sdc1"];
    let tree = names.into_iter().chain(["dm-0", "dm-1", "md0"]).fold(Builder::new(), device);
    let partitions = ["sdb/sdb1", "sdb/sdb2", "sdb/sdb3", "sdc/sdc1"];
    let tree = partitions
        .into_iter()
        .fold(tree, |tree, name| tree.file(&format!("{BLOCK}/{name}/partition"), "1\n"))
        .link(&format!("{BLOCK}/dm-0/slaves/sdc"), &format!("{BLOCK}/sdc"))
        .link(&format!("{BLOCK}/dm-1/slaves/dm-0"), &format!("{BLOCK}/dm-0"))
        .link(&format!("{BLOCK}/md0/slaves/sda"), &format!("{BLOCK}/sda"));
    let read = ["sda", "sdb", "sdb1", "sdb2", "sdb3", "sdc", "sdc1", "dm-0", "dm-1", "md0"];
    let tree = read.into_iter().fold(tree, |tree, name| written(tree, &format!("/dev/{name}"), &SWAP));
    let root = tree.hangs(&beginning("/dev/sdb2")).hangs(&beginning("/dev/sdc")).root();

    let probe = Probe::new(root.clone());
    let contents = within(&probe, HASTY).unwrap();
    let late = Some("no answer within 3000 ms: a device or driver hangs");
    let under = Some("sdc under it hangs");
    assert_eq!(
        said(&contents),
        [
            ("dm-0", under),
            ("dm-1", under),
            ("md0", None),
            ("sda", None),
            ("sdb", None),
            ("sdb1", None),
            ("sdb2", late),
            ("sdb3", Some("sdb2 before it was not read")),
            ("sdc", late),
        ]
    );
    assert!(contents.iter().all(|it| it.unread.is_some() || it.signatures.len() == 1));
    let warned: Vec<_> = probe.into_warnings().into_iter().map(|it| it.path).collect();
    assert_eq!(warned, ["/dev/sdb", "/dev/sdc"]);

    let probe = Probe::new(root);
    let contents = collect(&probe).unwrap();
    let still = Some("an earlier reading still hangs: not tried again until it returns");
    assert_eq!(said(&contents)[2..], [("md0", None), ("sda", None), ("sdb", still), ("sdc", still)]);
}

#[test]
fn a_defect_costs_the_device_at_which_it_was_met() {
    let tree = device(device(device(Builder::new(), "sda"), "sda/sda1"), "sda/sda2")
        .file(&format!("{BLOCK}/sda/sda1/partition"), "1\n")
        .file(&format!("{BLOCK}/sda/sda2/partition"), "2\n");
    let tree = ["sda", "sda2"]
        .into_iter()
        .fold(tree, |tree, name| written(tree, &format!("/dev/{name}"), &SWAP))
        .panics(&beginning("/dev/sda1"));
    let (contents, warnings) = told(&tree);
    let [disk, defect, other] = contents.as_slice() else { panic!("{contents:?}") };
    assert_eq!((disk.signatures.len(), other.signatures.len()), (1, 1));
    assert!(defect.unread.as_deref().unwrap().starts_with("the collector panicked: a defect"), "{defect:?}");
    assert_eq!(warnings[0].path, "/dev/sda1");
}

#[test]
fn a_path_that_hangs_does_not_cost_the_device_that_joins_it_with_others() {
    let command = vec![0x03, 0, 0, 0, 252, 0];
    let question = Question::Scsi { device: "/dev/sda".into(), command, length: 252 };
    let tree = ["sda", "dm-0"].into_iter().fold(Builder::new(), device);
    let tree = written(tree, "/dev/dm-0", &SWAP)
        .file(&format!("{BLOCK}/sda/queue/rotational"), "1\n")
        .file(&format!("{BLOCK}/sda/device/vendor"), "SEAGATE\n")
        .folder(&format!("{BLOCK}/sda/holders/dm-0"))
        .file(&format!("{BLOCK}/dm-0/dm/uuid"), "mpath-35000\n")
        .link(&format!("{BLOCK}/dm-0/slaves/sda"), &format!("{BLOCK}/sda"))
        .hangs(&question.name());
    let probe = Probe::new(tree.root());
    let contents = within(&probe, HASTY).unwrap();
    assert_eq!(said(&contents), [("dm-0", None), ("sda", Some("it is one of several paths: see dm-0"))]);
    assert_eq!(probe.into_warnings()[0].path, "/dev/sda");
}

#[test]
fn what_stands_upon_a_suspended_device_or_upon_itself_is_told() {
    let tree = ["dm-0", "dm-1", "dm-2", "dm-3"].into_iter().fold(Builder::new(), device);
    let tree = written(written(tree, "/dev/dm-2", &SWAP), "/dev/dm-3", &SWAP)
        .file(&format!("{BLOCK}/dm-0/dm/suspended"), "1\n")
        .link(&format!("{BLOCK}/dm-1/slaves/dm-0"), &format!("{BLOCK}/dm-0"))
        .link(&format!("{BLOCK}/dm-2/slaves/dm-3"), &format!("{BLOCK}/dm-3"))
        .link(&format!("{BLOCK}/dm-3/slaves/dm-2"), &format!("{BLOCK}/dm-2"));
    let (contents, warnings) = told(&tree);
    let (it, under) = (Some("it is suspended"), Some("dm-0 under it is suspended"));
    assert_eq!(said(&contents), [("dm-0", it), ("dm-1", under), ("dm-2", None), ("dm-3", None)]);
    assert_eq!(warnings, []);
}

#[test]
fn what_there_is_no_room_for_is_counted_and_the_same_ones_are_told_each_time() {
    let names: Vec<String> = (0..60).map(|number| format!("vd{number:02}")).collect();
    let tree = names
        .iter()
        .fold(Builder::new(), |tree, name| written(device(tree, name), &format!("/dev/{name}"), &SWAP));
    for _ in 0..20 {
        let probe = Probe::new(tree.root());
        let contents = within(&probe, Limits { bytes: 2000, ..LIMITS }).unwrap();
        let devices: Vec<_> = contents.iter().map(|it| it.device.as_str()).collect();
        assert!(devices.len() > 5 && devices == names[..devices.len()], "{devices:?}");
        let reason = format!("{} of 60 left out", 60 - devices.len());
        assert_eq!(probe.into_warnings()[0].reason, reason);
    }
}

#[test]
fn a_disk_that_has_too_much_to_tell_does_not_take_the_others_room() {
    let tree = ["sda", "sda/sda1", "sda/sda2", "sda/sda3", "sdb"].into_iter().fold(Builder::new(), device);
    let tree = ["sda1", "sda2", "sda3"]
        .into_iter()
        .fold(tree, |tree, name| tree.file(&format!("{BLOCK}/sda/{name}/partition"), "1\n"));
    let tree = ["sda", "sda1", "sda2", "sda3", "sdb"]
        .into_iter()
        .fold(tree, |tree, name| written(tree, &format!("/dev/{name}"), &SWAP));
    let probe = Probe::new(tree.root());
    let contents = within(&probe, Limits { bytes_of_one: 300, ..LIMITS }).unwrap();
    assert_eq!(
        said(&contents),
        [
            ("sda", None),
            ("sda1", None),
            ("sda2", Some("its disk has more to tell than there is room for")),
            ("sda3", Some("sda2 before it was not read")),
            ("sdb", None),
        ]
    );
}

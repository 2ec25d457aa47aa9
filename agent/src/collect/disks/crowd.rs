//! A machine with more disks than anybody has.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use inventory::{AgentInfo, Limits, Report, SCHEMA, Section, Sections, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::collect::ITEMS_LIMIT;
use crate::root::{Question, Root, Tree};

/// A tree that counts what it is asked.
struct Counting {
    root: Root,
    asked: Arc<AtomicUsize>,
}

impl Counting {
    fn tree(&self) -> &dyn Tree {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.root.tree()
    }
}

impl Tree for Counting {
    fn read(&self, path: &str, limit_bytes: usize) -> io::Result<Vec<u8>> {
        self.tree().read(path, limit_bytes)
    }

    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        self.tree().names(path)
    }

    fn real(&self, path: &str) -> io::Result<String> {
        self.tree().real(path)
    }

    fn target(&self, path: &str) -> io::Result<String> {
        self.tree().target(path)
    }

    fn ask(&self, question: &Question) -> io::Result<Vec<u8>> {
        self.tree().ask(question)
    }
}

/// `sda` … `sdz`, `sdaa` …, as the kernel counts.
fn kernel_name(mut number: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'a' + u8::try_from(number % 26).unwrap());
        number /= 26;
        if number == 0 {
            break;
        }
        number -= 1;
    }
    letters.reverse();
    format!("sd{}", String::from_utf8(letters).unwrap())
}

/// Disks on the targets of one host, with links as the kernel makes them; the kernel found them in the order of `nth`.
fn machine(count: usize, nth: impl Fn(usize) -> usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let host = "devices/pci0000:00/0000:00:04.0/host0";
    let below = |path: &str| folder.path().join("sys").join(path);
    fs::create_dir_all(below("block")).unwrap();
    fs::create_dir_all(below(&format!("{host}/scsi_host/host0"))).unwrap();
    fs::write(below(&format!("{host}/scsi_host/host0/proc_name")), "mpt3sas\n").unwrap();
    for target in 0..count {
        let name = kernel_name(nth(target));
        let device = format!("{host}/target0:0:{target}/0:0:{target}:0");
        let block = format!("{device}/block/{name}");
        fs::create_dir_all(below(&format!("{block}/{name}1"))).unwrap();
        fs::create_dir_all(below(&format!("{block}/holders/md0"))).unwrap();
        let write = |path: &str, content: &str| fs::write(below(path), content).unwrap();
        write(&format!("{block}/size"), "7814037168\n");
        write(&format!("{block}/{name}1/partition"), "1\n");
        write(&format!("{device}/wwid"), &format!("naa.5000c500{target:08x}\n"));
        write(&format!("{device}/model"), "ST4000NM0035\n");
        link(&format!("../../../0:0:{target}:0"), &below(&format!("{block}/device")));
        link(&format!("../{block}"), &below(&format!("block/{name}")));
    }
    folder
}

fn link(target: &str, link: &Path) {
    symlink(target, link).unwrap();
}

fn collected(folder: &TempDir) -> (Vec<Disk>, Vec<inventory::Warning>, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let root = Root::at(folder.path().to_owned());
    let probe = Probe::new(Root::new(Counting { root, asked: Arc::clone(&asked) }));
    let disks = collect(&probe).unwrap();
    (disks, probe.into_warnings(), asked.load(Ordering::Relaxed))
}

fn names_of(disks: &[Disk]) -> Vec<&str> {
    let mut names: Vec<&str> = disks.iter().filter_map(|disk| disk.wwn.as_deref()).collect();
    names.sort_unstable();
    names
}

#[test]
fn ten_thousand_disks_are_cut_to_what_the_server_takes_and_the_cut_is_said() {
    let (disks, warnings, asked) = collected(&machine(10_000, |target| target));
    assert_eq!(disks.len(), ITEMS_LIMIT);
    assert_eq!(warnings.len(), 1);
    assert_eq!((warnings[0].path.as_str(), warnings[0].reason.as_str()), (BLOCK, "5904 of 10000 left out"));
    // Few questions for each disk, however many there are.
    assert!(asked < 10_000 * 10 + ITEMS_LIMIT * 40, "{asked}");

    let agent = AgentInfo { version: "1.0.0".into(), start_id: "a".into(), boot_id: None };
    let disks = Section::new(disks, warnings);
    let sections = Sections { disks, ..Sections::default() };
    let report = Report { schema: SCHEMA, agent, collected_at: Timestamp(0), duration_ms: 0, sections };
    let body = serde_json::to_vec(&report).unwrap();
    let read: Report = inventory::parse(&body, Limits::REPORT).unwrap();
    assert_eq!(read, report);
}

#[test]
fn the_same_disks_are_told_whatever_the_kernel_calls_them_in_this_boot() {
    let count = ITEMS_LIMIT + 100;
    let (one, _, _) = collected(&machine(count, |target| target));
    let (other, _, _) = collected(&machine(count, |target| count - 1 - target));
    assert_eq!(names_of(&one), names_of(&other));
    assert_ne!(one[0].wwn, other[0].wwn);
}

#[test]
fn ten_times_the_disks_are_ten_times_the_questions() {
    let (few, _, asked_few) = collected(&machine(20, |target| target));
    let (many, _, asked_many) = collected(&machine(200, |target| target));
    assert_eq!((few.len(), many.len()), (20, 200));
    assert!(asked_many <= asked_few * 10, "{asked_few} {asked_many}");
}

#[test]
fn disks_of_many_words_are_cut_before_the_report_is_too_long() {
    let holder = inventory::sections::Holder { name: "x".repeat(1000), ..Default::default() };
    let wordy = Disk { holders: vec![holder; 100], ..Disk::default() };
    let mut kept = Kept::new(1000);
    for _ in 0..1000 {
        kept.offer(|| Some(wordy.clone()));
    }
    let probe = Probe::new(Root::at("/nowhere".into()));
    let disks = kept.disks(&probe);
    let bytes = serde_json::to_vec(&disks).unwrap().len();
    assert!(bytes <= list::BYTES_LIMIT + 2 && bytes > list::BYTES_LIMIT / 2, "{bytes}");
    let reason = format!("{} of 1000 left out", 1000 - disks.len());
    assert_eq!(probe.into_warnings()[0].reason, reason);
}

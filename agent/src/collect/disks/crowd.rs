//! A machine with more disks than anybody has.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use inventory::{AgentInfo, Limits, Report, SCHEMA, Section, Sections, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::collect::ITEMS_LIMIT;
use crate::root::{Question, Root, Tree};

/// A tree that counts what it is asked. Its links are the kernel's, relative ones: they are followed by the system, for
/// ten thousand disks take long enough.
struct Counting {
    folder: PathBuf,
    asked: Arc<AtomicUsize>,
}

impl Counting {
    fn below(&self, path: &str) -> PathBuf {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.folder.join(path.trim_start_matches('/'))
    }
}

impl Tree for Counting {
    fn read(&self, path: &str, _limit_bytes: usize) -> io::Result<Vec<u8>> {
        fs::read(self.below(path))
    }

    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        let entries = self.below(path).read_dir()?;
        entries.map(|entry| Ok(entry?.file_name().into_string().unwrap())).collect()
    }

    fn real(&self, path: &str) -> io::Result<String> {
        let real = self.below(path).canonicalize()?;
        Ok(format!("/{}", real.strip_prefix(&self.folder).unwrap().to_str().unwrap()))
    }

    fn target(&self, path: &str) -> io::Result<String> {
        Ok(self.below(path).read_link()?.into_os_string().into_string().unwrap())
    }

    fn ask(&self, _question: &Question) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
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
    // In memory, where there is such a place: a hundred thousand files on a busy disk take minutes.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let host = "devices/pci0000:00/0000:00:04.0/host0";
    let below = |path: &str| folder.path().join("sys").join(path);
    fs::create_dir_all(below("block")).unwrap();
    fs::create_dir_all(below(&format!("{host}/scsi_host/host0"))).unwrap();
    fs::write(below(&format!("{host}/scsi_host/host0/proc_name")), "mpt3sas\n").unwrap();
    for target in 0..count {
        let name = kernel_name(nth(target));
        let device = format!("{host}/0:0:{target}:0");
        let block = format!("{device}/block/{name}");
        fs::create_dir_all(below(&block)).unwrap();
        let write = |path: &str, content: &str| fs::write(below(path), content).unwrap();
        write(&format!("{block}/size"), "7814037168\n");
        write(&format!("{device}/wwid"), &format!("naa.5000c500{target:08x}\n"));
        // A few more files on each of ten thousand disks would take the test's time, and tell nothing more.
        if target % 100 == 0 {
            fs::create_dir_all(below(&format!("{block}/{name}1"))).unwrap();
            fs::create_dir_all(below(&format!("{block}/holders/md0"))).unwrap();
            write(&format!("{block}/{name}1/partition"), "1\n");
        }
        link(&format!("../../../0:0:{target}:0"), &below(&format!("{block}/device")));
        link(&format!("../{block}"), &below(&format!("block/{name}")));
    }
    folder
}

fn link(target: &str, link: &Path) {
    symlink(target, link).unwrap();
}

fn counting(folder: &TempDir) -> (Probe, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let tree = Counting { folder: folder.path().canonicalize().unwrap(), asked: Arc::clone(&asked) };
    (Probe::new(Root::new(tree)), asked)
}

fn collected(folder: &TempDir) -> (Vec<Disk>, Vec<inventory::Warning>, usize) {
    let (probe, asked) = counting(folder);
    let disks = collect(&probe).unwrap();
    (disks, probe.into_warnings(), asked.load(Ordering::Relaxed))
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
fn the_same_disks_come_first_whatever_the_kernel_calls_them_in_this_boot() {
    let order = |folder: &TempDir| -> (Vec<String>, Vec<String>) {
        let (probe, _asked) = counting(folder);
        list::found(&probe).into_iter().map(|found| (found.path, found.name)).unzip()
    };
    let (places, names) = order(&machine(30, |target| target));
    let (same_places, other_names) = order(&machine(30, |target| 29 - target));
    assert_eq!(places, same_places);
    assert_ne!(names, other_names);
}

#[test]
fn ten_times_the_disks_are_ten_times_the_questions() {
    let (few, _, asked_few) = collected(&machine(20, |target| target));
    let (many, _, asked_many) = collected(&machine(200, |target| target));
    assert_eq!((few.len(), many.len()), (20, 200));
    assert!(asked_many <= asked_few * 10, "{asked_few} {asked_many}");
}

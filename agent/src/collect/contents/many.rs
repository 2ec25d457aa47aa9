//! A machine with more disks than anybody has. It is made of nothing: as many files would take the test's time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use rustix::io::Errno;

use super::*;
use crate::root::{Question, Root, Tree};

const DISKS: usize = 10_000;

/// How many are read just now, and how many were at most.
#[derive(Default)]
struct Reads {
    now: AtomicUsize,
    most: AtomicUsize,
}

struct Machine(Arc<Reads>);

impl Tree for Machine {
    fn read(&self, path: &str, _limit_bytes: usize) -> io::Result<Vec<u8>> {
        if path.ends_with("/size") { Ok(b"131072\n".to_vec()) } else { Err(Errno::NOENT.into()) }
    }

    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        if path == BLOCK {
            return Ok((0..DISKS).map(|number| format!("vd{number:04}")).collect());
        }
        Err(Errno::NOENT.into())
    }

    fn real(&self, path: &str) -> io::Result<String> {
        Ok(path.to_owned())
    }

    fn target(&self, _path: &str) -> io::Result<String> {
        Err(Errno::NOENT.into())
    }

    /// One of a hundred fails.
    fn ask(&self, question: &Question) -> io::Result<Vec<u8>> {
        let Question::Block { device, length, .. } = question else { panic!("{question:?}") };
        let now = self.0.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.0.most.fetch_max(now, Ordering::Relaxed);
        std::thread::yield_now();
        self.0.now.fetch_sub(1, Ordering::Relaxed);
        if device.ends_with("00") {
            return Err(Errno::IO.into());
        }
        Ok(vec![0; *length as usize])
    }
}

#[test]
fn of_ten_thousand_disks_few_are_read_at_a_time_and_the_same_are_told_each_time() {
    let reads = Arc::new(Reads::default());
    let probe = Probe::new(Root::new(Machine(Arc::clone(&reads))));
    let contents = collect(&probe).unwrap();
    let told: Vec<_> = contents.iter().map(|it| it.device.as_str()).collect();
    let first: Vec<_> = (0..ITEMS_LIMIT).map(|number| format!("vd{number:04}")).collect();
    assert!(told == first, "{} are told", told.len());
    assert_eq!(contents.iter().filter(|it| it.unread.is_some()).count(), 41);
    let warnings = probe.into_warnings();
    assert_eq!(warnings.len(), 42);
    assert_eq!(warnings[41].reason, "5904 of 10000 left out");
    assert!(reads.most.load(Ordering::Relaxed) <= AT_ONCE);
}

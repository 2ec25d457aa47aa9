//! Messages on the disk: one small file each, put in place whole, with a checksum in front, for its owner alone.
//!
//! A thread of its own does the writing: a disk that hangs is what the server shall hear of, and must not hold up who
//! tells it. Only what tells of a change is forced onto the disk; the rest the kernel writes when it likes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::queue::Entry;
use super::{Kind, Weight};
use crate::keep::{self, Sync, UNFINISHED};

/// Characters of the checksum, and the line's end.
const HEAD_BYTES: usize = 17;
/// No message that is spooled has this much.
const FILE_LIMIT_BYTES: u64 = 4 << 20;
/// A folder with more names is not ours.
const NAMES_LIMIT: usize = 65_536;

/// What the writer is told to do.
enum Job {
    Put { number: u64, name: String, body: Bytes, sync: Sync },
    Remove { name: String },
    Flush(Sender<()>),
}

/// The folder, and its writer.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    jobs: Sender<Job>,
}

impl Spool {
    /// Opens the folder; gives what an earlier start left there, oldest first. `kept` hears of each message whether it
    /// was written.
    pub(super) fn open(
        folder: PathBuf,
        kept: impl Fn(u64, io::Result<()>) + Send + 'static,
    ) -> io::Result<(Self, Vec<Entry>)> {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let left = restore(&folder)?;
        let (jobs, taken) = channel();
        let writer = folder.clone();
        thread::Builder::new().name("spool".to_owned()).spawn(move || write(&writer, &taken, kept))?;
        Ok((Self { folder, jobs }, left))
    }

    pub(super) fn put(&self, entry: &Entry) {
        let Some(body) = entry.body.clone() else { return };
        let sync = if entry.weight == Weight::Change { Sync::Now } else { Sync::Later };
        self.jobs.send(Job::Put { number: entry.number, name: name(entry), body, sync }).ok();
    }

    pub(super) fn remove(&self, entry: &Entry) {
        self.jobs.send(Job::Remove { name: name(entry) }).ok();
    }

    /// Waits until all was written that was put in, but not for ever.
    pub(super) fn flush(&self, patience: Duration) {
        let (done, all) = channel();
        self.jobs.send(Job::Flush(done)).ok();
        all.recv_timeout(patience).ok();
    }

    /// Where this message lies.
    pub(super) fn path(&self, entry: &Entry) -> PathBuf {
        self.folder.join(name(entry))
    }
}

/// Reads a message that was written whole.
pub(super) fn read(path: &Path) -> io::Result<Bytes> {
    let content = Bytes::from(keep::read(path, FILE_LIMIT_BYTES)?);
    let torn = || io::Error::new(io::ErrorKind::InvalidData, "it was not written whole");
    let (head, body) = content.split_at_checked(HEAD_BYTES).ok_or_else(torn)?;
    if head != checksum(body).as_bytes() {
        return Err(torn());
    }
    Ok(content.slice(HEAD_BYTES..))
}

fn checksum(body: &[u8]) -> String {
    let mut sum = hex::encode(Sha256::digest(body));
    sum.truncate(HEAD_BYTES - 1);
    sum.push('\n');
    sum
}

fn write(folder: &Path, jobs: &Receiver<Job>, kept: impl Fn(u64, io::Result<()>)) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Put { number, name, body, sync } => {
                let content = [checksum(&body).as_bytes(), &body].concat();
                kept(number, keep::write_whole(&folder.join(name), &content, 0o600, sync));
            }
            Job::Remove { name } => {
                if let Err(error) = keep::remove(&folder.join(&name)) {
                    warn!("removing {name} from the spool: {error}");
                }
            }
            Job::Flush(done) => drop(done.send(())),
        }
    }
}

fn restore(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut left = Vec::new();
    for file in fs::read_dir(folder)?.take(NAMES_LIMIT) {
        let file = file?;
        let Ok(name) = file.file_name().into_string() else { continue };
        if name.ends_with(UNFINISHED) {
            keep::remove(&file.path())?;
        } else if let Some(entry) = parsed(&name, file.metadata()?.len()) {
            left.push(entry);
        }
    }
    left.sort_unstable_by_key(|entry| entry.number);
    Ok(left)
}

/// `0000000000000007.sample.change`.
fn name(entry: &Entry) -> String {
    let weight = if entry.weight == Weight::Change { "change" } else { "plain" };
    format!("{:016x}.{}.{weight}", entry.number, entry.kind.name())
}

fn parsed(name: &str, file_bytes: u64) -> Option<Entry> {
    let mut parts = name.split('.');
    let number = parts.next().filter(|part| part.len() == 16)?;
    let kind = parts.next()?;
    let weight = match parts.next()? {
        "change" => Weight::Change,
        "plain" => Weight::Plain,
        _ => return None,
    };
    let kind = [Kind::Sample, Kind::Failure, Kind::Receipt].into_iter().find(|it| it.name() == kind)?;
    Some(Entry {
        number: u64::from_str_radix(number, 16).ok()?,
        kind,
        weight,
        bytes: usize::try_from(file_bytes).ok()?.saturating_sub(HEAD_BYTES),
        body: None,
        spooled: true,
        earlier: true,
    })
}

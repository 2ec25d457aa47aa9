//! `report --dump DIR`: captures all that the agent reads of this machine, so that the same can be read elsewhere.
//!
//! The capture is what the collectors asked for and nothing more: no walk over `/sys` that might meet an attribute with a
//! will of its own. `--root DIR` reads it again and gives the same report. Always taken out are secrets of the kernel's
//! command line and of the firmware's strings ([`strings`]), and the key slots of encrypted disks ([`blocks`]). `--redact`
//! also puts others in the place of serial numbers, MACs and names ([`redact`]), and leaves out all that was read of disks.

mod blocks;
mod redact;
mod secrets;
mod strings;

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use inventory::Clock;

use crate::collect::{Collectors, redact as secret_arguments};
use crate::json;
use crate::report::Reporter;
use crate::root::{ANSWERS, ERRORS, Recorder, Recording, Root};
use crate::sample::Sampler;
use crate::start::Start;
use redact::Redactor;

const KERNEL_ARGUMENTS: &str = "/proc/cmdline";
/// Beside the tree, the report that was made of it.
const REPORT: &str = "report.json";

/// Why there is no capture.
#[derive(Debug, thiserror::Error)]
pub enum NoDump {
    /// A capture must not be mixed with what was there before.
    #[error("{} is not empty: name a folder that is, or that is not there yet", .0.display())]
    NotEmpty(PathBuf),
    /// It could not be written.
    #[error("writing {}", path.display())]
    NotWritten {
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kernel's generator.
    #[error("the kernel gives no random numbers")]
    NoRandom(#[from] getrandom::Error),
    /// The report could not be written as JSON, or the redacted one could not be read again.
    #[error("writing the report as JSON")]
    NoJson(#[from] serde_json::Error),
}

/// What a capture holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dump {
    /// Files with what was read of them.
    pub files: usize,
    /// Answers of devices and of the kernel.
    pub answers: usize,
    /// Serial numbers, MACs and names that others stand for.
    pub redacted: usize,
}

impl std::fmt::Display for Dump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { files, answers, redacted } = self;
        write!(f, "{files} files and {answers} answers captured, ")?;
        match redacted {
            0 => write!(f, "with all serial numbers and MACs as they are (--redact replaces them)"),
            count => write!(f, "{count} serial numbers, MACs and names replaced"),
        }
    }
}

/// Makes a whole report and a sample of `root`, and writes all that they read to `folder`.
///
/// # Errors
/// [`NoDump`].
pub fn dump(root: Root, folder: &Path, redact: bool, clock: Arc<dyn Clock>) -> Result<Dump, NoDump> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(NoDump::NotEmpty(folder.to_owned()));
    }
    let recorder = Recorder::new(root);
    let root = Root::new(recorder.clone());
    let start = Arc::new(Start::new(&root)?);
    let collectors = Collectors::new(root.clone());
    let report = Reporter { collectors, start: Arc::clone(&start), clock: Arc::clone(&clock) }.all();
    let sampler = Sampler::new(root, start, Arc::clone(&clock));
    let sample = sampler.sample();
    let (drives, _) = sampler.drives();

    let mut recording = recorder.recording();
    hide_arguments(&mut recording);
    strings::hide(&mut recording);
    blocks::blank_keys(&mut recording);
    let redactor = if redact {
        blocks::drop_all(&mut recording);
        let mut secrets = secrets::of(&report)?;
        secrets.extend(secrets::of(&(sample, drives))?);
        Redactor::new(secrets)?
    } else {
        Redactor::none()
    };
    let recording = redactor.recording(recording);
    write(&recording, folder)?;
    // What the capture gives, and not what was just collected: so that a redacted one holds nothing else.
    let collectors = Collectors::new(Root::at(folder.to_owned()));
    let report =
        Reporter { collectors, start: Arc::new(Start::new(&Root::at(folder.to_owned()))?), clock }.all();
    put(&folder.join(REPORT), &[json::pretty(&report)?, b"\n".to_vec()].concat())?;
    Ok(Dump { files: recording.files.len(), answers: recording.answers.len(), redacted: redactor.count() })
}

fn hide_arguments(recording: &mut Recording) {
    if let Some(line) = recording.files.get_mut(KERNEL_ARGUMENTS) {
        let hidden = secret_arguments::arguments(String::from_utf8_lossy(line).trim());
        *line = (hidden + "\n").into_bytes();
    }
}

fn write(recording: &Recording, folder: &Path) -> Result<(), NoDump> {
    let below = |path: &str| folder.join(path.trim_start_matches('/'));
    make(folder)?;
    for path in &recording.folders {
        make(&below(path))?;
    }
    // What was refused was there.
    let refused =
        recording.errors.keys().filter(|name| name.starts_with('/') && !recording.folders.contains(*name));
    for path in recording.seen.iter().chain(refused) {
        put(&below(path), b"")?;
    }
    for (path, content) in &recording.files {
        put(&below(path), content)?;
    }
    for (path, target) in &recording.links {
        let path = below(path);
        make(path.parent().unwrap_or(folder))?;
        symlink(target, &path).map_err(|source| NoDump::NotWritten { path, source })?;
    }
    for (name, answer) in &recording.answers {
        put(&folder.join(ANSWERS).join(name), answer)?;
    }
    let errors: String = recording.errors.iter().map(|(name, errno)| format!("{errno} {name}\n")).collect();
    put(&folder.join(ERRORS), errors.as_bytes())
}

fn make(folder: &Path) -> Result<(), NoDump> {
    // Serial numbers and pieces of disks are nobody else's business.
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| NoDump::NotWritten { path: folder.to_owned(), source })
}

fn put(path: &Path, content: &[u8]) -> Result<(), NoDump> {
    make(path.parent().unwrap_or(path))?;
    fs::write(path, content).map_err(|source| NoDump::NotWritten { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;

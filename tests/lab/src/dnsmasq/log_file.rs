//! A process's log as a file that grows.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;

use crate::process::Log;

const EVERY: Duration = Duration::from_millis(20);

/// Written until it is dropped.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    copying: Option<JoinHandle<()>>,
}

impl LogFile {
    pub(super) fn start(path: PathBuf, log: &Log) -> anyhow::Result<Self> {
        let mut file = File::create(&path).with_context(|| format!("can't make {}", path.display()))?;
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, log) = (Arc::clone(&stop), log.clone());
        let copying = std::thread::spawn(move || {
            let mut next = 0;
            while !stopped.load(Ordering::SeqCst) {
                let (lines, after) = log.since(next);
                next = after;
                let text: String = lines.into_iter().map(|line| line + "\n").collect();
                // The folder is full or gone: whoever reads the file misses its lines, and says so.
                if file.write_all(text.as_bytes()).is_err() {
                    return;
                }
                std::thread::sleep(EVERY);
            }
        });
        Ok(Self { path, stop, copying: Some(copying) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(copying) = self.copying.take() {
            let _ = copying.join();
        }
    }
}

//! What an agent that dies of a defect leaves behind, so that the next one can tell.

use std::panic;
use std::path::{Path, PathBuf};
use std::thread;

use tracing::warn;

use crate::keep::{self, Sync};

const LIMIT_BYTES: u64 = 2000;

/// Where they are left.
#[derive(Debug, Clone)]
pub(super) struct LastWords(PathBuf);

impl LastWords {
    pub(super) const fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// From now on a panic of the agent's own thread is written down. Collectors have threads of their own, and their
    /// panics cost a section only.
    pub(super) fn watch(&self) {
        let path = self.0.clone();
        let own = thread::current().id();
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            usual(panic);
            if thread::current().id() == own {
                let said = panic.payload_as_str().unwrap_or("without a word");
                let place = panic.location().map(|place| format!(" ({place})")).unwrap_or_default();
                leave(&path, &format!("panicked: {said}{place}"));
            }
        }));
    }

    /// What was left, once.
    pub(super) fn take(&self) -> Option<String> {
        let words = keep::read(&self.0, LIMIT_BYTES).ok()?;
        self.forget();
        Some(String::from_utf8_lossy(&words).into_owned()).filter(|words| !words.is_empty())
    }

    /// They were told.
    pub(super) fn forget(&self) {
        if let Err(error) = keep::remove(&self.0) {
            warn!("removing {}: {error}", self.0.display());
        }
    }
}

fn leave(path: &Path, words: &str) {
    let words: String = words.chars().take(500).collect();
    keep::write_whole(path, words.as_bytes(), 0o600, Sync::Now).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_found_once() {
        let folder = tempfile::tempdir().unwrap();
        let words = LastWords::at(folder.path().join("last-words"));
        assert_eq!(words.take(), None);
        leave(&words.0, "panicked: index 7 of 3");
        assert_eq!(words.take().as_deref(), Some("panicked: index 7 of 3"));
        assert_eq!(words.take(), None);
    }

    #[test]
    fn a_panic_of_the_own_thread_is_written_down_and_that_of_another_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let words = LastWords::at(folder.path().join("last-words"));
        let before = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        words.watch();
        thread::spawn(|| panic!("a collector's")).join().unwrap_err();
        assert_eq!(words.take(), None);
        panic::catch_unwind(|| panic!("the agent's own")).unwrap_err();
        panic::set_hook(before);
        let said = words.take().unwrap();
        assert!(said.starts_with("panicked: the agent's own (agent/src/run/last_words.rs:"), "{said}");
    }
}

//! A folder for one run, gone when the run is over.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cache;
use crate::run_name::RunName;

/// A new empty folder under `target/lab/run`, readable by its owner only; removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes it, and removes those that dead runs left.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn new() -> anyhow::Result<Self> {
        use std::os::unix::fs::DirBuilderExt as _;
        let parent = cache::root().join("run");
        std::fs::create_dir_all(&parent).with_context(|| format!("can't make {}", parent.display()))?;
        sweep(&parent);
        let path = parent.join(RunName::next()?.to_string());
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("can't make {}", path.display()))?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What can't be removed now is swept by the next run.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Another run may sweep at the same time: what is gone already is no error.
fn sweep(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().and_then(RunName::parse).is_some_and(|name| name.is_orphan()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_gone_afterwards_and_what_a_dead_run_left_too() {
        let parent = cache::root().join("run");
        let left = parent.join(format!("muster-1-{}-0", u64::MAX));
        std::fs::create_dir_all(&left).unwrap();
        let scratch = Scratch::new().unwrap();
        std::fs::write(scratch.path().join("file"), "x").unwrap();
        assert!(!left.exists());
        let path = scratch.path().to_owned();
        drop(scratch);
        assert!(!path.exists());
    }
}

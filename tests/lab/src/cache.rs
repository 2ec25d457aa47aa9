//! What is fetched once and kept under `target/lab`: complete or not at all, however many ask at the same time.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::Deadline;

/// `target/lab` of this workspace, or `MUSTER_LAB_CACHE`.
#[must_use]
pub fn root() -> PathBuf {
    match std::env::var_os("MUSTER_LAB_CACHE") {
        Some(dir) => PathBuf::from(dir),
        None => target().join("lab"),
    }
}

/// The workspace's target folder.
fn target() -> PathBuf {
    if let Some(dir) = std::env::var_os("CARGO_TARGET_DIR") {
        return std::path::absolute(&dir).unwrap_or_else(|_| dir.into());
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    workspace.unwrap_or(Path::new(".")).join("target")
}

/// Held until dropped, against all other processes.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

/// Long enough for the other one to download a kernel over a slow line.
const LOCK_PATIENCE_SECS: u64 = 1800;

/// Waits for the lock of that name.
///
/// # Errors
/// When the lock file can't be made, or another run holds it for half an hour.
pub fn lock(name: &str) -> anyhow::Result<Lock> {
    let root = root();
    std::fs::create_dir_all(&root).with_context(|| format!("can't make {}", root.display()))?;
    let path = root.join(format!("{name}.lock"));
    let file = File::create(&path).with_context(|| format!("can't make {}", path.display()))?;
    Deadline::seconds(LOCK_PATIENCE_SECS).wait_for(&format!("the lock {}", path.display()), || match file
        .try_lock()
    {
        Ok(()) => Ok(Some(())),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("can't lock {}", path.display()))
        }
    })?;
    Ok(Lock(file))
}

/// The folder of that name, made by `fetch` if it is not there. `fetch` gets an empty folder to fill; only when it
/// succeeds does it get the name, so that an interrupted download is never taken for a finished one.
///
/// # Errors
/// What `fetch` says, or why folders can't be made.
pub fn fetch_once(name: &str, fetch: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<PathBuf> {
    let finished = root().join(name);
    if finished.is_dir() {
        return Ok(finished);
    }
    let _alone = lock(name)?;
    if finished.is_dir() {
        return Ok(finished);
    }
    let partial = root().join(format!("{name}.partial"));
    if partial.exists() {
        std::fs::remove_dir_all(&partial).with_context(|| format!("can't remove {}", partial.display()))?;
    }
    std::fs::create_dir_all(&partial).with_context(|| format!("can't make {}", partial.display()))?;
    fetch(&partial)?;
    std::fs::rename(&partial, &finished).with_context(|| format!("can't name {}", finished.display()))?;
    Ok(finished)
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn what_was_interrupted_is_fetched_again_and_what_is_there_is_not() {
        let name = format!("trial-{}", std::process::id());
        let failed = fetch_once(&name, |dir| {
            std::fs::write(dir.join("half"), "")?;
            bail!("the line broke")
        });
        assert_eq!(failed.unwrap_err().to_string(), "the line broke");
        let dir = fetch_once(&name, |dir| Ok(std::fs::write(dir.join("whole"), "")?)).unwrap();
        assert!(dir.join("whole").exists());
        assert!(!dir.join("half").exists());
        assert_eq!(fetch_once(&name, |_| bail!("asked twice")).unwrap(), dir);
        std::fs::remove_dir_all(dir).unwrap();
        std::fs::remove_file(root().join(format!("{name}.lock"))).unwrap();
    }

    #[test]
    fn side_by_side_only_one_fetches() {
        let name = format!("race-{}", std::process::id());
        let fetched = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let fetch = |_: &Path| {
                        fetched.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        Ok(())
                    };
                    fetch_once(&name, fetch).unwrap();
                });
            }
        });
        assert_eq!(fetched.into_inner(), 1);
        std::fs::remove_dir_all(root().join(&name)).unwrap();
        std::fs::remove_file(root().join(format!("{name}.lock"))).unwrap();
    }
}

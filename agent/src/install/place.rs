//! Puts the plan in its place, or takes it away again. Done twice it is done once.

use std::fs;
use std::io::{
    self,
    ErrorKind::{DirectoryNotEmpty, NotFound},
};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{FOLDERS, NotInstalled, Plan, SETTINGS_FILE, STATE_FILE, STATE_FOLDER, UNIT, UNIT_FILE, WANTS};
use crate::keep::{self, Sync};

/// Installs the agent below `prefix`, and says what was done, line by line.
///
/// # Errors
/// [`NotInstalled::File`].
pub fn install(
    plan: &Plan,
    program: &[u8],
    prefix: &Path,
    state: &Path,
) -> Result<Vec<String>, NotInstalled> {
    let mut done = Vec::new();
    put(&below(prefix, plan.program), program, 0o755, &mut done)?;
    let settings = below(prefix, SETTINGS_FILE);
    put(&settings, &plan.settings.over(&read_if_there(&settings)?), 0o600, &mut done)?;
    put(&below(prefix, UNIT_FILE), plan.unit.as_bytes(), 0o644, &mut done)?;
    take_state_along(state, &below(prefix, STATE_FILE), &mut done)?;
    enable(&below(prefix, WANTS), &mut done)?;
    done.push(start(prefix));
    Ok(done)
}

/// Removes what [`install`] put below `prefix`. The state stays: the host is the same one when the agent comes back.
///
/// # Errors
/// [`NotInstalled::File`].
pub fn uninstall(prefix: &Path) -> Result<Vec<String>, NotInstalled> {
    let mut done = Vec::new();
    if is_running_system(prefix) {
        done.push(told(&["disable", "--now", UNIT]));
    }
    for path in [WANTS, UNIT_FILE, SETTINGS_FILE].into_iter().chain(super::PROGRAMS) {
        let path = below(prefix, path);
        if path.symlink_metadata().is_ok() {
            keep::remove(&path).map_err(failed("removing", &path))?;
            done.push(format!("removed {}", path.display()));
        }
    }
    for folder in FOLDERS {
        let folder = below(prefix, folder);
        match fs::remove_dir(&folder) {
            Ok(()) => done.push(format!("removed {}", folder.display())),
            // What else lies there is somebody else's.
            Err(error) if matches!(error.kind(), NotFound | DirectoryNotEmpty) => {}
            Err(error) => return Err(failed("removing", &folder)(error)),
        }
    }
    if is_running_system(prefix) {
        done.push(told(&["daemon-reload"]));
    }
    let state = below(prefix, STATE_FOLDER);
    if state.exists() {
        done.push(format!("kept {}: the key of this host; remove it by hand", state.display()));
    }
    Ok(done)
}

/// A path of the installed system, as it is reached from here.
pub(super) fn below(prefix: &Path, path: &str) -> PathBuf {
    prefix.join(path.trim_start_matches('/'))
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> NotInstalled {
    let path = path.to_owned();
    move |source| NotInstalled::File { what, path, source }
}

fn put(path: &Path, content: &[u8], mode: u32, done: &mut Vec<String>) -> Result<(), NotInstalled> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if let Some(folder) = path.parent() {
        // Folders of the system are for everybody, as systems have them.
        let made = fs::DirBuilder::new().recursive(true).mode(0o755).create(folder);
        made.map_err(failed("making the folder of", path))?;
    }
    let write = || {
        keep::write_whole(path, content, mode, Sync::Now)?;
        // Whatever the umask is.
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    };
    write().map_err(failed("writing", path))?;
    done.push(format!("wrote {}", path.display()));
    Ok(())
}

fn read_if_there(path: &Path) -> Result<Vec<u8>, NotInstalled> {
    match keep::read(path, 64 << 10) {
        Err(error) if error.kind() == NotFound => Ok(Vec::new()),
        content => content.map_err(failed("reading", path)),
    }
}

/// The key and the host that a discovery run was given are the installed system's from now on.
fn take_state_along(from: &Path, to: &Path, done: &mut Vec<String>) -> Result<(), NotInstalled> {
    if to.exists() || !from.exists() {
        return Ok(());
    }
    let state = keep::read(from, 64 << 10).map_err(failed("reading", from))?;
    keep::write_whole(to, &state, 0o600, Sync::Now).map_err(failed("writing", to))?;
    done.push(format!("took {} along: it stays the same host", from.display()));
    Ok(())
}

fn enable(link: &Path, done: &mut Vec<String>) -> Result<(), NotInstalled> {
    if let Some(folder) = link.parent() {
        fs::create_dir_all(folder).map_err(failed("making the folder of", link))?;
    }
    keep::remove(link).map_err(failed("replacing", link))?;
    symlink(UNIT_FILE, link).map_err(failed("enabling", link))?;
    done.push(format!("enabled {UNIT}"));
    Ok(())
}

fn is_running_system(prefix: &Path) -> bool {
    prefix == Path::new("/") && Path::new("/run/systemd/system").is_dir()
}

fn start(prefix: &Path) -> String {
    if !is_running_system(prefix) {
        return format!(
            "it starts with the next boot (or: systemctl daemon-reload && systemctl start {UNIT})"
        );
    }
    let reloaded = told(&["daemon-reload"]);
    let started = told(&["restart", UNIT]);
    format!("{reloaded}; {started}")
}

fn told(arguments: &[&str]) -> String {
    let words = format!("systemctl {}", arguments.join(" "));
    match Command::new("systemctl").args(arguments).stdin(Stdio::null()).output() {
        Ok(ended) if ended.status.success() => format!("{words}: done"),
        Ok(ended) => {
            let said: String = String::from_utf8_lossy(&ended.stderr).trim().chars().take(300).collect();
            format!("{words} FAILED, do it by hand: {said}")
        }
        Err(error) => format!("{words} FAILED, do it by hand: {error}"),
    }
}

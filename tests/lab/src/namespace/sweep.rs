//! Removing namespaces: our own at the end, and those of runs that died before they could.

use std::process::Command;

use rustix::process::{Pid, Signal};

use super::FOLDER;
use crate::run_name::RunName;

/// Removes every namespace whose owner is gone. Another run may do the same at the same time: no errors, only effort.
pub(super) fn remove_orphans() {
    for entry in std::fs::read_dir(FOLDER).into_iter().flatten().flatten() {
        if let Some(name) = entry.file_name().to_str().and_then(RunName::parse)
            && name.is_orphan()
        {
            remove(&name.to_string());
        }
    }
}

/// Ends what runs inside, by id, and removes the namespace. Works through an interrupt and during a panic.
pub(super) fn remove(name: &str) {
    for pid in pids(name) {
        let _ = rustix::process::kill_process(pid, Signal::KILL);
    }
    let _ = Command::new("ip").args(["netns", "delete", name]).output();
}

fn pids(name: &str) -> Vec<Pid> {
    let listed = Command::new("ip").args(["netns", "pids", name]).output();
    let text = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok().and_then(Pid::from_raw)).collect()
}

//! The validator that Fedora and Red Hat themselves check kickstarts with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::progress::note;
use crate::{Deadline, Process, cache};

/// A Python environment can't be moved once it is made: its programs name their interpreter by its full path. This small
/// program names it by where it stands itself.
const LAUNCHER: &str = "#!/bin/sh\nhere=$(dirname \"$0\")\nexec \"$here/venv/bin/python\" \"$here/venv/bin/ksvalidator\" \"$@\"\n";

/// `ksvalidator` of `pykickstart`, from PyPI, in a Python environment of its own under `target/lab/ksvalidator`.
///
/// # Errors
/// When it can't be fetched; `python3-venv` must be installed.
pub fn ksvalidator() -> anyhow::Result<PathBuf> {
    let dir = cache::fetch_once("ksvalidator", |dir| {
        note("installing pykickstart from PyPI, into an environment of its own");
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv"]).arg(dir.join("venv"));
        Process::run("python3 -m venv", &venv, Deadline::seconds(300))
            .context("can't make a Python environment: is the package python3-venv installed?")?;
        let mut pip = Command::new(dir.join("venv/bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--retries",
            "5",
            "--disable-pip-version-check",
            "pykickstart",
        ]);
        Process::run("pip install pykickstart", &pip, Deadline::seconds(600))?;
        write_launcher(&dir.join("ksvalidator"))
    })?;
    Ok(dir.join("ksvalidator"))
}

fn write_launcher(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, LAUNCHER)?;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scratch;

    #[test]
    fn it_tells_a_kickstart_from_nonsense() {
        let scratch = Scratch::new().unwrap();
        let check = |text: &str| {
            let file = scratch.path().join("ks.cfg");
            std::fs::write(&file, text).unwrap();
            let mut command = Command::new(ksvalidator().unwrap());
            command.args(["-v", "RHEL9"]).arg(&file);
            Process::run("ksvalidator", &command, Deadline::seconds(60))
        };
        check("lang en_GB.UTF-8\nkeyboard us\ntimezone UTC\n").unwrap();
        check("languge en_GB.UTF-8\n").unwrap_err();
    }
}

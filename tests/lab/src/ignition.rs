//! The real Ignition, as a CoreOS runs it in its initramfs, on a folder instead of a machine; and its validator.
//!
//! Debian packages both (2.14, which reads editions up to 3.3 of the documents). Fetched and not installed: the package is a
//! module for dracut.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::apt::{self, Apt};
use crate::{Deadline, Place, Process, cache};

/// Longer than the stages take, and than the pauses of what it asks for again.
const STAGE_SECS: u64 = 120;

/// Where the programs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignition {
    engine: PathBuf,
    validator: PathBuf,
}

/// A stage of Ignition's: a program run of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Fetches the document that the kernel's command line names.
    Fetch,
    /// Writes users, files and units.
    Files,
}

/// A machine as far as Ignition sees it: a command line, and a root file system that is being made.
#[derive(Debug)]
pub struct IgnitionMachine {
    ignition: Ignition,
    place: Place,
    folder: PathBuf,
}

/// Fetched once into `target/lab/ignition`.
///
/// # Errors
/// When it can't be fetched.
pub fn ignition() -> anyhow::Result<Ignition> {
    let dir = cache::fetch_once("ignition", |dir| {
        let apt = Apt::of_suite(&Apt::suite_of_this_box()?, &dir.join("apt"))?;
        let deb = apt.download("ignition")?;
        apt::unpack(&deb, &dir.join("root"))?;
        fs::remove_dir_all(dir.join("apt")).context("can't remove the package lists")
    })?;
    let root = dir.join("root/usr");
    Ok(Ignition {
        engine: root.join("lib/dracut/modules.d/30ignition/ignition"),
        validator: root.join("bin/ignition-validate"),
    })
}

impl Ignition {
    /// The engine: a program that needs libblkid and libc.
    #[must_use]
    pub fn engine(&self) -> &Path {
        &self.engine
    }

    /// What the validator says of a document: nothing, when it is sound.
    ///
    /// # Errors
    /// It refuses the document; the error holds why.
    pub fn validate(&self, document: &str) -> anyhow::Result<String> {
        let mut command = Command::new(&self.validator);
        command.arg("-");
        Process::run_with_input(
            "ignition-validate",
            &command,
            document.as_bytes(),
            Deadline::seconds(STAGE_SECS),
        )
    }

    /// A machine that was booted with this command line.
    ///
    /// # Errors
    /// Its folder can't be furnished.
    pub fn machine(
        &self,
        place: Place,
        folder: &Path,
        command_line: &str,
    ) -> anyhow::Result<IgnitionMachine> {
        let machine = IgnitionMachine { ignition: self.clone(), place, folder: folder.to_owned() };
        machine.furnish(command_line).with_context(|| format!("can't furnish {}", folder.display()))?;
        Ok(machine)
    }
}

impl IgnitionMachine {
    /// The root file system.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    /// Runs a stage to its end.
    ///
    /// # Errors
    /// It failed; the error holds its last words.
    pub fn run(&self, stage: Stage) -> anyhow::Result<String> {
        Process::run("ignition", &self.command(stage), Deadline::seconds(STAGE_SECS))
    }

    /// Starts a stage that may wait for something.
    ///
    /// # Errors
    /// It can't be started.
    pub fn start(&self, stage: Stage) -> anyhow::Result<Process> {
        Process::spawn("ignition", &self.command(stage))
    }

    fn command(&self, stage: Stage) -> Command {
        let stage = match stage {
            Stage::Fetch => "fetch",
            Stage::Files => "files",
        };
        // In mounts of its own, it reads the machine's command line where the kernel shows this box's; and what it writes as
        // another user lies where another user gets.
        let script = r#"mount --bind "$1/cmdline" /proc/cmdline && mount -t tmpfs -o mode=755 none /run &&
            mkdir /run/root && mount --bind "$1/root" /run/root && PATH="$1/bin:$PATH" exec "$2" --platform=metal \
            --stage="$3" --root=/run/root --config-cache="$1/cache.json" --neednet="$1/neednet" --log-to-stdout"#;
        let mut command = self.place.command("unshare");
        command.args(["--mount", "sh", "-c", script, "ignition"]);
        command.arg(&self.folder).arg(&self.ignition.engine).arg(stage);
        command
    }

    /// What an image has that Ignition needs: an account, and a policy whose labels are nobody's here.
    fn furnish(&self, command_line: &str) -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let root = self.root();
        fs::create_dir_all(root.join("etc/selinux"))?;
        fs::write(root.join("etc/selinux/config"), "SELINUX=disabled\nSELINUXTYPE=targeted\n")?;
        fs::write(root.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n")?;
        fs::write(root.join("etc/group"), "root:x:0:\nusers:x:100:\n")?;
        fs::write(self.folder.join("cmdline"), command_line)?;
        let bin = self.folder.join("bin");
        fs::create_dir_all(&bin)?;
        let labeller = bin.join("setfiles");
        fs::write(&labeller, "#!/bin/sh\n")?;
        fs::set_permissions(labeller, fs::Permissions::from_mode(0o755))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_validator_tells_a_document_from_nonsense() {
        let ignition = ignition().unwrap();
        assert_eq!(ignition.validate(r#"{"ignition": {"version": "3.2.0"}}"#).unwrap(), "");
        for wrong in ["{}", r#"{"ignition": {"version": "3.2.0"}, "storage": {"files": [{"path": "x"}]}}"#] {
            ignition.validate(wrong).unwrap_err();
        }
    }
}

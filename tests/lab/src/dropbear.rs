//! An SSH server for `muster image build --ssh`, and an operator who logs in.

mod sshd;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::apt::{self, Apt};
use crate::{Deadline, Namespace, Process, cache};

pub use self::sshd::{Sshd, Temper};

const LOGIN_SECS: u64 = 60;

/// Debian's `dropbear`, fetched and not installed: on the box it would listen. Its libraries lie beside it.
///
/// # Errors
/// When it can't be fetched.
pub fn dropbear() -> anyhow::Result<PathBuf> {
    let dir = cache::fetch_once("dropbear", |dir| {
        let apt = Apt::of_suite(&Apt::suite_of_this_box()?, &dir.join("apt"))?;
        let depends = apt.depends("dropbear-bin")?;
        let libraries = depends.iter().map(String::as_str).filter(|name| name.starts_with("libtom"));
        for package in libraries.chain(["dropbear-bin"]) {
            apt::unpack(&apt.download(package)?, &dir.join("root"))?;
        }
        std::fs::remove_dir_all(dir.join("apt")).context("can't remove the package lists")
    })?;
    Ok(dir.join("root/usr/sbin/dropbear"))
}

/// A key of an operator.
#[derive(Debug)]
pub struct SshKey {
    private: PathBuf,
}

impl SshKey {
    /// Makes one in `folder`, under this name.
    ///
    /// # Errors
    /// When `ssh-keygen` can't.
    pub fn make(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let private = folder.join(name);
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(&private);
        Process::run("ssh-keygen", &command, Deadline::seconds(LOGIN_SECS))?;
        Ok(Self { private })
    }

    /// The file that is told to others.
    #[must_use]
    pub fn public(&self) -> PathBuf {
        self.private.with_extension("pub")
    }

    /// The key itself.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn private(&self) -> anyhow::Result<String> {
        std::fs::read_to_string(&self.private)
            .with_context(|| format!("can't read {}", self.private.display()))
    }

    /// Logs in at a machine as root with this key alone, and gives back what the command printed there.
    ///
    /// # Errors
    /// When it is not let in, or the command fails.
    pub fn run(&self, namespace: &Namespace, machine: Ipv4Addr, command: &str) -> anyhow::Result<String> {
        let mut ssh = namespace.command("ssh");
        ssh.args(["-F", "/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]);
        ssh.args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]);
        ssh.args(["-o", "ConnectTimeout=20", "-o", "LogLevel=ERROR", "-i"]).arg(&self.private);
        ssh.arg(format!("root@{machine}")).arg(command);
        Process::run(&format!("ssh {machine} {command}"), &ssh, Deadline::seconds(LOGIN_SECS))
    }
}

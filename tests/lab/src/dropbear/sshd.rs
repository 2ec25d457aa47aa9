//! A machine's SSH server: dropbear on a port of loopback, as root in a mount and process namespace of its own. Whatever it is
//! told, it runs a script instead, and should that ever not be what runs, there is nothing in there that could end this box.

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use super::{SshKey, dropbear};
use crate::{Deadline, Namespace, Place, Process, Scratch};

const START_SECS: u64 = 30;
const CONNECT: Duration = Duration::from_secs(5);

/// What the machine does with what it is told.
#[derive(Debug, Clone, Copy)]
pub enum Temper {
    /// It takes it.
    Takes,
    /// It knows `reboot` only.
    HasNoSystemd,
    /// It goes down in the middle of it.
    GoesDown,
    /// It takes it, and says no more.
    Hangs,
    /// It does not do it.
    Refuses,
}

impl Temper {
    fn lines(self) -> &'static str {
        match self {
            Self::Takes => "exit 0",
            Self::HasNoSystemd => "case $SSH_ORIGINAL_COMMAND in systemctl*) exit 127 ;; esac",
            // The process that serves this login is the shell's parent.
            Self::GoesDown => "kill -9 $PPID",
            Self::Hangs => "sleep 600",
            Self::Refuses => "printf 'not\\ttoday,\\nsays init\\n' >&2; exit 1",
        }
    }
}

/// A server that listens on loopback, and lets root in with one key.
#[derive(Debug)]
pub struct Sshd {
    at: SocketAddr,
    host_key: String,
    private_key: String,
    folder: Scratch,
    process: Process,
}

/// Inside, root's home is another one, and all of this may lie in it: it is seen here as well.
const START: &str = "set -e; mount --make-rprivate /; mount -t tmpfs tmpfs /mnt
    mkdir /mnt/folder /mnt/dropbear; mount --bind \"$1\" /mnt/folder; mount --bind \"$2\" /mnt/dropbear
    mount -t tmpfs -o mode=0700 tmpfs /root; mkdir -m 0700 /root/.ssh
    cp /mnt/folder/machine-key.pub /root/.ssh/authorized_keys; chmod 0600 /root/.ssh/authorized_keys
    for it in systemctl reboot poweroff halt shutdown; do
        for dir in /bin /sbin /usr/bin /usr/sbin; do
            if [ -e $dir/$it ]; then mount --bind /dev/null $(readlink -f $dir/$it); fi
        done
    done
    LD_LIBRARY_PATH=$(echo /mnt/dropbear/usr/lib/*linux-gnu*) exec /mnt/dropbear/usr/sbin/dropbear -F -E -s -j -k \
        -p \"$3\" -r /mnt/folder/host_key -c /mnt/folder/forced -P /mnt/folder/pid";

impl Sshd {
    /// Starts it there.
    ///
    /// # Errors
    /// When it can't be fetched or started; the error holds its last words.
    pub fn start(place: &Place, temper: Temper) -> anyhow::Result<Self> {
        Namespace::check_rights()?;
        let folder = Scratch::new()?;
        let root = dropbear()?.ancestors().nth(3).context("dropbear lies in no folder")?.to_owned();
        let private_key = SshKey::make(folder.path(), "machine-key")?.private()?;
        let host_key = host_key(&root, &folder.path().join("host_key"))?;
        fs::write(folder.path().join("told"), "")?;
        let forced = folder.path().join("forced");
        let lines = temper.lines();
        fs::write(
            &forced,
            format!("#!/bin/sh\necho \"$SSH_ORIGINAL_COMMAND\" >> /mnt/folder/told\n{lines}\n"),
        )?;
        fs::set_permissions(&forced, Permissions::from_mode(0o755))?;

        let loopback = Ipv4Addr::LOCALHOST.into();
        let at = SocketAddr::new(loopback, place.free_port(loopback)?);
        let mut command = place.command("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", START, "sh"]);
        command.arg(folder.path()).arg(root).arg(at.to_string());
        let process = Process::spawn("dropbear", &command)?;
        let sshd = Self { at, host_key, private_key, folder, process };
        let listens = || Ok(place.connect(at, CONNECT).ok().map(drop));
        let listening = Deadline::seconds(START_SECS).wait_for("dropbear", listens);
        listening.with_context(|| format!("dropbear said:\n{}", sshd.process.log().tail(20)))?;
        Ok(sshd)
    }

    /// Where it listens.
    #[must_use]
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// Its public key: kind, base64 and comment.
    #[must_use]
    pub fn host_key(&self) -> &str {
        &self.host_key
    }

    /// The private key that it lets in.
    #[must_use]
    pub fn private_key(&self) -> &str {
        &self.private_key
    }

    /// A private key that it does not know.
    ///
    /// # Errors
    /// When none can be made.
    pub fn another_private_key(&self) -> anyhow::Result<String> {
        SshKey::make(self.folder.path(), "another-key")?.private()
    }

    /// What it was told, a line a command.
    ///
    /// # Errors
    /// When that can't be read.
    pub fn told(&self) -> anyhow::Result<String> {
        fs::read_to_string(self.folder.path().join("told")).context("what dropbear was told can't be read")
    }
}

fn host_key(root: &Path, to: &Path) -> anyhow::Result<String> {
    let libraries = fs::read_dir(root.join("usr/lib"))?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut libraries = libraries.filter(|path| path.to_string_lossy().contains("linux-gnu"));
    let mut make = Command::new(root.join("usr/bin/dropbearkey"));
    make.env("LD_LIBRARY_PATH", libraries.next().context("dropbear has no libraries")?);
    make.args(["-t", "ed25519", "-f"]).arg(to);
    let said = Process::run("dropbearkey", &make, Deadline::seconds(START_SECS))?;
    let shown = said.lines().find(|line| line.starts_with("ssh-ed25519 "));
    Ok(shown.context("dropbearkey showed no key")?.to_owned())
}

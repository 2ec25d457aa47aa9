//! Debian's dropbear on a port of loopback, as root in a mount and process namespace of its own. Whatever it is told, it runs
//! the test's script instead: no machine is switched off by these tests.

use std::fs::{self, Permissions};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use lab::{Deadline, Process, SshKey, dropbear};
use tempfile::TempDir;

/// What the machine does with what it is told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Script {
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

impl Script {
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

/// A server that listens.
pub(crate) struct Server {
    pub(crate) at: SocketAddr,
    pub(crate) host_key: String,
    pub(crate) private_key: String,
    dir: TempDir,
    _process: Process,
}

impl Server {
    pub(crate) fn start(script: Script) -> Self {
        lab::Namespace::check_rights().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let program = dropbear().unwrap();
        let root = program.ancestors().nth(3).unwrap().to_owned();
        let mut libraries = fs::read_dir(root.join("usr/lib")).unwrap().map(|entry| entry.unwrap().path());
        let libraries = libraries.find(|path| path.to_string_lossy().contains("linux-gnu")).unwrap();
        let key = SshKey::make(dir.path(), "machine-key").unwrap();
        fs::copy(key.public(), path("authorized_keys")).unwrap();

        let mut make = Command::new(root.join("usr/bin/dropbearkey"));
        make.env("LD_LIBRARY_PATH", &libraries).args(["-t", "ed25519", "-f"]).arg(path("host_key"));
        let said = Process::run("dropbearkey", &make, Deadline::seconds(30)).unwrap();
        let host_key = said.lines().find(|line| line.starts_with("ssh-ed25519 ")).unwrap().to_owned();

        let told = path("told");
        fs::write(&told, "").unwrap();
        let forced = path("forced");
        let lines = script.lines();
        let text = format!("#!/bin/sh\necho \"$SSH_ORIGINAL_COMMAND\" >> {}\n{lines}\n", told.display());
        fs::write(&forced, text).unwrap();
        fs::set_permissions(&forced, Permissions::from_mode(0o755)).unwrap();

        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let at = SocketAddr::from(([127, 0, 0, 1], port));
        // Should the script ever not be what runs, then still nothing that could end this box. (Some of them are links to others.)
        let guard = "for it in systemctl reboot poweroff halt shutdown; do
                for dir in /bin /sbin /usr/bin /usr/sbin; do
                    if [ -e $dir/$it ]; then mount --bind /dev/null $(readlink -f $dir/$it); fi
                done
            done";
        let start = format!(
            "set -e; mount --make-rprivate /; {guard}
             mount -t tmpfs -o mode=0700 tmpfs /root; mkdir -m 0700 /root/.ssh
             cp \"$1\" /root/.ssh/authorized_keys; chmod 0600 /root/.ssh/authorized_keys
             exec \"$2\" -F -E -s -j -k -p {at} -r \"$3\" -c \"$4\" -P \"$5\""
        );
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", &start, "sh"]);
        command.arg(path("authorized_keys")).arg(outside_of_root(&program, &dir)).arg(path("host_key"));
        command.arg(&forced).arg(path("pid")).env("LD_LIBRARY_PATH", outside_of_root(&libraries, &dir));
        let process = Process::spawn("dropbear", &command).unwrap();
        let listens = || Ok(TcpStream::connect(at).ok().map(drop));
        if let Err(error) = Deadline::seconds(30).wait_for("dropbear", listens) {
            panic!("{error:#}: {}", process.log().text());
        }
        let private_key = fs::read_to_string(path("machine-key")).unwrap();
        Self { at, host_key, private_key, dir, _process: process }
    }

    /// What it was told.
    pub(crate) fn told(&self) -> String {
        fs::read_to_string(self.dir.path().join("told")).unwrap()
    }

    pub(crate) fn another_private_key(&self) -> String {
        SshKey::make(self.dir.path(), "another-key").unwrap();
        fs::read_to_string(self.dir.path().join("another-key")).unwrap()
    }
}

/// Root's home is covered in there: what lies below it is copied to where it can be seen.
fn outside_of_root(from: &Path, dir: &TempDir) -> std::path::PathBuf {
    if !from.starts_with("/root") {
        return from.to_owned();
    }
    let to = dir.path().join(from.file_name().unwrap());
    let mut copy = Command::new("cp");
    copy.arg("-rL").arg(from).arg(&to);
    Process::run("cp", &copy, Deadline::seconds(30)).unwrap();
    to
}

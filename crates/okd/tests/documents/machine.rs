//! A machine as far as the scripts look: folders of its own in the places of `/sys`, `/dev`, `/etc` and `/run`, in namespaces
//! of mounts and processes. bash, curl and wipefs are real; what would ask this box's udev or journal is a stand-in.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::disk::Disk;
use crate::document::content;

pub(crate) struct Machine {
    folder: tempfile::TempDir,
    /// Done before the script, inside.
    pub(crate) before: String,
}

/// What a script said and left.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// On the consoles, and what bash complained of.
    pub(crate) said: String,
}

impl Machine {
    /// With no disk, booted to install on the one of that name.
    pub(crate) fn new(install_dev: &str) -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap(), before: String::new() };
        for folder in
            ["sys/block", "sys/class/tty/console", "dev/disk/by-id", "etc/muster-install", "tools", "run"]
        {
            fs::create_dir_all(machine.path(folder)).unwrap();
        }
        fs::write(machine.path("sys/class/tty/console/active"), "tty0 ttyS0\n").unwrap();
        fs::write(machine.path("dev/null"), "").unwrap();
        symlink("/proc/self/fd", machine.path("dev/fd")).unwrap();
        for console in ["tty0", "ttyS0"] {
            symlink("/proc/self/fd/9", machine.path("dev").join(console)).unwrap();
        }
        fs::write(
            machine.path("cmdline"),
            format!("coreos.inst.install_dev=/dev/sda BOOTIF=x coreos.inst.install_dev={install_dev}\n"),
        )
        .unwrap();
        machine.tool("udevadm", "[[ $1 == info && -e $M/udev ]] && cat $M/udev; exit 0");
        machine.tool("sleep", "exec /bin/sleep 0.02");
        machine.tool("journalctl", "exit 0");
        machine
    }

    pub(crate) fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(below)
    }

    pub(crate) fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap_or_default()
    }

    /// A stand-in for a program; `$M` is the machine's folder.
    pub(crate) fn tool(&self, name: &str, script: &str) {
        let path = self.path("tools").join(name);
        fs::write(&path, format!("#!/bin/bash\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn add(&self, disk: &Disk) {
        disk.put_into(self.folder.path());
    }

    /// Puts a file of a document where the document has it.
    pub(crate) fn install(&self, document: &str, path: &str) {
        let at = self.path(path.trim_start_matches('/'));
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, content(document, path)).unwrap();
    }

    /// Runs a program of the document to its end.
    pub(crate) fn run(&self, document: &str, program: &str) -> Ended {
        let Output { status, stdout, stderr } = self.command(document, program).output().unwrap();
        assert!(stderr.is_empty(), "a namespace is needed (root): {}", String::from_utf8_lossy(&stderr));
        Ended { code: status.code(), said: String::from_utf8_lossy(&stdout).into_owned() }
    }

    /// A program of the document, in the machine.
    pub(crate) fn command(&self, document: &str, program: &str) -> Command {
        let name = program.rsplit('/').next().unwrap();
        fs::write(self.path(name), content(document, program)).unwrap();
        let folder = self.folder.path().display();
        let steps = format!(
            "set -e; M={folder}; export M; exec 9>&1
             mount --bind /dev/null $M/dev/null; mount --bind $M/cmdline /proc/cmdline
             for place in sys dev etc run; do mount --rbind $M/$place /$place; done
             {}
             export PATH=$M/tools:$PATH; cd $M; set +e; bash $M/{name} 2>&1",
            self.before
        );
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
        if !rustix::process::geteuid().is_root() {
            command.arg("--map-root-user");
        }
        command.args(["bash", "-c", &steps]);
        command
    }

    /// What was left for home: `STEP FAILED PERCENT` and the words.
    pub(crate) fn words(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.path("run/muster/words")) else { return Vec::new() };
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
    }
}

//! The system on the disk, made once: Debian's own packages by `mmdebstrap`, and a few files.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::{DISK, INITRAMFS, door};
use crate::apt::{self, Apt};
use crate::guest::{initramfs, modules};
use crate::progress::note;
use crate::{Deadline, Kernel, Namespace, Process, cache, kernel};

/// What a server has, and nothing that a test does without.
const PACKAGES: &str = "systemd-sysv,udev,dbus,iproute2,kmod";
/// A disk of so much; most of it is a hole.
const DISK_SIZE: &str = "768M";
/// Before there is a disk: its driver and its filesystem.
const EARLY_MODULES: [&str; 4] = ["virtio_pci", "virtio_blk", "crc32c_generic", "ext4"];
/// The devices of the machines that are installed.
const MODULES: [&str; 11] = [
    "virtio_net",
    "e1000e",
    "nvme",
    "ahci",
    "sd_mod",
    "sg",
    "ipmi_si",
    "ipmi_devintf",
    "drivetemp",
    "autofs4",
    "dummy",
];
const INIT: &str = "#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs devtmpfs /dev
exec </dev/console >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
for module in virtio_pci virtio_blk crc32c_generic ext4; do modprobe $module; done
for try in $(seq 100); do
    [ -b /dev/vda ] && break
    sleep 0.1
done
mount -t ext4 /dev/vda /root || exec poweroff -f
for name in dev proc sys; do mount --move /$name /root/$name; done
exec switch_root /root /sbin/init
";
/// What a first boot would ask for, and what nobody looks at.
const MASKED: &str = "systemd-firstboot.service getty@tty1.service serial-getty@ttyS0.service \
    proc-sys-fs-binfmt_misc.automount fstrim.timer dpkg-db-backup.timer systemd-tmpfiles-clean.timer";
const MAKE_SECS: u64 = 1800;

/// The folder of the system for the kernel that is used now, and for what is written here.
pub(super) fn folder() -> anyhow::Result<PathBuf> {
    let kernel = kernel()?;
    let suite = Apt::suite_of_this_box()?;
    let mut recipe = DefaultHasher::new();
    (PACKAGES, DISK_SIZE, EARLY_MODULES, MODULES, INIT, MASKED, files()).hash(&mut recipe);
    let name = format!("debian-{suite}-{}-{:016x}", kernel.version, recipe.finish());
    cache::fetch_once(&name, |folder| make(&suite, &kernel, folder))
}

/// Paths, and what stands there.
fn files() -> [(&'static str, String); 8] {
    let address = super::Installed::ADDRESS;
    let gateway = Namespace::ADDRESS;
    [
        ("etc/hostname", "installed\n".to_owned()),
        // Without one the first boot is taken for an installation.
        ("etc/machine-id", "6d757374657240008000000000000050\n".to_owned()),
        ("etc/modules-load.d/lab.conf", MODULES.map(|module| format!("{module}\n")).concat()),
        (
            "etc/systemd/network/10-lab.network",
            format!(
                "[Match]\nDriver=virtio_net\n\n[Network]\nAddress={address}/24\nGateway={gateway}\n\
                 LinkLocalAddressing=no\nIPv6AcceptRA=no\n"
            ),
        ),
        (
            "etc/systemd/network/20-spare.network",
            "[Match]\nDriver=e1000e\n\n[Link]\nRequiredForOnline=no\n\n[Network]\nLinkLocalAddressing=no\n"
                .to_owned(),
        ),
        ("etc/systemd/system/lab-door.socket", door::SOCKET.to_owned()),
        ("etc/systemd/system/lab-door@.service", door::SERVICE.to_owned()),
        (door::PROGRAM.trim_start_matches('/'), door::SCRIPT.to_owned()),
    ]
}

fn make(suite: &str, kernel: &Kernel, folder: &Path) -> anyhow::Result<()> {
    Namespace::check_rights()?;
    note(format_args!("making a system of Debian {suite}"));
    let deadline = Deadline::seconds(MAKE_SECS);
    let root = folder.join("root");
    bootstrap(suite, PACKAGES, folder, &root, deadline)?;
    for (path, text) in files() {
        let path = root.join(path);
        if path.starts_with(root.join("usr")) {
            initramfs::write_program(&path, &text)?;
        } else {
            std::fs::create_dir_all(path.parent().unwrap_or(&root))?;
            std::fs::write(&path, text).with_context(|| format!("can't write {}", path.display()))?;
        }
    }
    initramfs::install(Path::new(initramfs::BUSYBOX), &root.join("usr/bin/busybox"))?;
    modules::install(kernel, &MODULES.map(str::to_owned), &root)?;
    inside(&root, &format!("depmod {}", kernel.version), deadline)?;
    inside(&root, "systemctl enable systemd-networkd.service lab-door.socket", deadline)?;
    inside(&root, &format!("systemctl mask {MASKED}"), deadline)?;

    let mut disk = Command::new("mkfs.ext4");
    disk.args(["-q", "-L", "system", "-d"]).arg(&root).arg(folder.join(DISK)).arg(DISK_SIZE);
    Process::run("mkfs.ext4", &disk, deadline)?;
    // It is on the disk now.
    std::fs::remove_dir_all(&root).with_context(|| format!("can't remove {}", root.display()))?;
    early(kernel, folder, deadline)
}

/// Debian's own packages in a folder.
pub(crate) fn bootstrap(
    suite: &str,
    packages: &str,
    folder: &Path,
    root: &Path,
    deadline: Deadline,
) -> anyhow::Result<()> {
    let sources = folder.join("debian.sources");
    std::fs::write(&sources, apt::source(suite))?;
    let mut command = Command::new("mmdebstrap");
    command.env("LC_ALL", "C").args(["--quiet", "--mode=root", "--format=directory", "--variant=essential"]);
    command.arg(format!("--include={packages}"));
    for unread in ["doc", "man", "locale", "info"] {
        command.arg(format!("--dpkgopt=path-exclude=/usr/share/{unread}/*"));
    }
    command.arg(suite).arg(root).arg(&sources);
    Process::run("mmdebstrap", &command, deadline)
        .with_context(|| format!("can't make a Debian {suite}: is the mirror reachable from here?"))
        .map(drop)
}

/// Runs a command of the system's own.
pub(crate) fn inside(root: &Path, words: &str, deadline: Deadline) -> anyhow::Result<()> {
    let mut command = Command::new("chroot");
    command.arg(root).args(words.split_whitespace());
    Process::run(words, &command, deadline).map(drop)
}

/// The initramfs: a busybox that mounts the disk and goes over to it.
fn early(kernel: &Kernel, folder: &Path, deadline: Deadline) -> anyhow::Result<()> {
    let root = folder.join("early");
    for name in ["bin", "dev", "proc", "sys", "root"] {
        let name = root.join(name);
        std::fs::create_dir_all(&name).with_context(|| format!("can't make {}", name.display()))?;
    }
    initramfs::install(Path::new(initramfs::BUSYBOX), &root.join("bin/busybox"))?;
    modules::install(kernel, &EARLY_MODULES.map(str::to_owned), &root)?;
    initramfs::write_program(&root.join("init"), INIT)?;
    initramfs::pack(&root, &folder.join(INITRAMFS), deadline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disk_is_found_by_what_is_loaded_before_it() {
        assert!(INIT.contains(&EARLY_MODULES.join(" ")));
    }

    #[test]
    fn the_system_is_made_once() {
        let made = folder().unwrap();
        assert!(made.join(DISK).is_file() && made.join(INITRAMFS).is_file());
        assert_eq!(folder().unwrap(), made);
    }
}

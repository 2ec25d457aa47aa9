//! The root file system and the initramfs.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use super::boot_part;
use crate::guest::{initramfs, modules};
use crate::installed::{bootstrap, inside};
use crate::progress::note;
use crate::{Deadline, Ignition, Kernel, Namespace, Process};

pub(super) const INITRAMFS: &str = "initramfs";
pub(super) const ROOTFS: &str = "rootfs.img";

/// What a CoreOS has of Debian's, as far as documents and units call for it.
const PACKAGES: &str = "systemd-sysv,udev,dbus,iproute2,kmod,passwd,curl,network-manager,fdisk,gdisk";
/// In the initramfs: cards and disks of the lab's machines, and what mounts.
const EARLY_MODULES: [&str; 13] = [
    "virtio_pci",
    "virtio_net",
    "virtio_blk",
    "nvme",
    "ahci",
    "sd_mod",
    "crc32c_generic",
    "ext4",
    "loop",
    "overlay",
    "nls_cp437",
    "nls_ascii",
    "vfat",
];
/// In the root file system.
const MODULES: [&str; 4] = ["autofs4", "vfat", "bonding", "8021q"];
const INIT: &str = include_str!("init.sh");
const LEASE: &str = include_str!("lease.sh");
/// Nobody sits before it.
const MASKED: &str = "systemd-firstboot.service getty@tty1.service serial-getty@ttyS0.service \
    proc-sys-fs-binfmt_misc.automount fstrim.timer dpkg-db-backup.timer systemd-tmpfiles-clean.timer \
    e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer NetworkManager-wait-online.service \
    systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service";
/// Paths, contents, and whether it is a program.
const FILES: [(&str, &str, bool); 8] = [
    // So that the first boot is one: systemd enables what Ignition's preset names.
    ("etc/machine-id", "uninitialized\n", false),
    ("etc/hostname", "localhost\n", false),
    ("etc/selinux/config", "SELINUX=disabled\nSELINUXTYPE=targeted\n", false),
    ("usr/sbin/setfiles", "#!/bin/sh\n", true),
    ("usr/libexec/coreos-installer-service", include_str!("installer.sh"), true),
    ("usr/lib/systemd/system/coreos-installer.service", include_str!("coreos-installer.service"), false),
    (
        "usr/lib/systemd/system/coreos-installer-reboot.service",
        include_str!("coreos-installer-reboot.service"),
        false,
    ),
    ("usr/lib/systemd/system/coreos-installer.target", include_str!("coreos-installer.target"), false),
];
/// What the system may write on its disk before it is full.
const ROOM_MIB: u64 = 96;
const MIB: u64 = 1 << 20;
const MAKE_SECS: u64 = 1800;

/// What it follows from, beside Debian: also the build's name.
pub(super) fn recipe() -> u64 {
    let mut recipe = DefaultHasher::new();
    (PACKAGES, EARLY_MODULES, MODULES, INIT, LEASE, MASKED, FILES, ROOM_MIB, boot_part::RECIPE)
        .hash(&mut recipe);
    recipe.finish()
}

pub(super) fn make(suite: &str, kernel: &Kernel, ignition: &Ignition, folder: &Path) -> anyhow::Result<()> {
    Namespace::check_rights()?;
    note(format_args!("making a stand-in for CoreOS of Debian {suite}"));
    let deadline = Deadline::seconds(MAKE_SECS);
    let archive = folder.join(INITRAMFS);
    early(kernel, folder, &archive, deadline)?;

    let root = folder.join("root");
    bootstrap(suite, PACKAGES, folder, &root, deadline)?;
    for (path, text, is_program) in FILES {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&root))?;
        if is_program {
            initramfs::write_program(&path, text)?;
        } else {
            std::fs::write(&path, text).with_context(|| format!("can't write {}", path.display()))?;
        }
    }
    initramfs::install(ignition.engine(), &root.join("usr/libexec/ignition"))?;
    modules::install(kernel, &MODULES.map(str::to_owned), &root)?;
    inside(&root, &format!("depmod {}", kernel.version), deadline)?;
    inside(&root, &format!("systemctl mask {MASKED}"), deadline)?;
    for name in ["var/cache/apt", "var/lib/apt/lists", "usr/share/locale", "usr/share/zoneinfo"] {
        std::fs::remove_dir_all(root.join(name)).ok();
    }
    let size_mib = size(&root, deadline)? + boot_part::MIB_LONG + ROOM_MIB;
    boot_part::write(kernel, &archive, size_mib + 1, &root.join(boot_part::IN_ROOT), folder, deadline)?;
    filesystem(&root, &folder.join(ROOTFS), size_mib, deadline)?;
    std::fs::remove_dir_all(&root).with_context(|| format!("can't remove {}", root.display()))
}

/// Bytes in MiB, rounded up.
fn size(root: &Path, deadline: Deadline) -> anyhow::Result<u64> {
    let mut du = Command::new("du");
    du.args(["--summarize", "--block-size=1M"]).arg(root);
    let said = Process::run("du", &du, deadline)?;
    let number = said.split_whitespace().next().context("du says nothing")?;
    number.parse().with_context(|| format!("du says {number:?}"))
}

/// The partition, whole: the last MiB is not the file system's, and ends with the build's name.
fn filesystem(root: &Path, image: &Path, size_mib: u64, deadline: Deadline) -> anyhow::Result<()> {
    let mut make = Command::new("mkfs.ext4");
    // busybox and every kernel read it so, and a TCG machine checks no sums.
    make.args(["-q", "-L", "node-root", "-m", "0", "-O", "^metadata_csum", "-d"]).arg(root).arg(image);
    make.arg(format!("{size_mib}M"));
    Process::run("mkfs.ext4", &make, deadline)?;
    let file = std::fs::File::options().write(true).open(image)?;
    let length = (size_mib + 1) * MIB;
    file.set_len(length)?;
    let build = format!("{:016x}", recipe());
    let at = length - u64::try_from(build.len())?;
    file.write_all_at(build.as_bytes(), at).with_context(|| format!("can't write {}", image.display()))
}

fn early(kernel: &Kernel, folder: &Path, archive: &Path, deadline: Deadline) -> anyhow::Result<()> {
    let root = folder.join("early");
    for name in ["bin", "dev", "proc", "sys", "run", "root"] {
        let name = root.join(name);
        std::fs::create_dir_all(&name).with_context(|| format!("can't make {}", name.display()))?;
    }
    initramfs::install(Path::new(initramfs::BUSYBOX), &root.join("bin/busybox"))?;
    modules::install(kernel, &EARLY_MODULES.map(str::to_owned), &root)?;
    initramfs::write_program(&root.join("init"), INIT)?;
    initramfs::write_program(&root.join("bin/lease"), LEASE)?;
    std::fs::write(root.join("modules"), EARLY_MODULES.map(|module| format!("{module}\n")).concat())?;
    std::fs::write(root.join("build"), format!("{:016x}", recipe()))?;
    initramfs::pack(&root, archive, deadline)
}

//! What stands before the root file system on the installed disk: a partition table, and a partition that a BIOS starts by
//! syslinux, and UEFI as one program of kernel, initramfs and command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::apt::{self, Apt};
use crate::{Deadline, Kernel, Process, cache};

/// How long table and partition are.
pub(super) const MIB_LONG: u64 = 65;
/// Where the installer finds it.
pub(super) const IN_ROOT: &str = "usr/lib/stand-in/boot.img";
/// What it is made of, beside kernel and initramfs.
pub(super) const RECIPE: (&str, [(&str, &str, &str); 3], &str) = (ARGUMENTS, SECTIONS, MAKE);

const ARGUMENTS: &str = "console=tty0 console=ttyS0,115200n8 loglevel=4 no_timer_check";
/// Where the stub expects its parts: each behind the one before, with room.
const SECTIONS: [(&str, &str, &str); 3] = [
    (".cmdline", "cmdline", "0x30000"),
    (".linux", "vmlinuz", "0x2000000"),
    (".initrd", "initrd", "0x4000000"),
];

/// Makes the image $1 for a root file system of $2 MiB, in the folder $3. The table is the whole disk's, of which only the
/// beginning is kept.
const MAKE: &str = r#"set -e
truncate -s $((65 + $2))M "$1"
printf 'label: dos\nlabel-id: 0x6d757374\nstart=1MiB, size=64MiB, type=ef, bootable\nstart=65MiB, size=%sMiB, type=83\n' "$2" |
    sfdisk --quiet "$1"
dd if=/usr/lib/syslinux/mbr/mbr.bin of="$1" bs=440 count=1 conv=notrunc status=none
truncate -s 64M "$3/fat.img"
mkfs.vfat -n NODEBOOT "$3/fat.img" >/dev/null
export MTOOLS_SKIP_CHECK=1
mcopy -s -i "$3/fat.img" "$3/boot/"* ::/
syslinux --install "$3/fat.img"
dd if="$3/fat.img" of="$1" bs=1M seek=1 conv=notrunc status=none
truncate -s 65M "$1"
rm -r "$3/boot" "$3/fat.img"
"#;

pub(super) fn write(
    kernel: &Kernel,
    initramfs: &Path,
    root_mib: u64,
    image: &Path,
    folder: &Path,
    deadline: Deadline,
) -> anyhow::Result<()> {
    let parts = folder.join("boot");
    std::fs::create_dir_all(parts.join("EFI/BOOT"))
        .with_context(|| format!("can't make {}", parts.display()))?;
    std::fs::create_dir_all(image.parent().unwrap_or(folder))?;
    std::fs::copy(&kernel.image, parts.join("vmlinuz"))?;
    std::fs::copy(initramfs, parts.join("initrd"))?;
    std::fs::write(parts.join("cmdline"), ARGUMENTS)?;
    std::fs::write(
        parts.join("syslinux.cfg"),
        format!("DEFAULT node\nPROMPT 0\nLABEL node\nLINUX /vmlinuz\nINITRD /initrd\nAPPEND {ARGUMENTS}\n"),
    )?;
    let mut program = Command::new("objcopy");
    program.current_dir(&parts);
    for (section, file, address) in SECTIONS {
        program.args(["--add-section", &format!("{section}={file}")]);
        program.args(["--change-section-vma", &format!("{section}={address}")]);
    }
    program.arg(stub()?).arg("EFI/BOOT/BOOTX64.EFI");
    Process::run("objcopy", &program, deadline)?;
    std::fs::remove_file(parts.join("cmdline"))?;

    let mut make = Command::new("sh");
    make.args(["-c", MAKE, "sh"]).arg(image).arg(root_mib.to_string()).arg(folder);
    Process::run("making the boot partition", &make, deadline).map(drop)
}

/// systemd's program that UEFI starts, fetched and not installed.
fn stub() -> anyhow::Result<PathBuf> {
    let dir = cache::fetch_once("efi-stub", |dir| {
        let apt = Apt::of_suite(&Apt::suite_of_this_box()?, &dir.join("apt"))?;
        apt::unpack(&apt.download("systemd-boot-efi")?, &dir.join("root"))?;
        std::fs::remove_dir_all(dir.join("apt")).context("can't remove the package lists")
    })?;
    Ok(dir.join("root/usr/lib/systemd/boot/efi/linuxx64.efi.stub"))
}

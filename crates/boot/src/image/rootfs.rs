//! What lies in the initramfs.

use std::path::{Path, PathBuf};

use super::build::{BuildOptions, Extra, Ssh};
use super::cpio::{Archive, Entry};
use super::kernel::Kernel;
use super::modules::{Picked, Tree};
use super::processor::Processor;
use super::{ImageError, libraries};

/// The scripts, as busybox's ash runs them.
const SCRIPTS: &[(&str, &str)] = &[
    ("init", include_str!("rootfs/init.sh")),
    ("etc/muster/console", include_str!("rootfs/console.sh")),
    ("etc/muster/start", include_str!("rootfs/start.sh")),
    ("etc/muster/devices", include_str!("rootfs/devices.sh")),
    ("etc/muster/device", include_str!("rootfs/device.sh")),
    ("etc/muster/coldplug", include_str!("rootfs/coldplug.sh")),
    ("etc/muster/nic", include_str!("rootfs/nic.sh")),
    ("etc/muster/lease", include_str!("rootfs/lease.sh")),
    ("etc/muster/agent", include_str!("rootfs/agent.sh")),
    ("etc/muster/screen", include_str!("rootfs/screen.sh")),
    ("etc/muster/stop", include_str!("rootfs/stop.sh")),
    // What busybox's acpid runs for the power button.
    ("etc/acpi/PWRF/00000080", "#!/bin/sh\nexec poweroff\n"),
];
const INITTAB: &str = include_str!("rootfs/inittab");

/// What an image with an SSH server has beside.
const SSH_SCRIPT: &str = include_str!("rootfs/ssh.sh");
const SSH_INITTAB: &str = "::respawn:/etc/muster/ssh\n";
/// Nobody else is known, and root has no password that could be right.
const PASSWD: &str = "root:*:0:0:root:/root:/bin/sh\n";

pub(super) fn assemble(
    options: &BuildOptions,
    tree: &Tree,
    picked: &mut Picked,
    kernel: &Kernel,
) -> Result<Archive, ImageError> {
    let mut archive = Archive::default();
    // Mount points, and a root that nobody else reads.
    for folder in ["bin", "dev", "etc", "proc", "run", "sys", "usr/bin", "var/log"] {
        archive.put(folder, Entry::Folder { mode: 0o755 });
    }
    archive.put("root", Entry::Folder { mode: 0o700 });
    archive.put("tmp", Entry::Folder { mode: 0o1777 });
    archive.put("sbin", Entry::Link { target: "bin".to_owned() });
    // The kernel opens it for /init before anything is mounted.
    archive.put("dev/console", Entry::Device { major: 5, minor: 1 });

    for (path, script) in SCRIPTS {
        archive.put(path, Entry::Bytes { content: script.as_bytes().to_vec(), mode: 0o755 });
    }
    let mut inittab = INITTAB.to_owned();
    if let Some(ssh) = &options.ssh {
        inittab.push_str(SSH_INITTAB);
        put_ssh(&mut archive, ssh, kernel.processor)?;
    }
    archive.put("etc/inittab", Entry::Bytes { content: inittab.into_bytes(), mode: 0o644 });
    archive.put("bin/busybox", Entry::Copy { from: options.busybox.clone(), mode: 0o755 });
    archive.put("bin/sh", Entry::Link { target: "busybox".to_owned() });
    archive.put("usr/bin/muster-agent", Entry::Copy { from: options.agent.clone(), mode: 0o755 });

    let folder = format!("lib/modules/{}", kernel.version);
    for (path, content) in picked.take() {
        archive.put(&format!("{folder}/{path}"), Entry::Bytes { content, mode: 0o644 });
    }
    let lists = [
        ("modules.dep", picked.dep()),
        ("modules.alias", picked.alias()),
        ("modules.builtin", tree.built_in()),
    ];
    for (name, content) in lists {
        archive.put(&format!("{folder}/{name}"), Entry::Bytes { content: content.into_bytes(), mode: 0o644 });
    }
    Ok(archive)
}

/// Puts files of the operator's own in places that are still free.
pub(super) fn put_extra(archive: &mut Archive, extra: &[Extra]) -> Result<(), ImageError> {
    for extra in extra {
        let place = extra.place()?;
        if archive.contains(place) {
            return Err(ImageError::Place(extra.to.clone()));
        }
        archive.put(place, Entry::Copy { from: extra.from.clone(), mode: 0o644 });
    }
    Ok(())
}

fn put_ssh(archive: &mut Archive, ssh: &Ssh, processor: Processor) -> Result<(), ImageError> {
    for (place, lies) in libraries::of(&ssh.dropbear, processor)? {
        archive.put(&place, Entry::Copy { from: lies, mode: 0o755 });
    }
    // With it the machine's key is made at once, and told by the agent; without, when somebody comes first.
    if let Some(keygen) = beside(&ssh.dropbear, "dropbearkey") {
        for (place, lies) in libraries::of(&keygen, processor)? {
            if !archive.contains(&place) {
                archive.put(&place, Entry::Copy { from: lies, mode: 0o755 });
            }
        }
        archive.put("usr/bin/dropbearkey", Entry::Copy { from: keygen, mode: 0o755 });
    }
    archive.put("usr/bin/dropbear", Entry::Copy { from: ssh.dropbear.clone(), mode: 0o755 });
    archive.put("root/.ssh", Entry::Folder { mode: 0o700 });
    for (path, text, mode) in [
        ("etc/muster/ssh", SSH_SCRIPT.to_owned(), 0o755),
        ("etc/passwd", PASSWD.to_owned(), 0o644),
        ("etc/group", "root:x:0:\n".to_owned(), 0o644),
        ("root/.ssh/authorized_keys", format!("{}\n", ssh.key), 0o600),
    ] {
        archive.put(path, Entry::Bytes { content: text.into_bytes(), mode });
    }
    Ok(())
}

/// A program of the same tree: in the same folder, or in `bin` beside `sbin`.
fn beside(program: &Path, name: &str) -> Option<PathBuf> {
    let folder = program.parent()?;
    [folder.join(name), folder.parent()?.join("bin").join(name)].into_iter().find(|path| path.is_file())
}

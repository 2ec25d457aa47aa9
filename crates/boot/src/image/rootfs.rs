//! What lies in the initramfs.

use crate::ssh_key::SshPublicKey;

use super::ImageError;
use super::build::BuildOptions;
use super::cpio::{Archive, Entry};
use super::modules::{Picked, Tree};

/// The scripts, as busybox's ash runs them.
const SCRIPTS: &[(&str, &str)] = &[
    ("init", include_str!("rootfs/init.sh")),
    ("etc/muster/console", include_str!("rootfs/console.sh")),
    ("etc/muster/start", include_str!("rootfs/start.sh")),
    ("etc/muster/nic", include_str!("rootfs/nic.sh")),
    ("etc/muster/lease", include_str!("rootfs/lease.sh")),
    ("etc/muster/agent", include_str!("rootfs/agent.sh")),
    ("etc/muster/stop", include_str!("rootfs/stop.sh")),
    // What busybox's acpid runs for the power button.
    ("etc/acpi/PWRF/00000080", "#!/bin/sh\nexec poweroff\n"),
];

const INITTAB: &str = include_str!("rootfs/inittab");

pub(super) fn assemble(
    options: &BuildOptions,
    tree: &Tree,
    picked: &Picked,
    kernel_version: &str,
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
    archive.put("etc/inittab", Entry::Bytes { content: INITTAB.as_bytes().to_vec(), mode: 0o644 });
    archive.put("bin/busybox", Entry::Copy { from: options.busybox.clone(), mode: 0o755 });
    archive.put("bin/sh", Entry::Link { target: "busybox".to_owned() });
    archive.put("usr/bin/muster-agent", Entry::Copy { from: options.agent.clone(), mode: 0o755 });
    if let Some(key) = &options.ssh_key {
        put_key(&mut archive, key);
    }

    let modules = format!("lib/modules/{kernel_version}");
    for path in picked.paths() {
        archive.put(&format!("{modules}/{path}"), Entry::Copy { from: tree.full(path), mode: 0o644 });
    }
    for (name, content) in [("modules.dep", picked.dep()), ("modules.alias", picked.alias())] {
        archive
            .put(&format!("{modules}/{name}"), Entry::Bytes { content: content.into_bytes(), mode: 0o644 });
    }
    for extra in &options.extra {
        let place = extra.place()?;
        if archive.contains(place) {
            return Err(ImageError::Place(extra.to.clone()));
        }
        archive.put(place, Entry::Copy { from: extra.from.clone(), mode: 0o644 });
    }
    Ok(archive)
}

fn put_key(archive: &mut Archive, key: &SshPublicKey) {
    archive.put("root/.ssh", Entry::Folder { mode: 0o700 });
    let content = format!("{key}\n").into_bytes();
    archive.put("root/.ssh/authorized_keys", Entry::Bytes { content, mode: 0o600 });
}

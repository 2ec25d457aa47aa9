//! The first and only filesystem of a guest: busybox, modules, programs, and an `/init` that runs the script.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::{Guest, OUT_TAG, modules, programs};
use crate::{Deadline, Kernel, Process};

/// Static, so that it runs in any userland.
pub(crate) const BUSYBOX: &str = "/bin/busybox";
/// What stands on the console when the script has run to its end.
pub(super) const DONE: &str = "GUEST DONE";
/// The way out for what the script writes.
const SHARING: [&str; 3] = ["virtio_pci", "9pnet_virtio", "9p"];

/// Writes it below `folder`, and gives back where it is.
pub(super) fn build(
    guest: &Guest,
    kernel: &Kernel,
    folder: &Path,
    deadline: Deadline,
) -> anyhow::Result<PathBuf> {
    let root = folder.join("root");
    for name in ["bin", "sbin", "dev", "proc", "sys", "run", "out", "tmp"] {
        let name = root.join(name);
        std::fs::create_dir_all(&name).with_context(|| format!("can't make {}", name.display()))?;
    }
    install(Path::new(BUSYBOX), &root.join("bin/busybox"))?;
    let loaded = SHARING.map(str::to_owned).into_iter().chain(guest.modules.iter().cloned());
    let loaded: Vec<String> = loaded.collect();
    modules::install(kernel, &loaded, &root)?;
    for program in &guest.programs {
        programs::install(program, &root, deadline)?;
    }
    write_program(&root.join("script"), &guest.script)?;
    write_program(&root.join("init"), &init(&loaded))?;

    let archive = folder.join("initramfs");
    pack(&root, &archive, deadline)?;
    Ok(archive)
}

/// Puts what lies below `root` into an archive, as the kernel unpacks one; `root` is gone then, for it may be large.
pub(crate) fn pack(root: &Path, archive: &Path, deadline: Deadline) -> anyhow::Result<()> {
    let mut pack = Command::new("sh");
    pack.current_dir(root).args(["-c", "busybox find . | busybox cpio -o -H newc >\"$0\""]).arg(archive);
    Process::run("packing the initramfs", &pack, deadline)?;
    std::fs::remove_dir_all(root).with_context(|| format!("can't remove {}", root.display()))
}

/// `mdev -s` makes no nodes that devtmpfs has not made already: it is not needed.
fn init(modules: &[String]) -> String {
    let load: String = modules.iter().map(|module| format!("modprobe {module}\n")).collect();
    format!(
        "#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
exec </dev/console >/dev/console 2>&1
{load}mount -t 9p -o trans=virtio,version=9p2000.L,msize=32768 {OUT_TAG} /out
cd /tmp
sh /script
dmesg >/out/dmesg
echo {DONE}
umount /out
poweroff -f
"
    )
}

pub(crate) fn write_program(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text)
        .and_then(|()| std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)))
        .with_context(|| format!("can't write {}", path.display()))
}

/// Copies a file with its mode, and makes the folders above it.
pub(crate) fn install(from: &Path, to: &Path) -> anyhow::Result<()> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("can't make {}", parent.display()))?;
    }
    let copied = std::fs::copy(from, to).map(drop);
    copied.with_context(|| format!("can't copy {} to {}", from.display(), to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scratch, kernel};

    #[test]
    fn it_holds_the_script_and_a_module_with_all_that_this_one_needs() {
        let scratch = Scratch::new().unwrap();
        let guest = Guest {
            modules: vec!["scsi_debug dev_size_mb=8".into()],
            programs: vec!["/bin/true".into()],
            script: "echo hello >/out/hello\n".into(),
        };
        let patience = Deadline::seconds(60);
        let archive = build(&guest, &kernel().unwrap(), scratch.path(), patience).unwrap();
        let mut list = Command::new("sh");
        list.args(["-c", "busybox cpio -t <\"$0\""]).arg(archive);
        let list = Process::run("listing", &list, patience).unwrap();
        for name in
            ["init", "script", "bin/busybox", "bin/true", "modules.dep", "scsi_debug.ko", "scsi_mod.ko"]
        {
            assert!(list.lines().any(|line| line.ends_with(name)), "{name} is not in\n{list}");
        }
        assert!(init(&guest.modules).contains("\nmodprobe scsi_debug dev_size_mb=8\n"));
    }
}

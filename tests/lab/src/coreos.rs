//! A stand-in for CoreOS live, for want of a real one: Debian's kernel and systemd, the real Ignition, and units and an
//! installer that are named, ordered and ended as those in a CoreOS.
//!
//! ```text
//!  kernel ─┐  live:      network by ip=…, HEAD and GET of the root file system, Ignition, systemd, coreos-installer.target
//!  initramfs ┤              installer: node's document by its URL ─▶ disk ─▶ reboot
//!  rootfs ─┘  installed: first boot: network by what was forwarded, Ignition with that document; systemd
//! ```
//!
//! What is installed is the live system's own root file system behind a boot partition, which starts by a BIOS and by UEFI.
//! It has systemd, udev, NetworkManager and curl; no kubelet.

mod boot_part;
mod system;

use std::path::PathBuf;

use crate::apt::Apt;
use crate::{cache, ignition, kernel};

/// The three files of one build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreOs {
    /// The kernel.
    pub kernel: PathBuf,
    /// The initramfs, which takes no other root file system than its own.
    pub initramfs: PathBuf,
    /// The root file system.
    pub rootfs: PathBuf,
}

/// Made once into `target/lab`.
///
/// # Errors
/// When it can't be made: mostly for want of rights, or of a mirror.
pub fn coreos() -> anyhow::Result<CoreOs> {
    let (kernel, ignition) = (kernel()?, ignition()?);
    let suite = Apt::suite_of_this_box()?;
    let name = format!("coreos-{suite}-{}-{:016x}", kernel.version, system::recipe());
    let folder = cache::fetch_once(&name, |folder| system::make(&suite, &kernel, &ignition, folder))?;
    Ok(CoreOs {
        kernel: kernel.image,
        initramfs: folder.join(system::INITRAMFS),
        rootfs: folder.join(system::ROOTFS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_and_its_parts_are_of_one_build() {
        let made = coreos().unwrap();
        assert_eq!(coreos().unwrap(), made);
        let rootfs = std::fs::read(&made.rootfs).unwrap();
        let build = format!("{:016x}", system::recipe());
        assert!(rootfs.ends_with(build.as_bytes()));
        assert_eq!(rootfs.len() % (1 << 20), 0, "the installer writes whole MiB");
    }
}

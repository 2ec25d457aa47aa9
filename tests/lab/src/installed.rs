//! A machine with a Debian of its own on its disk, systemd and all: what an operator has before him who installs something.
//!
//! ```text
//!  mmdebstrap ─▶ systemd, udev, dbus; modules; a door ─▶ ext4 ─┐
//!  busybox, the disk's driver ──────────────────▶ initramfs ───┴─▶ Machine ◀── door ── the test
//! ```
//!
//! The disk is made once and kept in the cache. What a machine writes to it outlasts a reboot, and is gone with the machine.

mod door;
mod system;

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, bail};

use crate::{Deadline, DirectBoot, Machine, MachineSpec, Namespace, Place, cache, kernel};
pub use door::Answer;
pub(crate) use system::{bootstrap, inside};

/// The parts of the system that are files here.
const DISK: &str = "disk.ext4";
const INITRAMFS: &str = "initramfs";

/// Makes the system, so that no test has to wait for it.
///
/// # Errors
/// When it can't be made: mostly for want of rights, or of a mirror.
pub fn fetch() -> anyhow::Result<()> {
    system::folder().map(drop)
}

/// A machine, and the door to its root's shell.
#[derive(Debug)]
pub struct Installed {
    machine: Machine,
    place: Place,
}

impl Installed {
    /// Where it is reached: on its first card, which must be a virtio one. The others are up, and have no address.
    pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 50);

    /// Puts it together and plugs it in. It is off.
    ///
    /// # Errors
    /// When the system can't be made, or the machine not be put together.
    pub fn plug_in(mut spec: MachineSpec, namespace: &Namespace) -> anyhow::Result<Self> {
        let folder = system::folder()?;
        let disk = folder.join(DISK);
        let disk = disk.to_str().with_context(|| format!("{} is no UTF-8", cache::root().display()))?;
        spec.parts.extend([
            "-drive".to_owned(),
            // What is written lies in a file without a name.
            format!("if=none,id=system,format=raw,snapshot=on,file={}", disk.replace(',', ",,")),
            "-device".to_owned(),
            "virtio-blk-pci,drive=system,serial=SYSTEM".to_owned(),
        ]);
        spec.boot = Some(DirectBoot {
            kernel: kernel()?.image,
            initramfs: folder.join(INITRAMFS),
            arguments: "console=ttyS0 loglevel=4 systemd.show_status=0".to_owned(),
            is_reset_the_end: false,
        });
        Ok(Self { machine: Machine::plug_in(spec, namespace)?, place: namespace.into() })
    }

    /// The machine itself.
    #[must_use]
    pub const fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Switches it on.
    ///
    /// # Errors
    /// When it is on already, or QEMU does not start.
    pub fn power_on(&mut self) -> anyhow::Result<()> {
        self.machine.power_on()
    }

    /// Waits until it has booted, another boot than `before`, and gives the boot's id.
    ///
    /// # Errors
    /// When that takes too long or something of the system did not start; with what systemd says, or the console.
    pub fn wait_until_up(&self, before: Option<&str>, deadline: Deadline) -> anyhow::Result<String> {
        let console =
            || format!("the console of {}:\n{}", self.machine.spec().name, self.machine.console().tail(60));
        let boot_id = deadline
            .wait_for("a boot to its end", || {
                if !self.machine.is_on()? {
                    bail!("the machine went off");
                }
                // The door opens before all else has started.
                let Ok(boot_id) = self.run("cat /proc/sys/kernel/random/boot_id", deadline) else {
                    return Ok(None);
                };
                let boot_id = boot_id.trim().to_owned();
                Ok((Some(boot_id.as_str()) != before).then_some(boot_id))
            })
            .with_context(console)?;
        self.run(
            "systemctl is-system-running --wait || { systemctl --failed --no-legend; exit 1; }",
            deadline,
        )
        .with_context(console)?;
        Ok(boot_id)
    }

    /// Runs a script as root, and gives back what it said.
    ///
    /// # Errors
    /// When it ends with another status than 0, with what it said; or when the machine does not answer in time.
    pub fn run(&self, script: &str, deadline: Deadline) -> anyhow::Result<String> {
        let Answer { status, text } = self.ask(script, deadline)?;
        if status != 0 {
            bail!("in {}: {script:?} ended with {status}\n{text}", self.machine.spec().name);
        }
        Ok(text)
    }

    /// The same for one that may fail.
    ///
    /// # Errors
    /// When the machine does not answer in time.
    pub fn ask(&self, script: &str, deadline: Deadline) -> anyhow::Result<Answer> {
        door::ask(&self.place, SocketAddr::from((Self::ADDRESS, door::PORT)), script, deadline)
    }
}

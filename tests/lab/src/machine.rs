//! A machine: QEMU with a real firmware, plugged into the bridge.

mod arguments;
mod smbios;
mod spec;

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::{Deadline, Log, Namespace, Process, Scratch};
pub use smbios::{host_interface, memory_array};
pub use spec::{Chassis, Dimm, DirectBoot, Disk, DiskBus, Firmware, MachineSpec, Maker, NicModel};

/// A machine that is plugged in. It keeps its disks and its firmware's settings while it is off; dropping it is throwing
/// it away.
#[derive(Debug)]
pub struct Machine {
    spec: MachineSpec,
    namespace: Namespace,
    tap: String,
    parts: Parts,
    /// The present power-on, or the last one.
    process: Option<Process>,
    // After the process in the order of dropping.
    _folder: Scratch,
}

/// The files that a machine is made of.
#[derive(Debug)]
struct Parts {
    disks: Vec<PathBuf>,
    /// SMBIOS structures, one a file.
    smbios: Vec<PathBuf>,
    /// The UEFI settings, this machine's own.
    firmware_settings: PathBuf,
    /// What stands in for a network card's boot program, see [`Firmware::BiosWithPlainPxe`].
    boot_script: PathBuf,
}

impl Machine {
    /// Puts a machine together and plugs it into the bridge. It is off.
    ///
    /// # Errors
    /// When its files can't be made, or the kernel won't make the plug.
    pub fn plug_in(spec: MachineSpec, namespace: &Namespace) -> anyhow::Result<Self> {
        let folder = Scratch::new()?;
        let parts = Parts::make(&spec, &folder)?;
        let tap = namespace.add_tap()?;
        Ok(Self { spec, namespace: namespace.clone(), tap, parts, process: None, _folder: folder })
    }

    /// What it is made of.
    #[must_use]
    pub fn spec(&self) -> &MachineSpec {
        &self.spec
    }

    /// Switches it on. It starts with a fresh console.
    ///
    /// # Errors
    /// When it is on already, or QEMU does not start.
    pub fn power_on(&mut self) -> anyhow::Result<()> {
        if self.is_on()? {
            bail!("{} is on already", self.spec.name);
        }
        let mut command = self.namespace.command(arguments::program(self.spec.firmware));
        command.args(arguments::of(&self.spec, &self.parts, &self.tap)?);
        self.process = Some(Process::spawn(&self.spec.name, &command)?);
        Ok(())
    }

    /// Pulls the plug: no warning to anybody.
    pub fn power_off_hard(&mut self) {
        if let Some(process) = &self.process {
            process.kill();
        }
    }

    /// Whether it runs; it may have switched itself off.
    ///
    /// # Errors
    /// When the kernel won't say.
    pub fn is_on(&self) -> anyhow::Result<bool> {
        match &self.process {
            Some(process) => Ok(process.exit_status()?.is_none()),
            None => Ok(false),
        }
    }

    /// The serial console since it was last switched on.
    ///
    /// Firmware paints on 80 columns, and BIOS breaks longer lines there: wait for short words.
    #[must_use]
    pub fn console(&self) -> Log {
        self.process.as_ref().map(|process| process.log().clone()).unwrap_or_default()
    }

    /// Waits for a line on the serial console that contains `pattern`.
    ///
    /// # Errors
    /// When it does not come in time, or the machine goes off; with the end of the console.
    pub fn wait_for_console(&self, pattern: &str, deadline: Deadline) -> anyhow::Result<String> {
        let process = self.process.as_ref().with_context(|| format!("{} was never on", self.spec.name))?;
        process.wait_for_line(pattern, deadline)
    }

    /// Waits until it has switched itself off.
    ///
    /// # Errors
    /// When it does not in time; with the end of the console.
    pub fn wait_until_off(&self, deadline: Deadline) -> anyhow::Result<()> {
        let Some(process) = &self.process else { return Ok(()) };
        let waited = process.wait_for_exit(deadline).map(drop);
        waited.with_context(|| format!("the console of {}:\n{}", self.spec.name, process.log().tail(20)))
    }
}

impl Parts {
    fn make(spec: &MachineSpec, folder: &Scratch) -> anyhow::Result<Self> {
        let path = |name: String| folder.path().join(name);
        let mut parts = Self {
            disks: Vec::new(),
            smbios: Vec::new(),
            firmware_settings: path("firmware-settings.fd".to_owned()),
            boot_script: path("boot.ipxe".to_owned()),
        };
        for (number, disk) in spec.disks.iter().enumerate() {
            parts.disks.push(match &disk.image {
                Some(image) => image.clone(),
                None => {
                    let blank = path(format!("disk{number}.raw"));
                    let made = File::create(&blank).and_then(|file| file.set_len(disk.size_bytes));
                    made.with_context(|| format!("can't make the disk {}", blank.display()))?;
                    blank
                }
            });
        }
        let dimms = spec.dimms.iter().enumerate();
        let dimms = dimms.map(|(number, dimm)| smbios::memory_device(number, dimm.as_ref()));
        for (number, structure) in dimms.chain(spec.smbios.iter().cloned().map(Ok)).enumerate() {
            let file = path(format!("smbios{number}.bin"));
            std::fs::write(&file, structure?)?;
            parts.smbios.push(file);
        }
        if spec.firmware == Firmware::BiosWithPlainPxe {
            std::fs::write(&parts.boot_script, arguments::PLAIN_PXE)?;
        }
        if let Some((settings, package)) = arguments::fresh_settings(spec.firmware) {
            std::fs::copy(settings, &parts.firmware_settings)
                .with_context(|| format!("can't copy {settings}: is the package {package} installed?"))?;
        }
        Ok(parts)
    }
}

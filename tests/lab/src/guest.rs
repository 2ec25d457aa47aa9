//! A machine that runs one script on Debian's stock kernel and switches itself off: for what only a real kernel can show,
//! with hardware and modules that the box itself has not.
//!
//! ```text
//!  modules.dep ─┐
//!  programs ────┼─▶ initramfs ─▶ Machine ── 9p ──▶ a folder here, with what the script left in /out
//!  script ──────┘
//! ```

pub(crate) mod initramfs;
pub(crate) mod modules;
mod programs;

use std::path::PathBuf;

use anyhow::{Context as _, ensure};

use crate::{Deadline, DirectBoot, Machine, MachineSpec, Namespace, Scratch, kernel};
pub use programs::mdadm;

/// What runs in the machine.
#[derive(Debug, Clone, Default)]
pub struct Guest {
    /// Kernel modules in the order of loading, each with its parameters, as one says them to `modprobe`. What they depend on
    /// comes by itself.
    pub modules: Vec<String>,
    /// Programs of this box, which the script finds by their names; with the libraries that they need.
    pub programs: Vec<PathBuf>,
    /// For `sh` of busybox, with all of busybox's commands. What it writes into `/out` is there afterwards.
    pub script: String,
}

/// A machine that has run its script.
#[derive(Debug)]
pub struct Ran {
    folder: Scratch,
    /// All that its console said.
    pub console: String,
}

/// Where [`Guest::script`] leaves its files, on this box: below the scratch folder.
const OUT: &str = "out";
/// The tag under which the machine finds it.
const OUT_TAG: &str = "out";

impl Guest {
    /// Boots the machine with it, and waits until the machine is off.
    ///
    /// # Errors
    /// When something of it can't be made, the machine does not come to the script's end in time; with its console.
    pub fn run(
        &self,
        mut spec: MachineSpec,
        namespace: &Namespace,
        deadline: Deadline,
    ) -> anyhow::Result<Ran> {
        let folder = Scratch::new()?;
        let out = folder.path().join(OUT);
        std::fs::create_dir(&out).with_context(|| format!("can't make {}", out.display()))?;
        let kernel = kernel()?;
        let initramfs = initramfs::build(self, &kernel, folder.path(), deadline)?;
        spec.boot = Some(DirectBoot {
            kernel: kernel.image,
            initramfs,
            // A busy box may hold a machine up while its kernel tries whether the timer ticks: it would take that for a defect.
            arguments: format!(
                "console=ttyS0 loglevel=4 panic=-1 no_timer_check BOOTIF=01-{}",
                spec.mac.replace(':', "-")
            ),
            is_reset_the_end: true,
        });
        let out = out.to_str().context("the scratch folder's name is no UTF-8")?.replace(',', ",,");
        spec.parts.extend([
            "-virtfs".to_owned(),
            format!("local,path={out},mount_tag={OUT_TAG},security_model=none,id={OUT_TAG}"),
        ]);
        let mut machine = Machine::plug_in(spec, namespace)?;
        machine.power_on()?;
        machine.wait_until_off(deadline)?;
        let console = machine.console().text();
        ensure!(
            console.contains(initramfs::DONE),
            "{} went off before its script had ended; its console:\n{console}",
            machine.spec().name
        );
        Ok(Ran { folder, console })
    }
}

impl Ran {
    /// What the script wrote into this file of `/out`.
    ///
    /// # Errors
    /// When it is not there or no UTF-8; with the console.
    pub fn text(&self, name: &str) -> anyhow::Result<String> {
        let path = self.path(name);
        std::fs::read_to_string(&path)
            .with_context(|| format!("can't read {}; the console:\n{}", path.display(), self.console))
    }

    /// Where this file of `/out` is, as long as this lives.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(OUT).join(name)
    }
}

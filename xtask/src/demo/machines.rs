//! The two machines, and what their consoles tell.

use lab::{Firmware, Machine, MachineSpec, Namespace};

use super::milestones::Milestones;
use super::story::Story;

pub(crate) struct Machines {
    pub(crate) bios: Machine,
    uefi: Machine,
    bios_milestones: Milestones,
    uefi_milestones: Milestones,
}

impl Machines {
    pub(crate) fn plug_in(namespace: &Namespace) -> anyhow::Result<Self> {
        let bios = MachineSpec::furnished("rack1-bios", Firmware::Bios, "52:54:00:00:00:01", "CZ1001");
        let mut uefi = MachineSpec::furnished("rack1-uefi", Firmware::Uefi, "52:54:00:00:00:02", "CZ1002");
        uefi.spare_macs = vec!["52:54:00:00:00:12".to_owned()];
        Ok(Self {
            bios: Machine::plug_in(bios, namespace)?,
            uefi: Machine::plug_in(uefi, namespace)?,
            bios_milestones: Milestones::default(),
            uefi_milestones: Milestones::default(),
        })
    }

    pub(crate) fn macs(&self) -> [String; 2] {
        [self.bios.spec().mac.clone(), self.uefi.spec().mac.clone()]
    }

    pub(crate) fn power_on_all(&mut self, story: &Story) -> anyhow::Result<()> {
        self.power_on_bios(story)?;
        self.uefi_milestones = Milestones::default();
        self.uefi.power_on()?;
        story.say(&format!("{} is on", self.uefi.spec().name));
        Ok(())
    }

    pub(crate) fn power_on_bios(&mut self, story: &Story) -> anyhow::Result<()> {
        self.bios_milestones = Milestones::default();
        self.bios.power_on()?;
        story.say(&format!("{} is on", self.bios.spec().name));
        Ok(())
    }

    /// Tells what is new on the consoles.
    pub(crate) fn report(&mut self, story: &Story) {
        for (machine, milestones) in
            [(&self.bios, &mut self.bios_milestones), (&self.uefi, &mut self.uefi_milestones)]
        {
            for news in milestones.news(&machine.console()) {
                story.say(&format!("  {}: {news}", machine.spec().name));
            }
        }
    }

    /// Whether both are still on.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        for machine in self.all() {
            anyhow::ensure!(machine.is_on()?, "{} has gone off", machine.spec().name);
        }
        Ok(())
    }

    pub(crate) fn all(&self) -> [&Machine; 2] {
        [&self.bios, &self.uefi]
    }
}

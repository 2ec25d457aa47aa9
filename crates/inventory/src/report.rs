//! The report: what a machine is made of, one section a subsystem.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::enrol::{Identity, IdentityNic};
use crate::sections::{
    Bmc, Content, Cpu, Disk, Drive, Filesystem, Firmware, Gpu, Infiniband, Memory, Neighbour, Nic, Os,
    PciDevice, Sensor, System, TpmAnswers, UsbDevice,
};
use crate::version::SchemaVersion;

/// Everything that an agent found out about its machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Edition.
    pub schema: SchemaVersion,
    /// Which agent.
    pub agent: AgentInfo,
    /// When it was collected, by the agent's clock.
    pub collected_at: Timestamp,
    /// How long collecting took.
    pub duration_ms: u64,
    /// What was found.
    pub sections: Sections,
}

/// Which agent speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentInfo {
    /// Its version.
    pub version: String,
    /// Random for each start of the agent.
    pub start_id: String,
    /// The kernel's boot id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_id: Option<String>,
}

/// One section a subsystem. A section that is not there (of an older agent, say) is [`Section::Untold`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Sections {
    /// Maker, board, chassis.
    pub system: Section<System>,
    /// BIOS and the way this boot went.
    pub firmware: Section<Firmware>,
    /// Processors.
    pub cpu: Section<Cpu>,
    /// Memory and its slots.
    pub memory: Section<Memory>,
    /// Disks as the kernel shows them, sorted by name.
    pub disks: Section<Vec<Disk>>,
    /// What the drives answer when they are asked, sorted by device. Slow.
    pub drives: Section<Vec<Drive>>,
    /// What is written on the disks: filesystems, members of arrays, sorted by device. Slow.
    pub contents: Section<Vec<Content>>,
    /// Network cards, sorted by name.
    pub nics: Section<Vec<Nic>>,
    /// Switch ports that were heard by LLDP, sorted by card. Slow.
    pub neighbours: Section<Vec<Neighbour>>,
    /// PCI functions, sorted by address.
    pub pci: Section<Vec<PciDevice>>,
    /// Graphics cards and accelerators, sorted by address.
    pub gpus: Section<Vec<Gpu>>,
    /// USB devices, sorted by port.
    pub usb: Section<Vec<UsbDevice>>,
    /// InfiniBand and RoCE ports, sorted by device and port.
    pub infiniband: Section<Vec<Infiniband>>,
    /// Sensors, sorted by key.
    pub sensors: Section<Vec<Sensor>>,
    /// The management controller. Slow.
    pub bmc: Section<Bmc>,
    /// The TPM, as it answers itself. Slow.
    pub tpm: Section<TpmAnswers>,
    /// Mounted filesystems that live on a device, sorted by mount point.
    pub filesystems: Section<Vec<Filesystem>>,
    /// Kernel and distribution.
    pub os: Section<Os>,
}

/// Names all sections to another macro, in the order of [`Sections`], so that whoever treats them alike forgets none.
#[macro_export]
macro_rules! each_section {
    ($apply:ident) => {
        $apply! {
            system firmware cpu memory disks drives contents nics neighbours pci gpus usb infiniband sensors bmc tpm
            filesystems os
        }
    };
}

/// One subsystem's share of the report: its data, its data with what could not be read, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Section<T> {
    /// All of it.
    Ok {
        /// What was found.
        data: T,
    },
    /// Most of it.
    Partial {
        /// What was found.
        data: T,
        /// What was not.
        warnings: Vec<Warning>,
    },
    /// None of it.
    Failed {
        /// Why.
        reason: String,
    },
    /// Not spoken of in this report: what was told before holds. (A slow section comes later; one that did not change is
    /// not told twice.)
    #[default]
    Untold,
}

impl<T> Section<T> {
    /// `Ok`, or `Partial` when there is something to warn of.
    #[must_use]
    pub fn new(data: T, warnings: Vec<Warning>) -> Self {
        if warnings.is_empty() { Self::Ok { data } } else { Self::Partial { data, warnings } }
    }

    /// What was found, if anything was.
    #[must_use]
    pub fn data(&self) -> Option<&T> {
        match self {
            Self::Ok { data } | Self::Partial { data, .. } => Some(data),
            Self::Failed { .. } | Self::Untold => None,
        }
    }
}

/// Something that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Warning {
    /// What was read, as a path below the collector's root.
    pub path: String,
    /// Why it could not be.
    pub reason: String,
}

impl Report {
    /// Who the machine is, by this report.
    #[must_use]
    pub fn identity(&self) -> Identity {
        let mut identity = Identity::default();
        if let Some(system) = self.sections.system.data() {
            identity.system_uuid.clone_from(&system.uuid);
            identity.vendor.clone_from(&system.vendor);
            identity.product.clone_from(&system.product);
            identity.system_serial.clone_from(&system.serial);
            identity.board_serial = system.board.as_ref().and_then(|board| board.serial.clone());
            identity.chassis_serial = system.chassis.as_ref().and_then(|chassis| chassis.serial.clone());
        }
        let nics = self.sections.nics.data().map(Vec::as_slice).unwrap_or_default();
        // A management controller's card has the same address in many machines.
        let physical = nics.iter().filter(|nic| nic.physical && !nic.bmc_host_interface);
        identity.nics = physical
            .filter_map(|nic| {
                let mac = nic.permanent_mac.or(nic.mac).filter(|mac| mac.is_unicast())?;
                Some(IdentityNic { mac, usb: nic.usb })
            })
            .collect();
        identity.nics.sort();
        identity.nics.dedup();
        identity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::SCHEMA;

    fn report(nics: Vec<Nic>) -> Report {
        let agent = AgentInfo { version: "1".to_owned(), start_id: "s".to_owned(), boot_id: None };
        let sections = Sections { nics: Section::Ok { data: nics }, ..Sections::default() };
        Report { schema: SCHEMA, agent, collected_at: Timestamp(1), duration_ms: 1, sections }
    }

    fn card(mac: &str) -> Nic {
        Nic { mac: mac.parse().ok(), physical: true, ..Nic::default() }
    }

    #[test]
    fn a_machine_is_known_by_cards_of_its_own() {
        let permanent = Nic { permanent_mac: "52:54:00:00:00:02".parse().ok(), ..card("52:54:00:00:00:09") };
        let bridge = Nic { physical: false, ..card("52:54:00:00:00:03") };
        let dongle = Nic { usb: true, ..card("52:54:00:00:00:04") };
        let controller = Nic { usb: true, bmc_host_interface: true, ..card("be:3a:f2:b6:05:9f") };
        let identity =
            report(vec![card("52:54:00:00:00:05"), permanent, bridge, dongle, controller]).identity();
        let known: Vec<_> = identity.nics.iter().map(|nic| (nic.mac.to_string(), nic.usb)).collect();
        let expected =
            [("52:54:00:00:00:02", false), ("52:54:00:00:00:04", true), ("52:54:00:00:00:05", false)];
        assert_eq!(known, expected.map(|(mac, usb)| (mac.to_owned(), usb)));
    }
}

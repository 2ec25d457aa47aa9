//! The inventory as it is kept: of each section the last good data. Pure, but for the packing.

use std::collections::BTreeMap;
use std::io;

use inventory::sections::{
    Bmc, Content, Cpu, Disk, Drive, Filesystem, Firmware, Gpu, Infiniband, Memory, Neighbour, Nic, Os,
    PciDevice, Sensor, System, TpmAnswers, UsbDevice,
};
use inventory::{Section, Sections, Warning, each_section};
use serde::{Deserialize, Serialize};

use crate::follow::{follow, keep_of_sleepers};

/// What a host is made of, as far as it was ever told. A section that was never read is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inventory {
    /// Maker, board, chassis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// BIOS and the way this boot went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<Firmware>,
    /// Processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Cpu>,
    /// Memory and its slots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// Disks as the kernel shows them, sorted by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disks: Option<Vec<Disk>>,
    /// What the drives answer when they are asked, sorted by device. Slow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drives: Option<Vec<Drive>>,
    /// What is written on the disks: filesystems, members of arrays, sorted by device. Slow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents: Option<Vec<Content>>,
    /// Network cards, sorted by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nics: Option<Vec<Nic>>,
    /// Switch ports that were heard by LLDP, sorted by card. Slow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neighbours: Option<Vec<Neighbour>>,
    /// PCI functions, sorted by address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci: Option<Vec<PciDevice>>,
    /// Graphics cards and accelerators, sorted by address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpus: Option<Vec<Gpu>>,
    /// USB devices, sorted by port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usb: Option<Vec<UsbDevice>>,
    /// InfiniBand and RoCE ports, sorted by device and port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infiniband: Option<Vec<Infiniband>>,
    /// Sensors, sorted by key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensors: Option<Vec<Sensor>>,
    /// The management controller. Slow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bmc: Option<Bmc>,
    /// The TPM, as it answers itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tpm: Option<TpmAnswers>,
    /// Mounted filesystems that live on a device, sorted by mount point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filesystems: Option<Vec<Filesystem>>,
    /// Kernel and distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<Os>,
    /// What could not be read when a section was last told, by section.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub warnings: BTreeMap<String, Vec<Warning>>,
}

/// Warnings that are kept of one section: a thousand disks may all refuse the same.
const WARNINGS: usize = 32;

/// How one section of a report went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SectionNews {
    /// It was read.
    Good,
    /// This report does not speak of it.
    Unheard,
    /// It could not be read.
    Failed(String),
}

macro_rules! names {
    ($($name:ident)*) => { [$(stringify!($name)),*] };
}

/// The names of the sections, in the order of [`Inventory`].
pub(crate) const SECTIONS: [&str; 18] = each_section!(names);

/// Puts a report's good sections over the last good data; also answers how each section went. What is kept speaks of disks
/// and cards by their names of now.
pub(crate) fn merge(
    mut last: Inventory,
    said: &Sections,
) -> (Inventory, [(&'static str, SectionNews); SECTIONS.len()]) {
    macro_rules! merged {
        ($($name:ident)*) => { Inventory { $($name: newer(last.$name, &said.$name),)* warnings: last.warnings } };
    }
    macro_rules! warned {
        ($($name:ident)*) => { $(warn(&mut last.warnings, stringify!($name), &said.$name);)* };
    }
    macro_rules! news_of {
        ($($name:ident)*) => { [$((stringify!($name), news(&said.$name))),*] };
    }
    follow(&mut last, said);
    each_section!(warned);
    let slept =
        Inventory { contents: last.contents.clone(), drives: last.drives.clone(), ..Inventory::default() };
    let mut inventory = each_section!(merged);
    keep_of_sleepers(&slept, &mut inventory);
    (inventory, each_section!(news_of))
}

fn newer<T: Clone>(last: Option<T>, said: &Section<T>) -> Option<T> {
    said.data().cloned().or(last)
}

fn warn<T>(kept: &mut BTreeMap<String, Vec<Warning>>, name: &str, section: &Section<T>) {
    match section {
        Section::Partial { warnings, .. } => {
            drop(kept.insert(name.to_owned(), warnings.iter().take(WARNINGS).cloned().collect()));
        }
        Section::Ok { .. } => drop(kept.remove(name)),
        Section::Failed { .. } | Section::Untold => {}
    }
}

fn news<T>(section: &Section<T>) -> SectionNews {
    match section {
        Section::Ok { .. } | Section::Partial { .. } => SectionNews::Good,
        Section::Untold => SectionNews::Unheard,
        Section::Failed { reason } => SectionNews::Failed(reason.clone()),
    }
}

/// A document is a report's size at most; what unpacks to more is no document of ours.
const UNPACKED_MAX: usize = 8 << 20;
/// The usual trade of zstd: a report of 30 KiB packs to 4 in under a millisecond.
const LEVEL: i32 = 3;

impl Inventory {
    /// Packs it for the database.
    pub(crate) fn pack(&self) -> Result<Vec<u8>, io::Error> {
        zstd::bulk::compress(&serde_json::to_vec(self)?, LEVEL)
    }

    /// Unpacks what [`Inventory::pack`] packed.
    pub(crate) fn unpack(packed: &[u8]) -> Result<Self, io::Error> {
        Ok(serde_json::from_slice(&zstd::bulk::decompress(packed, UNPACKED_MAX)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_that_failed_keeps_its_last_good_data() {
        let disk = |name: &str| Disk { name: name.to_owned(), ..Disk::default() };
        let first = Sections {
            disks: Section::new(vec![disk("sda")], vec![]),
            cpu: Section::new(Cpu::default(), vec![Warning { path: "/proc".into(), reason: "no".into() }]),
            ..Sections::default()
        };
        let (kept, news) = merge(Inventory::default(), &first);
        assert_eq!(kept.disks.as_ref().unwrap()[0].name, "sda");
        assert_eq!(news.each_ref().map(|(section, _)| *section), SECTIONS);
        assert_eq!(news[2].1, SectionNews::Good, "a partial section is a good one");
        assert_eq!(news[0].1, SectionNews::Unheard);

        let second = Sections { disks: Section::Failed { reason: "EIO".into() }, ..Sections::default() };
        let (again, news) = merge(kept.clone(), &second);
        assert_eq!(again, kept);
        assert_eq!(news[4], ("disks", SectionNews::Failed("EIO".into())));
    }

    #[test]
    fn what_could_not_be_read_stands_until_it_was() {
        let warning = |n: usize| Warning { path: format!("/sys/{n}"), reason: "EIO".into() };
        let told = |section| Sections { disks: section, ..Sections::default() };
        let (kept, _) =
            merge(Inventory::default(), &told(Section::new(vec![], (0..100).map(warning).collect())));
        assert_eq!(kept.warnings["disks"].len(), WARNINGS);
        let (kept, _) = merge(kept, &told(Section::Untold));
        assert_eq!(kept.warnings["disks"][0], warning(0));
        let (kept, _) = merge(kept, &told(Section::new(vec![], vec![])));
        assert!(kept.warnings.is_empty());
    }

    #[test]
    fn a_document_is_the_same_after_packing() {
        let document = Inventory {
            disks: Some(vec![Disk { serial: Some("S1".repeat(500)), ..Disk::default() }; 50]),
            ..Inventory::default()
        };
        let packed = document.pack().unwrap();
        assert!(packed.len() < 1000);
        assert_eq!(Inventory::unpack(&packed).unwrap(), document);
        assert!(Inventory::unpack(b"no zstd").is_err());
    }
}

//! The inventory as it is kept: of each section the last good data. Pure, but for the packing.

use std::io;

use inventory::sections::{Cpu, Disk, Filesystem, Firmware, Memory, Nic, Os, Sensor, System};
use inventory::{Section, Sections};
use serde::{Deserialize, Serialize};

/// What a host is made of, as far as it was ever told. A section that was never read is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inventory {
    /// Maker, board, chassis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// BIOS and the way the boot went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<Firmware>,
    /// Processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Cpu>,
    /// Memory and its slots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// Disks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disks: Option<Vec<Disk>>,
    /// Network cards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nics: Option<Vec<Nic>>,
    /// Filesystems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filesystems: Option<Vec<Filesystem>>,
    /// Temperature sensors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensors: Option<Vec<Sensor>>,
    /// Kernel and distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<Os>,
}

/// How one section of a report went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SectionNews {
    /// It was read.
    Good,
    /// The agent does not know of it: an older one.
    Unheard,
    /// It could not be read.
    Failed(String),
}

/// The names of the sections, in the order of [`Inventory`].
pub(crate) const SECTIONS: [&str; 9] =
    ["system", "firmware", "cpu", "memory", "disks", "nics", "filesystems", "sensors", "os"];

/// Puts a report's good sections over the last good data; also answers how each section went.
pub(crate) fn merge(last: Inventory, said: &Sections) -> (Inventory, [(&'static str, SectionNews); 9]) {
    let Sections { system, firmware, cpu, memory, disks, nics, filesystems, sensors, os } = said;
    let merged = Inventory {
        system: newer(last.system, system),
        firmware: newer(last.firmware, firmware),
        cpu: newer(last.cpu, cpu),
        memory: newer(last.memory, memory),
        disks: newer(last.disks, disks),
        nics: newer(last.nics, nics),
        filesystems: newer(last.filesystems, filesystems),
        sensors: newer(last.sensors, sensors),
        os: newer(last.os, os),
    };
    let news = [
        ("system", news(system)),
        ("firmware", news(firmware)),
        ("cpu", news(cpu)),
        ("memory", news(memory)),
        ("disks", news(disks)),
        ("nics", news(nics)),
        ("filesystems", news(filesystems)),
        ("sensors", news(sensors)),
        ("os", news(os)),
    ];
    (merged, news)
}

fn newer<T: Clone>(last: Option<T>, said: &Section<T>) -> Option<T> {
    said.data().cloned().or(last)
}

fn news<T: PartialEq>(section: &Section<T>) -> SectionNews {
    match section {
        Section::Ok { .. } | Section::Partial { .. } => SectionNews::Good,
        unheard if *unheard == Section::default() => SectionNews::Unheard,
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
    use inventory::Warning;

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

//! File systems that are called as CoreOS calls its own, which it finds by these labels: so it goes with a node that is installed on
//! another disk than before.
//!
//! Of two called `boot` it stops in its first boot (`coreos-ignition-unique-boot.service` of fedora-coreos-config). Of two called
//! `root` it takes one, and makes its partition as large as its disk (`ignition-ostree-growfs.sh` there): it may be the one that is
//! to be kept.

use inventory::sections::{Content, Disk, Usage};

use super::{Candidate, Finding};
use crate::disk::{Carried, Target, drives};

struct Label {
    rule: &'static str,
    label: &'static str,
    happens: &'static str,
}

const BOOT: Label = Label {
    rule: "boot-label",
    label: "boot",
    happens: "CoreOS stops in its first boot where there are two",
};
const ROOT: Label = Label {
    rule: "root-label",
    label: "root",
    happens: "where there are two, CoreOS may take that one for its own in its first boot, and change it",
};

/// One for each of the two.
pub(super) fn checks(candidate: &Candidate<'_>, target: &Target) -> [Finding; 2] {
    [BOOT, ROOT].map(|label| label.check(candidate, target))
}

impl Label {
    fn check(&self, candidate: &Candidate<'_>, target: &Target) -> Finding {
        let Self { rule, label, happens } = self;
        let Some(contents) = &candidate.inventory.contents else {
            return Finding::warning(
                rule,
                format!("whether another disk holds a file system that is called {label} is not known"),
                "let the agent report",
            );
        };
        let all = drives(candidate.inventory);
        let kept = all.iter().filter(|drive| drive.ways().all(|disk| !disk.by_id.contains(&target.by_id)));
        let unread = || kept.clone().find_map(|drive| Carried::on(drive, candidate.inventory).unread);
        let found = kept.clone().filter_map(|drive| {
            let device = drive.ways().find_map(|disk| self.on(disk, contents))?;
            Some((device, format!("{device} of {}", drive.words())))
        });
        let found: Vec<(&str, String)> = found.collect();
        let Some((device, _)) = found.first() else {
            if let Some(why) = unread() {
                return Finding::warning(
                    rule,
                    format!(
                        "whether a disk that is kept holds a file system that is called {label} is not known: {why}"
                    ),
                    "let the agent read it",
                );
            }
            return Finding::good(rule, format!("no other disk holds a file system that is called {label}"));
        };
        let disks = found.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join("; ");
        Finding::refused(
            rule,
            format!("a disk that is kept holds a file system that is called {label}, and {happens}: {disks}"),
            format!(
                "give it another label in the discovery system (e2label /dev/{device} old-{label}, of an XFS xfs_admin -L old-{label}), \
                 take the disk out, or install on that disk; then let the agent report"
            ),
        )
    }

    /// The disk itself, or its partition, that holds one.
    fn on<'a>(&self, disk: &'a Disk, contents: &[Content]) -> Option<&'a str> {
        let partitions = disk.partitions.iter().map(|partition| &partition.name);
        let mut devices = std::iter::once(&disk.name).chain(partitions).map(String::as_str);
        devices.find(|device| {
            let signatures = contents.iter().filter(|content| content.device == *device);
            let mut signatures = signatures.flat_map(|content| &content.signatures);
            signatures.any(|it| it.usage == Usage::Filesystem && it.label.as_deref() == Some(self.label))
        })
    }
}

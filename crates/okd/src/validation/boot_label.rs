//! File systems called `boot`: a CoreOS finds its own by that label, and stops in its first boot where there are two
//! (`coreos-ignition-unique-boot.service` of fedora-coreos-config): so it goes with a node that is installed on another disk than before.

use inventory::sections::{Content, Disk, Usage};

use super::{Candidate, Finding};
use crate::disk::{Target, drives};

const RULE: &str = "boot-label";
const LABEL: &str = "boot";

pub(super) fn check(candidate: &Candidate<'_>, target: &Target) -> Finding {
    let Some(contents) = &candidate.inventory.contents else {
        return Finding::warning(
            RULE,
            "whether another disk holds a file system that is called boot is not known",
            "let the agent report",
        );
    };
    let all = drives(candidate.inventory);
    let kept = all.iter().filter(|drive| drive.ways().all(|disk| !disk.by_id.contains(&target.by_id)));
    let found =
        kept.filter_map(|drive| Some((drive, drive.ways().find_map(|disk| called_boot(disk, contents))?)));
    let found: Vec<(String, &str)> = found.map(|(drive, device)| (drive.words(), device)).collect();
    let Some((_, device)) = found.first() else {
        return Finding::good(RULE, "no other disk holds a file system that is called boot");
    };
    let disks =
        found.iter().map(|(disk, device)| format!("{device} of {disk}")).collect::<Vec<_>>().join("; ");
    Finding::refused(
        RULE,
        format!(
            "a disk that is kept holds a file system that is called boot, and CoreOS stops in its first boot where there are two: {disks}"
        ),
        format!(
            "give it another label in the discovery system (e2label /dev/{device} old-boot, of an XFS xfs_admin -L old-boot), take the \
             disk out, or install on that disk; then let the agent report"
        ),
    )
}

/// The disk itself, or its partition, that holds one.
fn called_boot<'a>(disk: &'a Disk, contents: &[Content]) -> Option<&'a str> {
    let devices = std::iter::once(&disk.name).chain(disk.partitions.iter().map(|partition| &partition.name));
    let is_called_so = |device: &str| {
        let signatures = contents.iter().filter(|content| content.device == device);
        let mut signatures = signatures.flat_map(|content| &content.signatures);
        signatures.any(|it| it.usage == Usage::Filesystem && it.label.as_deref() == Some(LABEL))
    };
    devices.map(String::as_str).find(|device| is_called_so(device))
}

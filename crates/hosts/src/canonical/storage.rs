//! Disks, drives, what is written on them: by what they are, and not by what this boot calls them.

use inventory::sections::{Content, Disk, Drive, DriveSecurity, DriveSource, Filesystem, Partition};
use serde_json::Value;

use super::keyed::{keyed, plain};
use super::places::Places;

/// By what a disk is told from others, and stays itself in another slot.
#[must_use]
pub(crate) fn disk_key(disk: &Disk) -> String {
    let said = [&disk.wwn, &disk.serial, &disk.path].into_iter().flatten().find(|text| !text.is_empty());
    said.unwrap_or(&disk.name).clone()
}

pub(super) fn disks(disks: &[Disk]) -> Value {
    keyed(disks, disk_key, disk_form)
}

fn disk_form(disk: &Disk) -> Value {
    let mut form = plain(&Disk {
        // Where it is plugged in, and what the kernel makes of it.
        name: String::new(),
        hctl: None,
        path: None,
        by_id: Vec::new(),
        by_path: Vec::new(),
        numa_node: None,
        driver: None,
        discard: None,
        holders: Vec::new(),
        multipath: None,
        nvme_paths: Vec::new(),
        partitions: Vec::new(),
        ..disk.clone()
    });
    let partition = |partition: &Partition| plain(&Partition { name: String::new(), ..partition.clone() });
    if let (Some(fields), false) = (form.as_object_mut(), disk.partitions.is_empty()) {
        let partitions = keyed(&disk.partitions, |partition| partition.number.to_string(), partition);
        fields.insert("partitions".to_owned(), partitions);
    }
    form
}

/// By what a drive is told from others; one that tells neither, by the disk that it is.
pub(super) fn drives(drives: &[Drive], disks: &Places<'_>) -> Value {
    let form = |drive: &Drive| {
        // Frozen and locked it is by what the firmware does in each boot.
        let security = drive.security.as_ref();
        plain(&Drive {
            device: String::new(),
            other_paths: Vec::new(),
            source: DriveSource::default(),
            hides: None,
            security: security.map(|of| DriveSecurity { enabled: of.enabled, ..DriveSecurity::default() }),
            ..drive.clone()
        })
    };
    let key = |drive: &Drive| drive_key(drive).map_or_else(|| disks.key(&drive.device), str::to_owned);
    keyed(drives, key, form)
}

/// By what a drive is told from others, if it says anything.
#[must_use]
pub(crate) fn drive_key(drive: &Drive) -> Option<&str> {
    [&drive.wwn, &drive.serial].into_iter().flatten().find(|text| !text.is_empty()).map(String::as_str)
}

/// By the disk and the partition. What was not read says nothing of the machine.
pub(super) fn contents(contents: &[Content], disks: &Places<'_>) -> Value {
    let form = |content: &Content| plain(&Content { device: String::new(), ..content.clone() });
    let read: Vec<Content> = contents.iter().filter(|content| content.unread.is_none()).cloned().collect();
    keyed(&read, |content| disks.device_key(&content.device), form)
}

pub(super) fn filesystems(filesystems: &[Filesystem]) -> Value {
    let form = |filesystem: &Filesystem| {
        plain(&Filesystem { device: String::new(), block: None, ..filesystem.clone() })
    };
    keyed(filesystems, |filesystem| filesystem.mount.clone(), form)
}

#[cfg(test)]
mod tests {
    use inventory::sections::{Holder, HolderKind};

    use super::*;

    #[test]
    fn a_volume_on_stacked_devices_is_known_by_its_owners_name() {
        let stacked = |name: &str| Disk {
            name: "sda".into(),
            serial: Some("A".into()),
            holders: vec![Holder {
                name: name.into(),
                kind: HolderKind::Lvm,
                label: Some("vg0-root".into()),
            }],
            ..Disk::default()
        };
        let content = |device: &str| Content { device: device.into(), ..Content::default() };
        let of = |name: &str| {
            let disks = [stacked(name)];
            contents(&[content(name), content("sda")], &Places::of_disks(Some(&disks)))
        };
        assert_eq!(of("dm-1"), of("dm-4"));
        assert!(of("dm-1").get("vg0-root").is_some() && of("dm-1").get("A").is_some());
        assert_eq!(disks(&[stacked("dm-1")]), disks(&[stacked("dm-2")]));
    }

    #[test]
    fn a_drive_is_itself_whoever_told_of_it() {
        let drive = |source, frozen| Drive {
            device: "sda".into(),
            serial: Some("A".into()),
            source,
            security: Some(DriveSecurity { frozen, ..DriveSecurity::default() }),
            ..Drive::default()
        };
        let places = Places::of_disks(None);
        let one = drives(&[drive(DriveSource::Drive, true)], &places);
        assert_eq!(one, drives(&[drive(DriveSource::Smartctl, false)], &places));
        assert!(one.get("A").is_some());
        let unread = Content { unread: Some("asleep".into()), ..Content::default() };
        assert_eq!(contents(&[unread], &places), contents(&[], &places));
    }
}

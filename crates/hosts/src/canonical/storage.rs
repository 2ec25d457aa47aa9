//! Disks, drives, what is written on them: by what they are, and not by what this boot calls them.

use inventory::sections::{Content, Disk, Drive, Filesystem, Partition};
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

pub(super) fn drives(drives: &[Drive], disks: &Places<'_>) -> Value {
    let form = |drive: &Drive| plain(&Drive { device: String::new(), ..drive.clone() });
    keyed(drives, |drive| disks.key(&drive.device), form)
}

pub(super) fn contents(contents: &[Content], disks: &Places<'_>) -> Value {
    let form = |content: &Content| plain(&Content { device: String::new(), ..content.clone() });
    keyed(contents, |content| disks.device_key(&content.device), form)
}

pub(super) fn filesystems(filesystems: &[Filesystem]) -> Value {
    let form = |filesystem: &Filesystem| plain(&Filesystem { device: String::new(), ..filesystem.clone() });
    keyed(filesystems, |filesystem| filesystem.mount.clone(), form)
}

//! One drive, several ways to it.

use std::collections::BTreeMap;

use inventory::sections::{Disk, HolderKind, Multipath, NvmePath};

use super::BLOCK;
use crate::collect::place;
use crate::probe::Probe;

/// Marks disks that are the same drive: same world-wide name, serial number and size. SCSI shows one disk for each path.
pub(super) fn mark(disks: &mut [Disk]) {
    let mut groups: BTreeMap<_, u32> = BTreeMap::new();
    for disk in &*disks {
        *groups.entry(group(disk)).or_default() += 1;
    }
    let paths: Vec<u32> = disks.iter().map(|disk| groups.get(&group(disk)).copied().unwrap_or(1)).collect();
    for (disk, paths) in disks.iter_mut().zip(paths) {
        let Some(name) = disk.wwn.clone().filter(|_| paths > 1) else { continue };
        let joint = disk.holders.iter().find(|holder| holder.kind == HolderKind::Multipath);
        let joined_by = joint.map(|holder| holder.label.clone().unwrap_or_else(|| holder.name.clone()));
        disk.multipath = Some(Multipath { group: name, paths, joined_by });
    }
}

fn group(disk: &Disk) -> (Option<String>, Option<String>, Option<u64>) {
    // Without a world-wide name nothing says that two are one; the kernel's name keeps them apart.
    let name = disk.wwn.as_ref().unwrap_or(&disk.name);
    (Some(name.clone()), disk.serial.clone(), disk.size_bytes)
}

/// `nvme0c1n1` is the path by the second controller of the namespace `nvme0n1`.
pub(super) fn namespace_of(name: &str) -> Option<String> {
    let rest = name.strip_prefix("nvme")?;
    let (subsystem, rest) = rest.split_once('c')?;
    let (controller, namespace) = rest.split_once('n')?;
    let path = [subsystem, controller, namespace].iter().all(|part| place::numbered(part, ""));
    path.then(|| format!("nvme{subsystem}n{namespace}"))
}

/// The path whose hidden block device is `name`, and where its controller is below `/sys/devices`.
pub(super) fn nvme_path(probe: &Probe, name: &str) -> Option<(String, NvmePath)> {
    let controller = probe.real(&format!("{BLOCK}/{name}/device"))?;
    let text = |file: &str| probe.text(&format!("{controller}/{file}"));
    let path = NvmePath {
        transport: text("transport"),
        address: text("address"),
        state: text("state"),
        ana_state: probe.text(&format!("{BLOCK}/{name}/ana_state")),
        controller: place::last(&controller).to_owned(),
    };
    Some((controller, path))
}

#[cfg(test)]
mod tests {
    use inventory::sections::Holder;

    use super::*;

    fn disk(name: &str, wwn: Option<&str>, serial: &str) -> Disk {
        Disk {
            name: name.to_owned(),
            wwn: wwn.map(str::to_owned),
            serial: Some(serial.to_owned()),
            ..Disk::default()
        }
    }

    #[test]
    fn disks_of_one_name_are_paths_to_one_drive() {
        let joint = Holder { name: "dm-0".into(), kind: HolderKind::Multipath, label: Some("mpatha".into()) };
        let mut disks = [
            Disk { holders: vec![joint], ..disk("sda", Some("naa.5"), "A") },
            disk("sdb", Some("naa.5"), "A"),
            // A case whose maker gave all of them one name.
            disk("sdc", Some("naa.5"), "B"),
            disk("sdd", None, "C"),
            disk("sde", None, "C"),
        ];
        mark(&mut disks);
        let told: Vec<_> =
            disks.iter().map(|disk| disk.multipath.as_ref().map(|group| group.paths)).collect();
        assert_eq!(told, [Some(2), Some(2), None, None, None]);
        let group = disks[0].multipath.as_ref().unwrap();
        assert_eq!((group.group.as_str(), group.joined_by.as_deref()), ("naa.5", Some("mpatha")));
    }

    #[test]
    fn a_hidden_disk_names_its_namespace() {
        assert_eq!(namespace_of("nvme10c2n31").as_deref(), Some("nvme10n31"));
        for not in ["nvme0n1", "nvme0c0", "nvmecn", "sda", "nvme0c0n1p1"] {
            assert_eq!(namespace_of(not), None, "{not}");
        }
    }
}

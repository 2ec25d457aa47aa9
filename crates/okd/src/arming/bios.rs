//! Which disk a BIOS would start, as far as can be told. Pure.
//!
//! A BIOS counts the disks in an order of its own, and tells nobody. By custom the disks of the board's SATA or SAS ports come in
//! the order of the ports, before NVMe drives. The kernel numbers the ports so (the first number of `H:C:T:L`); what it calls the disks
//! themselves is the order in which they answered, and another one at each boot. With one disk there is no doubt.

use hosts::Inventory;
use inventory::sections::{BootMode, Disk, Transport};

use crate::disk::Target;

/// Why a machine with a BIOS is to leave by `exit`: the disk that is written is not the one that iPXE would start. `None` where it
/// is, or where the machine has UEFI.
pub(super) fn why_exit(inventory: &Inventory, target: &Target) -> Option<String> {
    let mode = inventory.firmware.as_ref()?.boot_mode?;
    let disks = inventory.disks.as_deref().unwrap_or_default();
    let first = disks.iter().filter(|disk| is_fixed(disk)).min_by_key(|disk| place(disk))?;
    if mode != BootMode::Bios || first.by_id.contains(&target.by_id) {
        return None;
    }
    Some(format!(
        "its BIOS seems to start another disk first ({}): once it is installed, its boot script leaves to the BIOS by exit; \
         put the disk that is written first in the BIOS's own order",
        first.by_id.first().unwrap_or(&first.name)
    ))
}

fn is_fixed(disk: &Disk) -> bool {
    disk.removable != Some(true)
        && disk.transport != Some(Transport::Usb)
        && disk.size_bytes.is_some_and(|size| size > 0)
}

/// By its port; where it has none, `sda` before `sdb` before `sdaa`; NVMe last.
fn place(disk: &Disk) -> (bool, Option<[u32; 4]>, usize, &str) {
    (
        disk.transport == Some(Transport::Nvme),
        disk.hctl.as_deref().and_then(port),
        disk.name.len(),
        &disk.name,
    )
}

/// `1:0:0:0`.
fn port(hctl: &str) -> Option<[u32; 4]> {
    let numbers: Option<Vec<u32>> = hctl.split(':').map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::sections::Firmware;

    fn disk(name: &str, transport: Transport, removable: bool) -> Disk {
        Disk {
            name: name.to_owned(),
            by_id: vec![format!("wwn-{name}")],
            transport: Some(transport),
            removable: Some(removable),
            size_bytes: Some(1 << 38),
            ..Disk::default()
        }
    }

    fn at(port: &str, disk: Disk) -> Disk {
        Disk { hctl: Some(port.to_owned()), ..disk }
    }

    fn exits(mode: Option<BootMode>, disks: &[Disk], target: &str) -> bool {
        let inventory = Inventory {
            firmware: Some(Firmware { boot_mode: mode, ..Firmware::default() }),
            disks: Some(disks.to_vec()),
            ..Inventory::default()
        };
        let target = Target {
            by_id: format!("wwn-{target}"),
            serial: None,
            wwn: None,
            size_bytes: 1 << 38,
            model: None,
            carries: vec![],
        };
        why_exit(&inventory, &target).is_some()
    }

    #[test]
    fn only_a_bios_whose_first_disk_is_another_leaves_by_exit() {
        let sata = |name| disk(name, Transport::Ata, false);
        let nvme = disk("nvme0n1", Transport::Nvme, false);
        let stick = disk("sda", Transport::Usb, true);
        let bios = Some(BootMode::Bios);
        for (mode, disks, target, exit) in [
            (bios, vec![sata("sda")], "sda", false),
            (bios, vec![sata("sda"), sata("sdb")], "sda", false),
            (bios, vec![sata("sda"), sata("sdb")], "sdb", true),
            (bios, vec![sata("sdaa"), sata("sdb")], "sdaa", true),
            (bios, vec![sata("sda"), nvme.clone()], "nvme0n1", true),
            (bios, vec![nvme], "nvme0n1", false),
            (bios, vec![stick, sata("sdb")], "sdb", false),
            (bios, vec![at("1:0:0:0", sata("sda")), at("0:0:0:0", sata("sdb"))], "sdb", false),
            (bios, vec![at("10:0:0:0", sata("sda")), at("2:0:0:0", sata("sdb"))], "sda", true),
            (Some(BootMode::Uefi), vec![sata("sda"), sata("sdb")], "sdb", false),
            (None, vec![sata("sda"), sata("sdb")], "sdb", false),
        ] {
            assert_eq!(exits(mode, &disks, target), exit, "{mode:?} {target}");
        }
    }
}

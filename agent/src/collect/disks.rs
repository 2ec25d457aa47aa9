//! Disks, as `/sys/block` shows them. Nothing is opened in `/dev`: no disk is touched, none spins up.

mod transport;

use inventory::sections::{Disk, Transport};

use super::{Nothing, bounded, place};
use crate::probe::{Probe, clean};

const BLOCK: &str = "/sys/block";
/// `/sys/block/*/size` counts these, whatever the disk's own sectors are.
const SIZE_UNIT_BYTES: u64 = 512;
/// What is stacked upon disks, made of memory, or taken out of a drive.
const NO_DISKS: [&str; 11] = ["loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd", "bcache", "drbd", "zd"];

pub(super) fn collect(probe: &Probe) -> Result<Vec<Disk>, Nothing> {
    if !probe.exists(BLOCK) {
        return Err(Nothing::NotThere(BLOCK));
    }
    let names = probe.names(BLOCK).into_iter().filter(|name| !is_no_disk(name));
    let disks = names.filter_map(|name| disk(probe, name)).collect();
    Ok(bounded(probe, BLOCK, disks))
}

fn is_no_disk(name: &str) -> bool {
    let stacked = NO_DISKS.iter().any(|kind| {
        name.strip_prefix(kind).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    // An eMMC's boot and replay-protected areas are parts of it that look like disks.
    stacked || name.starts_with("mmcblk") && (name.contains("boot") || name.ends_with("rpmb"))
}

fn disk(probe: &Probe, name: String) -> Option<Disk> {
    let at = format!("{BLOCK}/{name}");
    let text = |file: &str| probe.text(&format!("{at}/{file}"));
    let flag = |file: &str| probe.flag(&format!("{at}/{file}"));
    // One path of several to an NVMe namespace: the namespace itself is listed beside it.
    if flag("hidden") == Some(true) {
        return None;
    }
    let sectors: Option<u64> = probe.number(&format!("{at}/size"));
    // A card reader without a card, a BMC's virtual drive without an image.
    if sectors == Some(0) {
        return None;
    }
    let device = probe.real(&format!("{at}/device"));
    let transport = device.as_deref().map(|device| transport::of(&name, device));
    Some(Disk {
        size_bytes: sectors.and_then(|sectors| sectors.checked_mul(SIZE_UNIT_BYTES)),
        model: text("device/model").or_else(|| text("device/name")),
        vendor: text("device/vendor").filter(|vendor| vendor != "ATA" && !vendor.starts_with("0x")),
        serial: text("device/serial").or_else(|| text("serial")).or_else(|| unit_serial(probe, &at)),
        wwn: wwn(probe, &at),
        firmware: text("device/firmware_rev").or_else(|| text("device/rev")),
        transport,
        rotational: rotational(probe, &at, transport),
        removable: flag("removable"),
        read_only: flag("ro"),
        logical_block_bytes: probe.number(&format!("{at}/queue/logical_block_size")),
        physical_block_bytes: probe.number(&format!("{at}/queue/physical_block_size")),
        hctl: device
            .as_deref()
            .and_then(|device| device.rsplit('/').next())
            .and_then(|last| place::hctl(last).map(|_| last.to_owned())),
        path: device.as_deref().and_then(|device| disk_place(probe, device)),
        partitions: u32::try_from(partitions(probe, &at, &name).count()).unwrap_or(u32::MAX),
        holders: holders(probe, &at, &name),
        name,
    })
}

/// SCSI vital product data page 0x80: four bytes of header, the last two of them the length, then the serial.
fn unit_serial(probe: &Probe, at: &str) -> Option<String> {
    let page = probe.bytes(&format!("{at}/device/vpd_pg80"), 4 + 0xffff)?;
    let [_, 0x80, high, low, serial @ ..] = page.as_slice() else { return None };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    clean(serial.get(..length).unwrap_or(serial))
}

fn wwn(probe: &Probe, at: &str) -> Option<String> {
    let name = ["device/wwid", "wwid"].iter().find_map(|file| probe.text(&format!("{at}/{file}")))?;
    // `t10.ATA     WDC WD40…` is padded with blanks, a different number of them by each kernel.
    Some(name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `queue/rotational` is 1 also where nobody knows: for virtio, USB bridges, and volumes of RAID controllers.
fn rotational(probe: &Probe, at: &str, transport: Option<Transport>) -> Option<bool> {
    if !probe.flag(&format!("{at}/queue/rotational"))? {
        return Some(false);
    }
    // Vital product data page 0xB1 tells the rate of rotation: 0 is "not reported", 1 is "does not rotate".
    let page = probe.bytes(&format!("{at}/device/vpd_pgb1"), 4 + 0xffff);
    match page.as_deref() {
        Some([_, 0xb1, _, _, high, low, ..]) => match u16::from_be_bytes([*high, *low]) {
            0 => None,
            rate => Some(rate > 1),
        },
        _ if transport == Some(Transport::Ata) => Some(true),
        _ => None,
    }
}

/// A multipath NVMe namespace sits below no device; its first controller tells where the drive is.
fn disk_place(probe: &Probe, device: &str) -> Option<String> {
    let controller = probe.names(device).into_iter().find(|name| place::numbered(name, "nvme"));
    let controller = match controller {
        Some(name) if device.contains("/nvme-subsystem/") => probe.real(&format!("{device}/{name}"))?,
        _ => device.to_owned(),
    };
    Some(place::of(probe, &controller))
}

fn partitions<'a>(probe: &'a Probe, at: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let names = probe.names(at).into_iter().filter(move |part| part.starts_with(name));
    names.filter(move |part| probe.exists(&format!("{at}/{part}/partition")))
}

/// What is stacked upon the disk or one of its partitions.
fn holders(probe: &Probe, at: &str, name: &str) -> Vec<String> {
    let mut holders = probe.names(&format!("{at}/holders"));
    for part in partitions(probe, at, name) {
        holders.extend(probe.names(&format!("{at}/{part}/holders")));
    }
    holders.sort();
    holders.dedup();
    holders.truncate(super::ITEMS_LIMIT);
    holders
}

#[cfg(test)]
mod tests;

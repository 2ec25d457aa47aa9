//! Disks, as `/sys/block` shows them. Nothing is opened in `/dev`: no disk is touched, none spins up.

mod by_id;
mod by_path;
#[cfg(test)]
mod crowd;
mod identity;
mod list;
mod multipath;
mod seat;
mod stack;
mod transport;

use inventory::sections::{Disk, NvmePath, Transport};

use list::Found;
pub(super) use list::whole_disks;
use seat::Controllers;
use stack::Stack;

use super::room::Room;
use super::{BLOCK, Nothing, SIZE_UNIT_BYTES, place};
use crate::probe::Probe;

/// How much of a report the disks may fill: the server takes 4 MiB, and there are other sections.
const BYTES_LIMIT: usize = 5 << 19;

pub(super) fn collect(probe: &Probe) -> Result<Vec<Disk>, Nothing> {
    let all = list::found(probe);
    if all.is_empty() && !probe.exists(BLOCK) {
        return Err(Nothing::NotThere(BLOCK));
    }
    let (controllers, stack) = (Controllers::new(probe), Stack::new(probe));
    let mut room = Room::of(BYTES_LIMIT);
    for found in all {
        room.offer(|| disk(probe, &controllers, &stack, found));
    }
    let mut disks = room.items(probe, BLOCK);
    disks.sort_by(|a, b| a.name.cmp(&b.name));
    multipath::mark(&mut disks);
    Ok(disks)
}

/// `None` where there is a drive and no medium: a card reader without a card, a BMC's virtual drive without an image.
fn disk(probe: &Probe, controllers: &Controllers, stack: &Stack, found: Found) -> Option<Disk> {
    let Found { name, device, seat, path, nvme_paths } = found;
    let at = format!("{BLOCK}/{name}");
    let _there = probe.stand(&at);
    let text = |file: &str| probe.text(&format!("{at}/{file}"));
    let flag = |file: &str| probe.flag(&format!("{at}/{file}"));
    let sectors: Option<u64> = probe.number(&format!("{at}/size"));
    if sectors == Some(0) {
        return None;
    }
    let transport = device.as_deref().map(|device| transport::of(&name, device));
    let identity = identity::read(probe, &name, &at, device.as_deref(), transport);
    let by_path = seat
        .as_deref()
        .zip(transport)
        .map(|(seat, transport)| by_path::names(probe, controllers, seat, transport, identity.namespace));
    let (partitions, holders) = stack.of(&at, &name);
    let hctl = device.as_deref().map(place::last).filter(|last| place::hctl(last).is_some());
    Some(Disk {
        size_bytes: sectors.and_then(|sectors| sectors.checked_mul(SIZE_UNIT_BYTES)),
        driver: seat
            .as_deref()
            .zip(transport)
            .and_then(|(seat, transport)| driver(probe, controllers, &at, seat, transport)),
        rotational: identity::rotational(flag("queue/rotational"), &identity, transport),
        rotation_rpm: identity.rotation_rpm.filter(|rate| *rate != 0),
        removable: flag("removable"),
        read_only: flag("ro"),
        logical_block_bytes: probe.number(&format!("{at}/queue/logical_block_size")),
        physical_block_bytes: probe.number(&format!("{at}/queue/physical_block_size")),
        volatile_cache: text("queue/write_cache").map(|kind| kind == "write back"),
        discard: probe.number(&format!("{at}/queue/discard_max_bytes")).map(|bytes: u64| bytes > 0),
        zoned: text("queue/zoned").filter(|kind| kind != "none"),
        numa_node: seat.as_deref().and_then(|seat| controllers.numa_node(seat)),
        hctl: hctl.map(str::to_owned),
        path: Some(path).filter(|path| !path.is_empty()),
        by_id: by_id::names(&name, transport, &identity),
        by_path: by_path.unwrap_or_default(),
        partitions,
        holders,
        multipath: None,
        nvme_paths: nvme_paths.into_iter().map(|(_controller, path)| path).collect::<Vec<NvmePath>>(),
        model: identity.model,
        vendor: identity.vendor,
        serial: identity.serial,
        wwn: identity.wwn,
        firmware: identity.firmware,
        transport,
        name,
    })
}

fn driver(
    probe: &Probe,
    controllers: &Controllers,
    at: &str,
    seat: &str,
    transport: Transport,
) -> Option<String> {
    if transport == Transport::Nvme {
        return Some("nvme".to_owned());
    }
    match controllers.host(seat) {
        Some(host) => host.driver,
        None => probe.link_name(&format!("{at}/device/driver")),
    }
}

#[cfg(test)]
mod tests;

//! Which disks are told: those that are disks, in an order that stays the same over a reboot, as many as the server takes.

use inventory::sections::NvmePath;

use super::{BLOCK, multipath};
use crate::collect::place;
use crate::probe::Probe;

/// What is stacked upon disks, made of memory, or taken out of a drive.
const NO_DISKS: [&str; 11] = ["loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd", "bcache", "drbd", "zd"];

/// A disk that will be read.
pub(super) struct Found {
    pub name: String,
    /// Its device, links followed.
    pub device: Option<String>,
    /// What its place is told from: its device, or the first controller that leads to it.
    pub seat: Option<String>,
    /// Its place in words that stay the same over a reboot; empty where there is none.
    pub path: String,
    /// The paths to an NVMe namespace, each with its controller's place below `/sys/devices`.
    pub nvme_paths: Vec<(String, NvmePath)>,
}

/// All disks, sorted by where they sit: if some must be left out, they are the same after each boot.
pub(super) fn found(probe: &Probe) -> Vec<Found> {
    let names = probe.names(BLOCK);
    let (hidden, names): (Vec<_>, Vec<_>) = names
        .into_iter()
        .filter(|name| !is_no_disk(name))
        .partition(|name| multipath::namespace_of(name).is_some());
    // Both lists are sorted; a namespace's paths stand together, though not in the order of the namespaces.
    let mut paths: Vec<(String, String)> =
        hidden.into_iter().filter_map(|name| Some((multipath::namespace_of(&name)?, name))).collect();
    paths.sort();
    let mut disks: Vec<Found> = names
        .into_iter()
        .filter(|name| probe.flag(&format!("{BLOCK}/{name}/hidden")) != Some(true))
        .map(|name| {
            let first = paths.partition_point(|(namespace, _)| *namespace < name);
            let own = paths.iter().skip(first).take_while(|(namespace, _)| *namespace == name);
            let nvme_paths = own.filter_map(|(_, path)| multipath::nvme_path(probe, path)).collect();
            place(probe, name, nvme_paths)
        })
        .collect();
    disks.sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
    disks
}

/// The names of the disks, those without a medium among them, as `/sys/block` has them.
pub(in crate::collect) fn whole_disks(names: &[String]) -> impl Iterator<Item = &String> {
    names.iter().filter(|name| !is_no_disk(name) && multipath::namespace_of(name).is_none())
}

fn is_no_disk(name: &str) -> bool {
    let stacked = NO_DISKS.iter().any(|kind| {
        name.strip_prefix(kind).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    // An eMMC's boot and replay-protected areas are parts of it that look like disks.
    stacked || name.starts_with("mmcblk") && (name.contains("boot") || name.ends_with("rpmb"))
}

/// A multipath NVMe namespace sits below no device; its first controller tells where the drive is.
fn place(probe: &Probe, name: String, nvme_paths: Vec<(String, NvmePath)>) -> Found {
    let link = probe.root().target(&format!("{BLOCK}/{name}")).unwrap_or_default();
    let device =
        place::device(&link, "block", &name).or_else(|| probe.real(&format!("{BLOCK}/{name}/device")));
    let controller = nvme_paths.iter().map(|(controller, _)| controller).min().cloned();
    let seat = controller.or_else(|| device.clone());
    let path = seat.as_deref().map(|seat| place::of(probe, seat)).unwrap_or_default();
    Found { name, device, seat, path, nvme_paths }
}

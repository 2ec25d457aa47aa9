//! InfiniBand and RoCE ports, as `/sys/class/infiniband` shows them.

use inventory::sections::Infiniband;

use super::{Nothing, bounded};
use crate::probe::Probe;

const INFINIBAND: &str = "/sys/class/infiniband";
const SYS: &str = "/sys/class";

pub(super) fn collect(probe: &Probe) -> Result<Vec<Infiniband>, Nothing> {
    let devices = probe.names(INFINIBAND);
    // A kernel without the subsystem is as good as a machine without a device; a tree without /sys is not.
    if devices.is_empty() && !probe.exists(SYS) {
        return Err(Nothing::NotThere(SYS));
    }
    let ports = devices.into_iter().flat_map(|name| device(probe, name)).collect();
    Ok(bounded(probe, INFINIBAND, ports))
}

/// Its ports; itself where it shows none.
fn device(probe: &Probe, name: String) -> Vec<Infiniband> {
    let at = format!("{INFINIBAND}/{name}");
    let text = |file: &str| probe.text(&format!("{at}/{file}"));
    let guid = |file: &str| text(file).filter(|guid| guid.contains(|c: char| c != '0' && c != ':'));
    let device = Infiniband {
        // A device made of software has none behind it, and a part of a card is none of PCI's.
        pci_address: probe.link_name(&format!("{at}/device")).filter(|name| name.contains(':')),
        firmware: text("fw_ver"),
        board_id: text("board_id"),
        hca_type: text("hca_type"),
        node_guid: guid("node_guid"),
        system_image_guid: guid("sys_image_guid"),
        node_description: text("node_desc"),
        device: name,
        ..Infiniband::default()
    };
    let mut numbers: Vec<u32> =
        probe.names(&format!("{at}/ports")).iter().filter_map(|number| number.parse().ok()).collect();
    numbers.sort_unstable();
    if numbers.is_empty() {
        return vec![device];
    }
    numbers.into_iter().map(|number| port(probe, &at, number, device.clone())).collect()
}

fn port(probe: &Probe, device_at: &str, number: u32, device: Infiniband) -> Infiniband {
    let at = format!("{device_at}/ports/{number}");
    let text = |file: &str| probe.text(&format!("{at}/{file}"));
    let rate = text("rate");
    Infiniband {
        port: Some(number),
        state: text("state").as_deref().and_then(word),
        physical_state: text("phys_state").as_deref().and_then(word),
        rate_mbps: rate.as_deref().and_then(rate_mbps),
        rate_name: rate.as_deref().and_then(rate_name),
        link_layer: text("link_layer").map(|layer| layer.to_lowercase()),
        lid: text("lid").as_deref().and_then(lid),
        nic: nic(probe, device_at, &at, number),
        ..device
    }
}

/// `4: ACTIVE`.
fn word(state: &str) -> Option<String> {
    let (_, word) = state.split_once(':')?;
    Some(word.trim().to_lowercase()).filter(|word| !word.is_empty())
}

/// `100 Gb/sec (4X EDR)`, `2.5 Gb/sec (1X SDR)`.
fn rate_mbps(rate: &str) -> Option<u32> {
    let gigabits: f64 = rate.strip_suffix(')').unwrap_or(rate).split_once(" Gb/sec")?.0.parse().ok()?;
    let in_range = (0.0..=1_000_000.0).contains(&gigabits) && gigabits > 0.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "its range was looked at")]
    in_range.then_some((gigabits * 1000.0).round() as u32)
}

fn rate_name(rate: &str) -> Option<String> {
    Some(rate.split_once('(')?.1.strip_suffix(')')?.to_owned())
}

/// `0x1a`; 0 where no subnet manager gave one.
fn lid(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("0x")?, 16).ok().filter(|lid| *lid > 0)
}

/// The network card of the same port: RoCE names it with its addresses; of a device that has several InfiniBand ports each
/// card knows its port's number, counted from 0.
fn nic(probe: &Probe, device_at: &str, port_at: &str, number: u32) -> Option<String> {
    let of_roce = probe.text(&format!("{port_at}/gid_attrs/ndevs/0"));
    let cards = format!("{device_at}/device/net");
    // One in decimal, one in hex; older kernels leave the one or the other at 0.
    let index = |name: &str| {
        let text = |file: &str| probe.text(&format!("{cards}/{name}/{file}"));
        let port = text("dev_port").and_then(|port| port.parse::<u32>().ok());
        let id = text("dev_id").and_then(|id| u32::from_str_radix(id.strip_prefix("0x")?, 16).ok());
        port.max(id)?.checked_add(1)
    };
    of_roce.or_else(|| probe.names(&cards).into_iter().find(|name| index(name) == Some(number)))
}

#[cfg(test)]
mod tests;

//! What is written on the disks, by its signatures: a few short reads of each device, at its beginning and its end.
//!
//! A disk that sleeps is left asleep, and one that other paths lead to is read through the device that joins them.

mod devices;
mod sleepers;
mod told;

use std::time::{Duration, Instant};

use decode::signature::{self, Findings, Image};
use inventory::sections::Content;

use super::room::Room;
use super::{BLOCK, Nothing, SIZE_UNIT_BYTES};
use crate::probe::Probe;
use crate::root::Question;
use devices::Device;

/// How much of a report they may fill, beside the disks.
const BYTES_LIMIT: usize = 1 << 20;
/// Also in a redacted capture, which holds nothing of it.
const UNREADABLE: &str = "its beginning can't be read";
/// A failing disk answers late; there must be time left for the report.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// As many times as a device may ask for more: logical partitions are found one after another.
const READS_LIMIT: usize = 80;

pub(super) fn collect(probe: &Probe) -> Result<Vec<Content>, Nothing> {
    within(probe, TIME_LIMIT)
}

fn within(probe: &Probe, limit: Duration) -> Result<Vec<Content>, Nothing> {
    if !probe.exists(BLOCK) {
        return Err(Nothing::NotThere(BLOCK));
    }
    let begun = Instant::now();
    let mut room = Room::of(BYTES_LIMIT);
    let mut late = 0_usize;
    for device in devices::all(probe) {
        if begun.elapsed() >= limit {
            late += 1;
        } else {
            room.offer(|| Some(content(probe, device)));
        }
    }
    if late > 0 {
        probe.warn(BLOCK, format!("{late} devices were not read: others answered too slowly"));
    }
    let mut contents = room.items(probe, BLOCK);
    contents.sort_by(|a, b| a.device.cmp(&b.device));
    Ok(contents)
}

fn content(probe: &Probe, device: Device) -> Content {
    let found = match &device.unread {
        Some(reason) => Err(reason.clone()),
        None => read(probe, &device).ok_or_else(|| UNREADABLE.to_owned()),
    };
    match found {
        Ok(findings) => told::content(device.name, findings),
        Err(reason) => Content { device: device.name, unread: Some(reason), ..Content::default() },
    }
}

/// `None` where the device can't be read; the probe has said why, if it was refused.
fn read(probe: &Probe, device: &Device) -> Option<Findings> {
    // The kernel writes `cciss/c0d0` with an exclamation mark.
    let node = format!("/dev/{}", device.name.replace('!', "/"));
    let mut image = Image::new(device.size_bytes, device.sector_bytes);
    let mut pieces = image.first_pieces();
    for reads in 0_usize.. {
        let more = std::mem::take(&mut pieces);
        for (nth, piece) in more.into_iter().enumerate() {
            let question =
                Question::Block { device: node.clone(), offset: piece.offset, length: piece.length };
            match probe.ask(&node, &question) {
                Some(bytes) => image.add(piece, bytes),
                // Without its beginning nothing can be said of it.
                None if reads == 0 && nth == 0 => return None,
                None => image.add(piece, Vec::new()),
            }
        }
        let findings = signature::find(&image);
        pieces = image.take_wanted();
        if pieces.is_empty() || reads >= READS_LIMIT {
            return Some(findings);
        }
    }
    None
}

#[cfg(test)]
mod tests;

//! Reads one device: what its signatures are looked for in, piece by piece.

use decode::signature::{self, Findings, Image};
use inventory::sections::Content;

use super::family::Device;
use super::told;
use crate::probe::Probe;
use crate::root::Question;

/// Also in a redacted capture, which holds nothing of it.
const UNREADABLE: &str = "its beginning can't be read";
/// As many times as a device may ask for more: logical partitions are found one after another.
const READS_LIMIT: usize = 80;

pub(super) fn content(probe: &Probe, device: &Device) -> Content {
    match findings(probe, device) {
        Some(findings) => told::content(device, findings),
        None => told::unread(device, UNREADABLE.to_owned()),
    }
}

/// `None` where the device can't be read; the probe has said why, if it was refused.
fn findings(probe: &Probe, device: &Device) -> Option<Findings> {
    let node = device.node();
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

//! How the drives do, by their own word. Never wakes one that sleeps.

mod ata;
mod attributes;
mod nvme;
mod scsi;
mod smartctl;

use std::collections::BTreeSet;

use inventory::{DriveHealth, DriveSelfTest, SelfTestOutcome};

use crate::collect::drives::ask::Ask;
use crate::collect::drives::target::{self, Kind, Target};
use crate::collect::drives::{self, hidden, sleep};
use crate::collect::{BLOCK, Nothing, cut};
use crate::probe::Probe;

/// As many as the server takes in one list.
const DRIVES_LIMIT: usize = 4096;

pub(super) fn read(probe: &Probe) -> Result<Vec<DriveHealth>, Nothing> {
    let mut targets = hidden::with(probe, "sample", target::all(probe));
    cut(probe, BLOCK, &mut targets, DRIVES_LIMIT);
    // A volume has no health of its own that is not its drives'.
    targets.retain(|target| !matches!(target.kind, Kind::Volume(..)));
    let told = drives::each(probe, "health", targets, health).into_iter().flatten().collect();
    Ok(each_once(told))
}

/// How one drive does; `None` for one of which nothing can be known.
fn health(probe: &Probe, target: Target) -> Option<(bool, DriveHealth)> {
    let node = target.node();
    let ask = Ask::new(probe, node.clone());
    let known = DriveHealth {
        device: target.device,
        serial: target.serial,
        wwn: target.wwn,
        ..DriveHealth::default()
    };
    let asleep = |known| DriveHealth { asleep: true, ..known };
    if sleep::is_suspended(probe, &target.folder) {
        return Some((true, asleep(known)));
    }
    Some(match target.kind {
        Kind::Nvme { .. } => (true, nvme::health(&ask, known)),
        Kind::Ata(_) if sleep::is_ata_asleep(&ask) => (true, asleep(known)),
        Kind::Ata(scsi) => (true, ata::health(&ask, scsi.identity, known)),
        Kind::Scsi(_) if sleep::is_scsi_asleep(&ask) => (true, asleep(known)),
        Kind::Scsi(_) => (true, scsi::health(&ask, known)),
        Kind::Usb(_) => (true, smartctl::health(probe, &node, None, known)?),
        Kind::Behind { device, way, .. } => (false, smartctl::health(probe, &device, Some(&way), known)?),
        Kind::Volume(..) => return None,
    })
}

/// A controller that hides some of its drives may pass others through, which then are told of twice.
fn each_once(told: Vec<(bool, DriveHealth)>) -> Vec<DriveHealth> {
    let seen: BTreeSet<String> =
        told.iter().filter(|(seen, _)| *seen).filter_map(|(_, health)| health.serial.clone()).collect();
    let news = told.into_iter().filter(|(is_seen, health)| {
        *is_seen || health.serial.as_ref().is_none_or(|serial| !seen.contains(serial))
    });
    let mut drives: Vec<DriveHealth> = news.map(|(_, health)| health).collect();
    drives.sort_by(|a, b| a.device.cmp(&b.device));
    drives
}

fn self_test(test: decode::self_test::SelfTest) -> DriveSelfTest {
    use decode::self_test::Outcome;
    let outcome = match test.outcome {
        Outcome::Passed => SelfTestOutcome::Passed,
        Outcome::Failed => SelfTestOutcome::Failed,
        Outcome::Aborted => SelfTestOutcome::Aborted,
        Outcome::Running => SelfTestOutcome::Running,
    };
    DriveSelfTest { outcome, power_on_hours: test.power_on_hours }
}

#[cfg(test)]
mod tests;

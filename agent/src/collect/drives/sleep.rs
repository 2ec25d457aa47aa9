//! Whether a drive sleeps. Asking so never wakes it; whatever else it is asked might.

use decode::ata::PowerMode;
use decode::scsi::Power;

use super::BLOCK;
use super::ask::Ask;
use crate::probe::Probe;

/// The kernel put it to sleep: opening its node alone would wake it.
pub(crate) fn is_suspended(probe: &Probe, folder: &str) -> bool {
    let status = probe.text(&format!("{folder}/device/power/runtime_status"));
    status.is_some_and(|status| matches!(status.as_str(), "suspended" | "suspending"))
}

/// It went to sleep by itself, or was told to.
pub(crate) fn is_ata_asleep(ask: &Ask<'_>) -> bool {
    ask.ata_power() == Some(PowerMode::Standby)
}

/// It went to sleep by itself, or was told to.
pub(crate) fn is_scsi_asleep(ask: &Ask<'_>) -> bool {
    ask.scsi_power() == Some(Power::Asleep)
}

/// Of a disk by its name. Only what turns sleeps; where nothing can be learned it counts as awake, for a disk that is in use
/// mostly is. What stands in the way of asking stands in the way of whatever comes after, which says so.
pub(crate) fn is_asleep(probe: &Probe, disk: &str) -> bool {
    let folder = format!("{BLOCK}/{disk}");
    if !disk.starts_with("sd") || probe.flag(&format!("{folder}/queue/rotational")) != Some(true) {
        return false;
    }
    if is_suspended(probe, &folder) {
        return true;
    }
    let silent = Probe::new(probe.root().clone());
    let ask = Ask::new(&silent, format!("/dev/{disk}"));
    match probe.text(&format!("{folder}/device/vendor")).as_deref() {
        Some("ATA") => is_ata_asleep(&ask),
        _ => is_scsi_asleep(&ask),
    }
}

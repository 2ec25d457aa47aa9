//! Whether a drive sleeps. Asking so never wakes it; whatever else it is asked might.

use decode::ata::PowerMode;
use decode::scsi::Power;

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

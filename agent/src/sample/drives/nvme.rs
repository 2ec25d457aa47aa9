//! An NVMe drive: one log page tells all; it has no sleep that reading it could end.

use decode::nvme::{
    CriticalWarning, HEALTH_BYTES, HEALTH_PAGE, Health, SELF_TEST_BYTES, SELF_TEST_PAGE, last_self_test,
};
use inventory::{DriveHealth, DriveVerdict, DriveWarning};

use crate::collect::drives::ask::Ask;

pub(super) fn health(ask: &Ask<'_>, known: DriveHealth) -> DriveHealth {
    let Some(said) = ask.nvme_log(HEALTH_PAGE, HEALTH_BYTES).as_deref().and_then(Health::decode) else {
        return known;
    };
    let tests = ask.nvme_log(SELF_TEST_PAGE, SELF_TEST_BYTES);
    DriveHealth {
        verdict: verdict(said.warning),
        warnings: warnings(said.warning),
        temp_celsius: said.temp_celsius,
        sensors_celsius: said.sensors_celsius,
        used_percent: Some(said.percentage_used),
        spare_percent: Some(said.spare_percent),
        spare_threshold_percent: Some(said.spare_threshold_percent),
        media_errors: Some(said.media_errors),
        error_log_entries: Some(said.error_log_entries),
        power_on_hours: Some(said.power_on_hours),
        power_cycles: Some(said.power_cycles),
        unsafe_shutdowns: Some(said.unsafe_shutdowns),
        read_bytes: Some(said.read_bytes),
        written_bytes: Some(said.written_bytes),
        self_test: tests.as_deref().and_then(last_self_test).map(super::self_test),
        ..known
    }
}

/// Heat is warned of, and is no defect.
pub(super) fn verdict(warning: CriticalWarning) -> DriveVerdict {
    if warning.fails() { DriveVerdict::Failing } else { DriveVerdict::Passed }
}

pub(super) fn warnings(warning: CriticalWarning) -> Vec<DriveWarning> {
    let flags = [
        (warning.spare_low, DriveWarning::SpareLow),
        (warning.temperature, DriveWarning::Temperature),
        (warning.reliability_degraded, DriveWarning::ReliabilityDegraded),
        (warning.read_only, DriveWarning::ReadOnly),
        (warning.backup_failed, DriveWarning::BackupFailed),
        (warning.persistent_memory, DriveWarning::PersistentMemory),
        (warning.other, DriveWarning::Other),
    ];
    flags.into_iter().filter_map(|(is_set, flag)| is_set.then_some(flag)).collect()
}

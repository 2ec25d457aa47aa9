//! A SCSI drive: log pages, of which it says which it has.

use decode::scsi::{last_self_test, log};
use inventory::{DriveHealth, DriveVerdict, DriveWarning};

use crate::collect::drives::ask::Ask;

/// Additional sense codes of informational exceptions.
const WARNING: u8 = 0x0b;
const FAILURE_FORETOLD: u8 = 0x5d;
/// The qualifier of a failure that was made up for a test.
const FALSE_ALARM: u8 = 0xff;

pub(super) fn health(ask: &Ask<'_>, known: DriveHealth) -> DriveHealth {
    let pages = ask.log_sense(log::SUPPORTED);
    let Some(supported) = pages.as_deref().and_then(log::supported) else {
        return DriveHealth { grown_defects: ask.grown_defects(), ..known };
    };
    let page = |code| supported.contains(&code).then(|| ask.log_sense(code)).flatten();
    let errors = |code| page(code).as_deref().and_then(|bytes| log::errors(bytes, code)).unwrap_or_default();
    let (read, write, verify) =
        (errors(log::READ_ERRORS), errors(log::WRITE_ERRORS), errors(log::VERIFY_ERRORS));
    let temperatures = page(log::TEMPERATURE).as_deref().and_then(log::temperatures).unwrap_or_default();
    let exceptions = page(log::EXCEPTIONS).as_deref().and_then(log::exceptions);
    let start_stop = page(log::START_STOP).as_deref().and_then(log::start_stop).unwrap_or_default();
    let (verdict, reason) = exceptions.map_or((DriveVerdict::Unknown, None), |said| verdict(&said));
    DriveHealth {
        verdict,
        reason,
        warnings: exceptions.and_then(warning).into_iter().collect(),
        temp_celsius: temperatures.current_celsius.or_else(|| exceptions?.temp_celsius),
        used_percent: page(log::SOLID_STATE).as_deref().and_then(log::used_percent),
        grown_defects: ask.grown_defects(),
        uncorrected_read_errors: read.uncorrected,
        uncorrected_write_errors: write.uncorrected,
        uncorrected_verify_errors: verify.uncorrected,
        power_on_hours: page(log::BACKGROUND_SCAN).as_deref().and_then(log::power_on_hours),
        power_cycles: start_stop.start_cycles,
        read_bytes: read.processed_bytes,
        written_bytes: write.processed_bytes,
        self_test: page(log::SELF_TEST).as_deref().and_then(last_self_test).map(super::self_test),
        ..known
    }
}

fn verdict(said: &log::Exceptions) -> (DriveVerdict, Option<String>) {
    let code = format!("{:02x}/{:02x}", said.code, said.qualifier);
    match (said.code, said.qualifier) {
        (FAILURE_FORETOLD, FALSE_ALARM) => (DriveVerdict::Passed, None),
        (FAILURE_FORETOLD, _) => (DriveVerdict::Failing, Some(format!("{code}: failure foretold"))),
        (WARNING, _) => (DriveVerdict::Passed, Some(format!("{code}: warning"))),
        _ => (DriveVerdict::Passed, None),
    }
}

/// SPC-5 annex F, 0B.
fn warning(said: log::Exceptions) -> Option<DriveWarning> {
    match (said.code, said.qualifier) {
        (WARNING, 0x01) => Some(DriveWarning::Temperature),
        // A self-test, a scan before or in the background met an error.
        (WARNING, 0x03..=0x05) => Some(DriveWarning::ReliabilityDegraded),
        // The cache would not outlive a power cut.
        (WARNING, 0x06..=0x08) => Some(DriveWarning::BackupFailed),
        (WARNING, _) => Some(DriveWarning::Other),
        _ => None,
    }
}

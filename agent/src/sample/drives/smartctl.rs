//! How a drive does, by what `smartctl` told.

use decode::ata::Attribute;
use decode::nvme::CriticalWarning;
use inventory::{DriveHealth, DriveSelfTest, DriveVerdict, SelfTestOutcome};

use super::{attributes, nvme};
use crate::collect::drives::smartctl::{AtaSelfTests, ErrorCounter, NvmeHealth, Told, examine};
use crate::probe::Probe;

/// One data unit of NVMe is a thousand blocks of 512 bytes.
const DATA_UNIT_BYTES: u64 = 512_000;

/// `None` where `smartctl` is not installed, or reached no drive.
pub(super) fn health(
    probe: &Probe,
    device: &str,
    way: Option<&str>,
    known: DriveHealth,
) -> Option<DriveHealth> {
    let told = examine(probe, device, way)?;
    if told.is_asleep() {
        return Some(DriveHealth { asleep: true, ..known });
    }
    if !told.knows_a_drive() {
        // A bridge that it does not know is no defect; a drive behind a controller that was there is.
        if let (Some(complaint), Some(_)) = (told.complaint(), way) {
            probe.warn(device, complaint);
        }
        return None;
    }
    Some(of(&told, known))
}

fn of(told: &Told, known: DriveHealth) -> DriveHealth {
    let said = &told.said;
    let (serial, wwn) = told.signs();
    let known = DriveHealth {
        serial: serial.or(known.serial),
        wwn: wwn.or(known.wwn),
        verdict: match told.passed() {
            Some(true) => DriveVerdict::Passed,
            Some(false) => DriveVerdict::Failing,
            None => DriveVerdict::Unknown,
        },
        // SCSI says 0 for none.
        temp_celsius: said.temperature.as_ref().and_then(|said| said.current).filter(|celsius| *celsius != 0),
        power_on_hours: said.power_on_time.as_ref().and_then(|time| time.hours),
        power_cycles: said.power_cycle_count,
        self_test: said.ata_smart_self_test_log.as_ref().and_then(last_test),
        ..known
    };
    match &said.nvme_smart_health_information_log {
        Some(log) => of_nvme(log, known),
        None if said.has_attributes() => of_ata(told, known),
        None => of_scsi(told, known),
    }
}

fn of_nvme(log: &NvmeHealth, known: DriveHealth) -> DriveHealth {
    let warning = CriticalWarning::from_bits(log.critical_warning);
    let bytes = |units: Option<u64>| units.map(|units| units.saturating_mul(DATA_UNIT_BYTES));
    DriveHealth {
        verdict: nvme::verdict(warning),
        warnings: nvme::warnings(warning),
        temp_celsius: log.temperature.or(known.temp_celsius),
        sensors_celsius: log.temperature_sensors.clone(),
        used_percent: log.percentage_used,
        spare_percent: log.available_spare,
        spare_threshold_percent: log.available_spare_threshold,
        media_errors: log.media_errors,
        error_log_entries: log.num_err_log_entries,
        power_on_hours: log.power_on_hours.or(known.power_on_hours),
        power_cycles: log.power_cycles.or(known.power_cycles),
        unsafe_shutdowns: log.unsafe_shutdowns,
        read_bytes: bytes(log.data_units_read),
        written_bytes: bytes(log.data_units_written),
        ..known
    }
}

fn of_ata(told: &Told, known: DriveHealth) -> DriveHealth {
    let table = told.said.ata_smart_attributes.iter().flat_map(|attributes| &attributes.table);
    let table: Vec<Attribute> = table
        .map(|row| Attribute {
            id: row.id,
            prefailure: row.flags.prefailure,
            value: row.value,
            worst: row.worst,
            threshold: row.thresh,
            raw: row.raw.value,
        })
        .collect();
    // It knows each model's way to tell them.
    let (hours, heat) = (known.power_on_hours, known.temp_celsius);
    let health = attributes::apply(&table, told.said.is_solid_state(), told.passed(), known);
    DriveHealth {
        power_on_hours: hours.or(health.power_on_hours),
        temp_celsius: heat.or(health.temp_celsius),
        ..health
    }
}

fn of_scsi(told: &Told, known: DriveHealth) -> DriveHealth {
    let said = &told.said;
    let counters = said.scsi_error_counter_log.as_ref();
    let cycles = said.scsi_start_stop_cycle_counter.as_ref();
    DriveHealth {
        grown_defects: said.scsi_grown_defect_list,
        used_percent: said.scsi_percentage_used_endurance_indicator,
        uncorrected_read_errors: counters.and_then(|log| log.read.total_uncorrected_errors),
        uncorrected_write_errors: counters.and_then(|log| log.write.total_uncorrected_errors),
        uncorrected_verify_errors: counters.and_then(|log| log.verify.total_uncorrected_errors),
        read_bytes: counters.and_then(|log| processed_bytes(&log.read)),
        written_bytes: counters.and_then(|log| processed_bytes(&log.write)),
        power_cycles: cycles.and_then(|count| count.accumulated_start_stop_cycles).or(known.power_cycles),
        ..known
    }
}

/// `162438.759` gigabytes.
fn processed_bytes(counter: &ErrorCounter) -> Option<u64> {
    let (whole, thousandths) = counter.gigabytes_processed.as_deref()?.split_once('.')?;
    let megabytes = format!("{whole}{thousandths}").parse::<u64>().ok()?;
    (thousandths.len() == 3).then(|| megabytes.saturating_mul(1_000_000))
}

fn last_test(log: &AtaSelfTests) -> Option<DriveSelfTest> {
    let newest = log.extended.table.first().or_else(|| log.standard.table.first())?;
    let outcome = match newest.status.value >> 4 {
        0x0 => SelfTestOutcome::Passed,
        0x1 | 0x2 => SelfTestOutcome::Aborted,
        0x3..=0x8 => SelfTestOutcome::Failed,
        0xf => SelfTestOutcome::Running,
        _ => SelfTestOutcome::Other,
    };
    Some(DriveSelfTest { outcome, power_on_hours: newest.lifetime_hours })
}

#[cfg(test)]
mod tests;

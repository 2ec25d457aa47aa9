//! The fields of `smartctl`'s JSON (format 1.0) that are read, by the names that it gives them.

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Scan {
    pub(crate) devices: Vec<Device>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Device {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) protocol: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    pub(crate) smartctl: Smartctl,
    pub(crate) device: Device,
    pub(crate) model_name: Option<String>,
    pub(crate) scsi_model_name: Option<String>,
    #[serde(alias = "scsi_vendor")]
    pub(crate) vendor: Option<String>,
    #[serde(alias = "scsi_product")]
    pub(crate) product: Option<String>,
    #[serde(alias = "scsi_revision")]
    pub(crate) revision: Option<String>,
    pub(crate) serial_number: Option<String>,
    pub(crate) firmware_version: Option<String>,
    pub(crate) wwn: Option<Wwn>,
    pub(crate) logical_unit_id: Option<String>,
    pub(crate) user_capacity: Option<Capacity>,
    pub(crate) nvme_total_capacity: Option<u64>,
    pub(crate) nvme_number_of_namespaces: Option<u32>,
    pub(crate) nvme_version: Option<Text>,
    pub(crate) logical_block_size: Option<u32>,
    pub(crate) physical_block_size: Option<u32>,
    pub(crate) rotation_rate: Option<u16>,
    pub(crate) form_factor: Option<Name>,
    pub(crate) trim: Option<Trim>,
    pub(crate) smart_support: Option<Support>,
    pub(crate) smart_status: Option<Status>,
    pub(crate) temperature: Option<Temperature>,
    pub(crate) power_on_time: Option<Hours>,
    pub(crate) power_cycle_count: Option<u64>,
    pub(crate) ata_smart_attributes: Option<Attributes>,
    pub(crate) ata_smart_self_test_log: Option<AtaSelfTests>,
    pub(crate) nvme_smart_health_information_log: Option<NvmeHealth>,
    pub(crate) scsi_grown_defect_list: Option<u64>,
    pub(crate) scsi_percentage_used_endurance_indicator: Option<u8>,
    pub(crate) scsi_error_counter_log: Option<ErrorCounters>,
    pub(crate) scsi_start_stop_cycle_counter: Option<StartStop>,
}

impl Said {
    pub(crate) fn has_attributes(&self) -> bool {
        self.ata_smart_attributes.as_ref().is_some_and(|attributes| !attributes.table.is_empty())
    }

    /// A rate of 0 is how it is told.
    pub(crate) fn is_solid_state(&self) -> bool {
        self.rotation_rate == Some(0)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Smartctl {
    pub(crate) messages: Vec<Message>,
    pub(crate) exit_status: Option<i32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message {
    pub(crate) string: String,
    pub(crate) severity: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wwn {
    pub(crate) naa: u64,
    pub(crate) oui: u64,
    pub(crate) id: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Capacity {
    pub(crate) bytes: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Text {
    pub(crate) string: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Name {
    pub(crate) name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Trim {
    pub(crate) supported: Option<bool>,
}

/// Either of two forms, by edition.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Support {
    Whether(bool),
    State {
        #[serde(default)]
        available: Option<bool>,
        #[serde(default)]
        enabled: Option<bool>,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    pub(crate) passed: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Temperature {
    pub(crate) current: Option<i32>,
    pub(crate) drive_trip: Option<i32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Hours {
    pub(crate) hours: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Attributes {
    pub(crate) table: Vec<Attribute>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Attribute {
    pub(crate) id: u8,
    pub(crate) value: u8,
    pub(crate) worst: u8,
    pub(crate) thresh: Option<u8>,
    pub(crate) flags: Flags,
    pub(crate) raw: Raw,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Flags {
    pub(crate) prefailure: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Raw {
    pub(crate) value: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AtaSelfTests {
    pub(crate) extended: SelfTests,
    pub(crate) standard: SelfTests,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SelfTests {
    pub(crate) table: Vec<SelfTest>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SelfTest {
    pub(crate) status: SelfTestStatus,
    pub(crate) lifetime_hours: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SelfTestStatus {
    pub(crate) value: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NvmeHealth {
    pub(crate) critical_warning: u8,
    pub(crate) temperature: Option<i32>,
    pub(crate) temperature_sensors: Vec<i32>,
    pub(crate) available_spare: Option<u8>,
    pub(crate) available_spare_threshold: Option<u8>,
    pub(crate) percentage_used: Option<u8>,
    pub(crate) data_units_read: Option<u64>,
    pub(crate) data_units_written: Option<u64>,
    pub(crate) power_cycles: Option<u64>,
    pub(crate) power_on_hours: Option<u64>,
    pub(crate) unsafe_shutdowns: Option<u64>,
    pub(crate) media_errors: Option<u64>,
    pub(crate) num_err_log_entries: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorCounters {
    pub(crate) read: ErrorCounter,
    pub(crate) write: ErrorCounter,
    pub(crate) verify: ErrorCounter,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorCounter {
    pub(crate) total_uncorrected_errors: Option<u64>,
    /// A decimal fraction, as text.
    pub(crate) gigabytes_processed: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StartStop {
    pub(crate) year_of_manufacture: Option<String>,
    pub(crate) week_of_manufacture: Option<String>,
    pub(crate) accumulated_start_stop_cycles: Option<u64>,
}

//! How drives do, by their own word.

use serde::{Deserialize, Serialize};

/// One drive's health. A number that its protocol does not have, or that the drive does not tell, is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DriveHealth {
    /// As in the report's `drives`.
    pub device: String,
    /// As in the report's `drives`: the same after a reboot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// As in the report's `drives`: the same after a reboot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wwn: Option<String>,
    /// What the drive holds of itself.
    pub verdict: DriveVerdict,
    /// Why it is failing, in words (`5d/10: failure foretold`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// It sleeps, and was not woken: no number is told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asleep: bool,
    /// The temperature that its maker's limits are about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temp_celsius: Option<i32>,
    /// Its sensors, in the drive's order: NVMe.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sensors_celsius: Vec<i32>,
    /// The life that its maker foresaw for it, used; passes 100. Solid-state drives only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_percent: Option<u8>,
    /// Spare blocks that are left: NVMe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spare_percent: Option<u8>,
    /// Where its maker holds the spare to be too little: NVMe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spare_threshold_percent: Option<u8>,
    /// What the drive warns of, sorted: NVMe's critical warning, SCSI's informational exceptions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<DriveWarning>,
    /// Blocks whose data could not be had back: NVMe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_errors: Option<u64>,
    /// Entries that its error log ever had; harmless ones as well: NVMe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_log_entries: Option<u64>,
    /// Sectors replaced by spare ones: SMART attribute 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reallocated_sectors: Option<u64>,
    /// Sectors that could not be read, and wait to be written: SMART attribute 197.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_sectors: Option<u64>,
    /// Sectors that a self-test could not read: SMART attribute 198.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_uncorrectable: Option<u64>,
    /// Errors that the host was told of: SMART attribute 187.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_uncorrectable: Option<u64>,
    /// Commands that were given up: SMART attribute 188.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_timeouts: Option<u64>,
    /// Errors on the cable: SMART attribute 199.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crc_errors: Option<u64>,
    /// Blocks set aside in the drive's life: SCSI's grown defect list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grown_defects: Option<u64>,
    /// Reads that the drive could not correct: SCSI log page 0x03.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncorrected_read_errors: Option<u64>,
    /// Writes that it could not correct: SCSI log page 0x02.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncorrected_write_errors: Option<u64>,
    /// Verifications that it could not correct: SCSI log page 0x05.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncorrected_verify_errors: Option<u64>,
    /// Hours that it was on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_on_hours: Option<u64>,
    /// Times that it was switched on or started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_cycles: Option<u64>,
    /// Times that the power went without a word before: NVMe; SMART attributes 174 and 192 count as their makers like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsafe_shutdowns: Option<u64>,
    /// Read by the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_bytes: Option<u64>,
    /// Written by the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_bytes: Option<u64>,
    /// SMART attributes that are at or below their threshold now, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failing_attributes: Vec<DriveAttribute>,
    /// SMART attributes that once were, and are not now, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed_attributes: Vec<DriveAttribute>,
    /// The last test of itself, or the one that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_test: Option<DriveSelfTest>,
}

/// What a drive holds of itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriveVerdict {
    /// It holds itself to be well. Counters may still tell another story.
    Passed,
    /// It foretells its failure, or has failed.
    Failing,
    /// It did not say.
    #[default]
    #[serde(other)]
    Unknown,
}

/// What a drive warns of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriveWarning {
    /// Too few spare blocks are left.
    SpareLow,
    /// Outside its maker's temperatures.
    Temperature,
    /// Too many media errors, or an inner error.
    ReliabilityDegraded,
    /// It takes no more writes.
    ReadOnly,
    /// A power cut would lose what its cache holds.
    BackupFailed,
    /// Its persistent memory takes no more writes.
    PersistentMemory,
    /// Something else.
    #[serde(other)]
    Other,
}

/// One SMART attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DriveAttribute {
    /// Its number.
    pub id: u8,
    /// What it is, where its number means the same to all makers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// It foretells the drive's failure; otherwise it tells of age only.
    pub prefailure: bool,
    /// Normalised: less is worse.
    pub value: u8,
    /// The least that it ever was.
    pub worst: u8,
    /// What it must stay above.
    pub threshold: u8,
}

/// A drive's test of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DriveSelfTest {
    /// How it ended.
    pub outcome: SelfTestOutcome,
    /// How many hours the drive had been on when it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_on_hours: Option<u64>,
}

/// How a self-test ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfTestOutcome {
    /// Without an error.
    Passed,
    /// The drive found itself broken.
    Failed,
    /// Somebody or something stopped it.
    Aborted,
    /// It has not ended.
    Running,
    /// Some other end.
    #[default]
    #[serde(other)]
    Other,
}

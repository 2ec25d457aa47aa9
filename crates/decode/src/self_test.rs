//! What a drive's last test of itself came to. NVMe, ATA and SCSI number the same outcomes almost alike.

/// One self-test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfTest {
    /// How it ended.
    pub outcome: Outcome,
    /// How many hours the drive had been powered when it ended.
    pub power_on_hours: Option<u64>,
}

/// How a self-test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Without an error.
    Passed,
    /// The drive found itself broken.
    Failed,
    /// Somebody or something stopped it.
    Aborted,
    /// It has not ended.
    Running,
}

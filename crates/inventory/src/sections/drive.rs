//! What drives answer when they are asked themselves.

use serde::{Deserialize, Serialize};

/// One drive: the physical thing. It may be a disk of its own, be reached on several ways, or stand behind a RAID
/// controller that hides it. A RAID controller's volume is an entry too, for what it [`hides`](Drive::hides).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Drive {
    /// The kernel's name of the disk or NVMe controller (`sda`, `nvme0`); behind a RAID controller the way to it, as
    /// `smartctl` takes it (`/dev/bus/13 megaraid,0`). Key a drive by `wwn` or `serial`: this changes from boot to boot.
    pub device: String,
    /// The other ways to the same drive, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_paths: Vec<String>,
    /// What it speaks, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<DriveProtocol>,
    /// Who told what is told here.
    pub source: DriveSource,
    /// The driver of the RAID controller behind which it stands, unseen by the kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
    /// What this entry hides, being a RAID controller's volume or a bridge: why no more is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hides: Option<HiddenDrives>,
    /// The model, whole: ATA IDENTIFY words 27-46, NVMe Identify MN, SCSI INQUIRY product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// SCSI INQUIRY vendor; ATA and NVMe drives have none of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// ATA IDENTIFY words 10-19, NVMe Identify SN, SCSI vital product data page 0x80.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// World-wide name (`naa.…`, `eui.…`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wwn: Option<String>,
    /// Firmware revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// The whole drive: over all namespaces for NVMe (TNVMCAP), the native capacity for ATA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity_bytes: Option<u64>,
    /// Turns in a minute; 0 for a drive that does not turn. ATA IDENTIFY word 217, SCSI page 0xB1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation_rpm: Option<u16>,
    /// Its size (`2.5 inches`, `M.2`). ATA IDENTIFY word 168, SCSI page 0xB1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form_factor: Option<String>,
    /// The newest standard that it follows (`ACS-4`, `NVMe 1.4.0`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
    /// Logical sector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logical_block_bytes: Option<u32>,
    /// Physical sector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_block_bytes: Option<u32>,
    /// From here on the drive warns: NVMe WCTEMP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning_celsius: Option<i32>,
    /// From here on it may stop or be harmed: NVMe CCTEMP, the reference temperature of SCSI log page 0x0D.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critical_celsius: Option<i32>,
    /// It keeps watch over itself: ATA IDENTIFY word 82, SCSI log page 0x2F; each NVMe drive does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smart_supported: Option<bool>,
    /// That watch is switched on: ATA IDENTIFY word 85.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smart_enabled: Option<bool>,
    /// Blocks can be given back: ATA IDENTIFY word 169.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trim: Option<bool>,
    /// The state of ATA's security feature: IDENTIFY word 128.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<DriveSecurity>,
    /// It encrypts all that it stores: ATA IDENTIFY word 69.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_encrypting: Option<bool>,
    /// TCG Opal or the like can be spoken to it: ATA IDENTIFY word 48, NVMe OACS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_protocols: Option<bool>,
    /// The ways in which it can erase itself beyond recovery: ATA IDENTIFY word 59, NVMe SANICAP.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sanitize: Vec<Sanitize>,
    /// How many namespaces it can have: NVMe NN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_namespaces: Option<u32>,
    /// The NVMe subsystem's qualified name: the same for all controllers of one drive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsystem_nqn: Option<String>,
    /// Year and week of manufacture (`2013-W05`): SCSI log page 0x0E.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufactured: Option<String>,
}

/// What a drive speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriveProtocol {
    /// NVMe.
    Nvme,
    /// ATA, also inside SAS or USB.
    Ata,
    /// SCSI: SAS and older.
    Scsi,
    /// Some other.
    #[serde(other)]
    Other,
}

/// Who told what is told of a drive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriveSource {
    /// The drive itself.
    Drive,
    /// `smartctl`, which knows the ways through RAID controllers and USB bridges.
    Smartctl,
    /// The kernel, which asked the drive when it found it.
    #[default]
    #[serde(other)]
    Kernel,
}

/// Drives that can't be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HiddenDrives {
    /// What hides them: the RAID controller's driver (`megaraid_sas`), or `usb` for a bridge.
    pub by: String,
    /// The programs that would show them.
    pub tools: Vec<String>,
}

/// The state of ATA's security feature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DriveSecurity {
    /// A password is set.
    pub enabled: bool,
    /// Without it there is no access.
    pub locked: bool,
    /// No change until the power was off.
    pub frozen: bool,
    /// Too many wrong passwords were tried.
    pub expired: bool,
}

/// A way in which a drive can erase itself beyond recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sanitize {
    /// It throws its key away.
    CryptoErase,
    /// It erases each block.
    BlockErase,
    /// It overwrites each block.
    Overwrite,
    /// Some other.
    #[serde(other)]
    Other,
}

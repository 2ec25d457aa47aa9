//! BIOS or UEFI, and how this boot went.

use serde::{Deserialize, Serialize};

/// The firmware.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Firmware {
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its date, as the maker writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Its release, `major.minor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The embedded controller's release, `major.minor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller_release: Option<String>,
    /// The version of the SMBIOS tables, `major.minor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smbios_version: Option<String>,
    /// How *this* boot went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_mode: Option<BootMode>,
    /// The firmware's own word size: a 32-bit UEFI starts no 64-bit loader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uefi_bits: Option<u8>,
    /// Secure Boot is enforced; absent where it can't be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_boot: Option<bool>,
    /// Secure Boot has no platform key yet: anybody may enrol one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_mode: Option<bool>,
    /// What UEFI may boot, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub boot_entries: Vec<BootEntry>,
    /// The trusted platform module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tpm: Option<Tpm>,
}

/// How a machine was booted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BootMode {
    /// By a legacy BIOS.
    Bios,
    /// By UEFI.
    Uefi,
}

/// One of UEFI's boot options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BootEntry {
    /// Its number, as in `Boot0001`.
    pub id: String,
    /// What the menu shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// It may be chosen.
    pub active: bool,
    /// This boot was by it.
    pub current: bool,
    /// It boots from the network.
    pub network: bool,
    /// The card that it boots from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<crate::MacAddr>,
}

/// A trusted platform module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tpm {
    /// `1.2` or `2.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Who made it, in four letters (`IFX`, `STM`), where the kernel tells (TPM 1.2) or the firmware (SMBIOS type 43).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// How the firmware describes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its firmware's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// Banks of measurements (`sha1`, `sha256`), sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pcr_banks: Vec<String>,
}

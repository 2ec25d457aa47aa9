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
    /// How *this* boot went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_mode: Option<BootMode>,
    /// Secure Boot is enforced; absent where it can't be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_boot: Option<bool>,
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

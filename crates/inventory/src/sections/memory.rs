//! Memory and its slots.

use serde::{Deserialize, Serialize};

/// All memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// What the kernel may use (`MemTotal`): less than is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usable_bytes: Option<u64>,
    /// The sum of the slots, by SMBIOS type 17.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed_bytes: Option<u64>,
    /// What the board takes, by SMBIOS type 16.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_capacity_bytes: Option<u64>,
    /// Error correction, by SMBIOS type 16 (`multi-bit ECC`, `none`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ecc: Option<String>,
    /// The slots, also the empty ones, in the firmware's order.
    pub slots: Vec<MemorySlot>,
}

/// One slot, filled or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemorySlot {
    /// What the board prints beside it (`DIMM_A1`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
    /// Bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// Size of what is in it; absent when it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// `DDR4`, `DDR5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `DIMM`, `SODIMM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form_factor: Option<String>,
    /// The fastest that the module can, in MT/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed_mts: Option<u32>,
    /// What it runs at, in MT/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configured_mts: Option<u32>,
    /// Manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Part number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Ranks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u8>,
    /// Data width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_width_bits: Option<u16>,
    /// Width with the check bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_width_bits: Option<u16>,
}

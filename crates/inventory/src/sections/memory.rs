//! Memory and its slots.

use serde::{Deserialize, Serialize};

/// All memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// What the kernel may use (`MemTotal`): less than is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usable_bytes: Option<u64>,
    /// The sum of the slots, by SMBIOS type 17; without such, the kernel's memory blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed_bytes: Option<u64>,
    /// What the firmware mapped, by SMBIOS type 19: differs from `installed_bytes` where one of them errs, or memory is
    /// mirrored or kept as a spare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapped_bytes: Option<u64>,
    /// What the board takes, by SMBIOS type 16.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_capacity_bytes: Option<u64>,
    /// Slots that the board has, by SMBIOS type 16.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_count: Option<u32>,
    /// Error correction, by SMBIOS type 16 (`multi-bit ECC`, `none`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ecc: Option<String>,
    /// The slots, also the empty ones, in the firmware's order.
    pub slots: Vec<MemorySlot>,
    /// Memory controllers that the kernel watches for errors (EDAC), sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub controllers: Vec<MemoryController>,
    /// Huge pages that are set aside, sorted by size.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub huge_pages: Vec<HugePages>,
    /// Swap space, all together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swap_bytes: Option<u64>,
    /// Persistent memory: the namespaces of `/sys/bus/nd`, sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub persistent: Vec<PersistentMemory>,
    /// Memory behind CXL, sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cxl: Vec<CxlMemory>,
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
    /// What is special about it (`registered`, `synchronous`), in the specification's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// `DRAM`, or what remembers without power (`NVDIMM-N`, `Intel Optane`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub technology: Option<String>,
    /// How much of it remembers without power.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub non_volatile_bytes: Option<u64>,
    /// `DIMM`, `SODIMM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form_factor: Option<String>,
    /// The fastest that the module can, in MT/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed_mts: Option<u32>,
    /// What it runs at, in MT/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configured_mts: Option<u32>,
    /// Manufacturer, as the firmware writes it: a name, or JEDEC's number in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Part number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Asset tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_tag: Option<String>,
    /// Firmware of the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// Ranks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u8>,
    /// Data width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_width_bits: Option<u16>,
    /// Width with the check bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_width_bits: Option<u16>,
    /// The voltage that it runs at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configured_millivolts: Option<u16>,
    /// The least voltage that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_millivolts: Option<u16>,
    /// The most voltage that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_millivolts: Option<u16>,
}

/// A memory controller that the kernel's EDAC watches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemoryController {
    /// The kernel's (`mc0`).
    pub name: String,
    /// What the driver calls it (`mc_name`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Memory behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// The modules behind it, sorted by name.
    pub modules: Vec<MemoryModule>,
}

/// A module or a rank, as EDAC sees it: the key to a sample's `memory_errors`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemoryModule {
    /// The kernel's (`dimm3`, `rank0`, `csrow0/ch1`).
    pub name: String,
    /// What the driver or the administrator calls the slot (`CPU_SrcID#0_MC#0_Chan#1_DIMM#0`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it sits (`channel 1 slot 0`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// `Registered-DDR4`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Width of its chips (`x4`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chips: Option<String>,
    /// How it corrects (`S4ECD4ED`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
}

/// Huge pages of one size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct HugePages {
    /// Size of one.
    pub page_bytes: u64,
    /// How many are set aside.
    pub count: u64,
}

/// A namespace of persistent memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersistentMemory {
    /// The kernel's (`namespace0.0`).
    pub name: String,
    /// Size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// How it is used (`raw`, `memory`, `dax`, `safe`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Its NUMA node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numa_node: Option<u32>,
}

/// A memory expander behind CXL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CxlMemory {
    /// The kernel's (`mem0`).
    pub name: String,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Firmware.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// Memory that forgets without power.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volatile_bytes: Option<u64>,
    /// Memory that remembers without power.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persistent_bytes: Option<u64>,
    /// Its NUMA node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numa_node: Option<u32>,
}

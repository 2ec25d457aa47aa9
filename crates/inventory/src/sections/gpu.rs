//! Graphics cards and accelerators.

use serde::{Deserialize, Serialize};

/// One graphics card or accelerator: a PCI function of class 03 or 12. The `pci` section tells the rest of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gpu {
    /// PCI address.
    pub address: String,
    /// Who made the chip: four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Which chip: four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Class, subclass, programming interface: six hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// It only draws the management controller's screen: not what one buys a graphics card for.
    pub bmc: bool,
    /// It is the screen that the firmware drew on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_vga: Option<bool>,
    /// The driver that is bound to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// What the driver calls it (`NVIDIA A100-SXM4-40GB`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Its own memory, where the driver says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// What tells it from others of its kind: NVIDIA's UUID, AMD's unique id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<String>,
    /// Serial number, where the driver says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Version of its video BIOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vbios: Option<String>,
    /// Its device nodes in this boot (`card0`, `renderD128`), sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
}

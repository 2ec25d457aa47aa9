//! PCI functions. The server knows the names of the numbers.

use serde::{Deserialize, Serialize};

/// One PCI function. Virtual functions (SR-IOV) are not listed: their physical function counts them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PciDevice {
    /// `domain:bus:device.function`, lower case; the domain may have eight digits.
    pub address: String,
    /// Who made the chip: four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Which chip: four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Who made the card: four hex digits; absent where it says nothing (`0000`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsystem_vendor: Option<String>,
    /// Which card: four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsystem_device: Option<String>,
    /// Class, subclass, programming interface: six hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Revision: two hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The driver that is bound to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// The NUMA node that it is near to; absent where the firmware does not say (`-1`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numa_node: Option<u32>,
    /// The IOMMU group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iommu_group: Option<u32>,
    /// The slot that it is plugged into, as the firmware or the hot-plug driver names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// The fastest transfers that it can do on its PCI Express link, in gigatransfers a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_link_gtps: Option<f64>,
    /// The most lanes that it can use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_link_width: Option<u8>,
    /// How fast the link was trained. Not told of bridges and graphics cards, which slow down to save power: it would
    /// change from one report to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_gtps: Option<f64>,
    /// How many lanes were trained: fewer than `max_link_width` is a bad contact, or a slot too narrow. Not told of
    /// bridges, whose lanes are those of the card below them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_width: Option<u8>,
    /// How many virtual functions it can have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_virtual_functions: Option<u16>,
    /// How many virtual functions are switched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_functions: Option<u16>,
    /// It is the screen that the firmware drew on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_vga: Option<bool>,
}

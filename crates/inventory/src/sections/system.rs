//! Maker, board, chassis, slots: SMBIOS types 1 to 3, 9 and 11.

use serde::{Deserialize, Serialize};

/// The machine as its maker names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct System {
    /// Manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Product name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// SKU number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Family.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// UUID, lower case, in the kernel's byte order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// The main board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board: Option<Board>,
    /// Risers, backplanes, interconnects, in the firmware's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_boards: Vec<Board>,
    /// The case around it: the one that holds the main board, where the firmware says which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chassis: Option<Chassis>,
    /// Other cases, in the firmware's order: of a blade, the enclosure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_chassis: Vec<Chassis>,
    /// Expansion slots, in the firmware's order (SMBIOS type 9).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<ExpansionSlot>,
    /// What else the maker wrote down (SMBIOS type 11), secrets taken out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub oem_strings: Vec<String>,
    /// Watchdogs, sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub watchdogs: Vec<Watchdog>,
    /// The hypervisor, where the machine is a virtual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_machine: Option<String>,
    /// The processor says that a hypervisor runs below (CPUID leaf 1): so do some clouds' real machines, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hypervisor: Option<bool>,
}

/// A circuit board.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Board {
    /// Manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Product name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Asset tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_tag: Option<String>,
    /// Where it sits in the case (`Slot 3`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The type's number in DMTF DSP0134, 7.3.2 (10 is a motherboard, 3 a system management module).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<u8>,
}

/// A case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chassis {
    /// Manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// The type's number in DMTF DSP0134, 7.4.1 (23 is a rack mount chassis).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<u8>,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Asset tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_tag: Option<String>,
    /// SKU number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Height in rack units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_units: Option<u8>,
}

/// A slot for cards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExpansionSlot {
    /// What the board prints beside it (`PCIe Slot 1`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its number, as the firmware counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u16>,
    /// The type's number in DMTF DSP0134, 7.10.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<u8>,
    /// Lanes that are wired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lanes: Option<u8>,
    /// Something is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_use: Option<bool>,
    /// The PCI address of what is in it, or would be: the key to the section `pci`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci_address: Option<String>,
}

/// A timer that resets the machine when nobody feeds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watchdog {
    /// The kernel's (`watchdog0`).
    pub name: String,
    /// What it is (`iTCO_wdt`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// When it bites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_secs: Option<u32>,
    /// It runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// It can't be stopped once it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_way_out: Option<bool>,
}

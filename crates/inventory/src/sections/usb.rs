//! USB devices.

use serde::{Deserialize, Serialize};

/// One USB device. Root hubs are left out: they are the controllers of the `pci` section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsbDevice {
    /// The port that it is plugged into, as the kernel numbers it (`1-2.4`).
    pub port: String,
    /// PCI address of the controller; absent where that is no PCI device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<String>,
    /// Vendor: four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Product: four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The device's own release number (`bcdDevice`): four hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// What it calls its maker. (Like the two below: the device says so, and may say anything.)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// What it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Speed of its link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed_mbps: Option<f64>,
    /// It is a hub.
    pub hub: bool,
    /// It is no thing at all, but the management controller's: virtual media, keyboard, network card.
    pub bmc: bool,
    /// Its interfaces, in the order of their numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<UsbInterface>,
}

/// One function of a USB device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsbInterface {
    /// Class, subclass, protocol: six hex digits (`080650` is mass storage).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The driver that is bound to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
}

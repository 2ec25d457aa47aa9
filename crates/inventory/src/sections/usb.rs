//! USB devices.

use serde::{Deserialize, Serialize};

/// One USB device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsbDevice {
    /// The port that it is plugged into, as the kernel numbers it (`1-2.4`).
    pub port: String,
}

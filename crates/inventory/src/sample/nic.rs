//! How network cards do.

use serde::{Deserialize, Serialize};

/// One network card's link and counters. Counters begin anew with the machine, and with the driver.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NicState {
    /// The kernel's name in this boot.
    pub name: String,
    /// A cable with a peer is plugged in; absent while the interface is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<bool>,
    /// The kernel's word for its state (`up`, `down`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operstate: Option<String>,
    /// Link speed; absent while the link is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed_mbps: Option<u32>,
    /// How often the carrier came and went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_changes: Option<u32>,
    /// Received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rx_bytes: Option<u64>,
    /// Sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tx_bytes: Option<u64>,
    /// Frames that came broken, of any kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rx_errors: Option<u64>,
    /// Frames that could not be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tx_errors: Option<u64>,
    /// Frames that came and found no room, or no use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rx_dropped: Option<u64>,
    /// Frames that were given up before they were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tx_dropped: Option<u64>,
    /// Frames garbled on the way: a cable, a transceiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rx_crc_errors: Option<u64>,
    /// Frames that the card had no room for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rx_missed: Option<u64>,
}

//! InfiniBand and RoCE.

use serde::{Deserialize, Serialize};

/// One port of an InfiniBand or RoCE device (`/sys/class/infiniband`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Infiniband {
    /// The kernel's name (`mlx5_0`).
    pub device: String,
    /// The port's number, from 1; absent for a device that shows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// Address of the PCI function behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci_address: Option<String>,
    /// The device's firmware.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// The maker's name for the board (its PSID).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board_id: Option<String>,
    /// The maker's name for the chip (`MT4123`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hca_type: Option<String>,
    /// The device's name in the fabric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_guid: Option<String>,
    /// The same for all devices of one board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_image_guid: Option<String>,
    /// What the fabric is told about the device: mostly the machine's host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_description: Option<String>,
    /// The port's logical state (`active`, `down`, `init`, `armed`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The state of its cable (`linkup`, `polling`, `disabled`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_state: Option<String>,
    /// All its lanes together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_mbps: Option<u32>,
    /// How many lanes of what generation (`4X EDR`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_name: Option<String>,
    /// `infiniband` or `ethernet`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_layer: Option<String>,
    /// The address that the subnet manager gave it; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lid: Option<u16>,
    /// The network card of the same port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nic: Option<String>,
}

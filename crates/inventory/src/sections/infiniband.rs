//! InfiniBand and RoCE.

use serde::{Deserialize, Serialize};

/// One port of an InfiniBand or RoCE device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Infiniband {
    /// The kernel's name (`mlx5_0`).
    pub device: String,
}

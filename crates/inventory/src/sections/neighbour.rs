//! What stands at the other end of the cable, by LLDP (IEEE 802.1AB).

use serde::{Deserialize, Serialize};

/// One neighbour of one network card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Neighbour {
    /// The card that heard it, by its name in this boot.
    pub nic: String,
}

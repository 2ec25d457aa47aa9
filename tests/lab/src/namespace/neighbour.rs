//! Another machine on the same bridge, for programs instead of firmware.

use std::net::Ipv4Addr;
use std::sync::atomic::Ordering;

use super::Namespace;

impl Namespace {
    /// A namespace of its own with one card, `eth0`, that is plugged into this one's bridge and has that address. Answers it
    /// and the name of the plug.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn add_neighbour(&self, address: Ipv4Addr) -> anyhow::Result<(Self, String)> {
        let neighbour = Self::bare()?;
        let plug = format!("veth{}", self.0.taps.fetch_add(1, Ordering::Relaxed));
        let card = ["link", "add", &plug, "type", "veth", "peer", "name", "eth0", "netns"];
        self.ip(&[&card[..], &[neighbour.name()]].concat())?;
        self.ip(&["link", "set", &plug, "master", "br0", "up"])?;
        neighbour.ip(&["link", "set", "lo", "up"])?;
        neighbour.ip(&["address", "add", &format!("{address}/24"), "dev", "eth0"])?;
        neighbour.ip(&["link", "set", "eth0", "up"])?;
        Ok((neighbour, plug))
    }
}

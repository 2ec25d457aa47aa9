//! A switch port that carries one tagged network, for a machine that must tag what it says.
//!
//! ```text
//!  Machine's card ── QEMU socket ── Trunk: tag off, tag on ── QEMU socket ── hub ── tap ── br0
//! ```
//!
//! The box's own kernel need know nothing of VLANs: frames pass here as bytes.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use anyhow::Context as _;

use crate::Namespace;

/// QEMU's own limit is a little more.
const MAX_FRAME_BYTES: usize = 68 * 1024;
/// The two MACs at the beginning of a frame.
const MACS_BYTES: usize = 12;
/// What stands behind them in a tagged one.
const TAGGED: [u8; 2] = [0x81, 0x00];

/// A port for one card of one machine, for one time that it is switched on.
#[derive(Debug)]
pub struct Trunk {
    tap: String,
    /// Where QEMU connects the card, and the bridge.
    card_port: u16,
    bridge_port: u16,
}

impl Trunk {
    /// A port on the bridge whose frames have this tag on the machine's side. What the machine says without it, or with
    /// another one, goes nowhere.
    ///
    /// # Errors
    /// When the kernel won't make the plug or the listeners.
    pub fn plug_in(namespace: &Namespace, vlan: u16) -> anyhow::Result<Self> {
        let tap = namespace.add_tap()?;
        let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (card, bridge) =
            namespace.enter(|| Ok::<_, io::Error>((listen()?, listen()?)))?.context("can't listen")?;
        let trunk =
            Self { tap, card_port: card.local_addr()?.port(), bridge_port: bridge.local_addr()?.port() };
        std::thread::spawn(move || carry(&card, &bridge, vlan));
        Ok(trunk)
    }

    /// A card on it, in QEMU's words, for [`crate::MachineSpec::parts`].
    #[must_use]
    pub fn card(&self, mac: &str) -> Vec<String> {
        let Self { tap, card_port, bridge_port } = self;
        [
            "-netdev",
            &format!("socket,id=trunk,connect=127.0.0.1:{card_port}"),
            "-device",
            &format!("virtio-net-pci,netdev=trunk,mac={mac},romfile="),
            "-netdev",
            &format!("tap,id=access,ifname={tap},script=no,downscript=no"),
            "-netdev",
            &format!("socket,id=wire,connect=127.0.0.1:{bridge_port}"),
            "-netdev",
            "hubport,id=hub0,hubid=90,netdev=access",
            "-netdev",
            "hubport,id=hub1,hubid=90,netdev=wire",
        ]
        .map(str::to_owned)
        .to_vec()
    }
}

/// Both directions, until the machine is off.
fn carry(card: &TcpListener, bridge: &TcpListener, vlan: u16) {
    let (Ok((card, _)), Ok((bridge, _))) = (card.accept(), bridge.accept()) else { return };
    std::thread::scope(|scope| {
        scope.spawn(|| relay(&bridge, &card, |frame| tagged(frame, vlan)));
        relay(&card, &bridge, |frame| untagged(frame, vlan)).ok();
    });
}

/// QEMU puts the length in front of each frame: four bytes, the highest first.
fn relay(
    mut from: &TcpStream,
    mut to: &TcpStream,
    changed: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> io::Result<()> {
    loop {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > MAX_FRAME_BYTES {
            return Err(io::Error::other("a frame that is too long"));
        }
        let mut frame = vec![0; length];
        from.read_exact(&mut frame)?;
        if let Some(frame) = changed(&frame) {
            let length = u32::try_from(frame.len()).unwrap_or_default().to_be_bytes();
            to.write_all(&[&length, frame.as_slice()].concat())?;
        }
    }
}

fn tagged(frame: &[u8], vlan: u16) -> Option<Vec<u8>> {
    let (macs, rest) = frame.split_at_checked(MACS_BYTES)?;
    Some([macs, &TAGGED, &vlan.to_be_bytes(), rest].concat())
}

fn untagged(frame: &[u8], vlan: u16) -> Option<Vec<u8>> {
    let (macs, rest) = frame.split_at_checked(MACS_BYTES)?;
    let (tag, rest) = rest.split_at_checked(4)?;
    let [first, second, high, low] = *tag else { return None };
    let is_ours = [first, second] == TAGGED && u16::from_be_bytes([high, low]) & 0x0fff == vlan;
    is_ours.then(|| [macs, rest].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_comes_and_goes_and_a_wrong_one_is_dropped() {
        let frame = [[0xff; 12].as_slice(), &[0x08, 0x00], b"content"].concat();
        let with = tagged(&frame, 7).unwrap();
        assert_eq!(with[12..18], [0x81, 0x00, 0x00, 0x07, 0x08, 0x00]);
        assert_eq!(untagged(&with, 7).unwrap(), frame);
        assert_eq!(untagged(&with, 8), None);
        assert_eq!(untagged(&frame, 7), None);
        assert_eq!(tagged(b"short", 7), None);
    }
}

//! Sending magic packets. Blocking, and short.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::thread;
use std::time::Duration;

use inventory::MacAddr;
use pnet_datalink::{Channel, Config, NetworkInterface};

use super::packet::{Password, magic_packet};
use super::route::Route;

/// Discard and echo: cards look at what is inside, but some networks let only these through.
pub const PORTS: [u16; 2] = [9, 7];
/// What a frame says it holds: Wake-on-LAN.
pub const ETHERTYPE: u16 = 0x0842;
/// A packet that is lost is not missed by anybody.
const ROUNDS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(50);

/// What was sent.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Datagrams and frames.
    pub packets: usize,
    /// The interfaces that they went out of.
    pub through: Vec<String>,
    /// What did not go.
    pub troubles: Vec<String>,
}

/// The interfaces of this machine.
#[must_use]
pub fn interfaces() -> Vec<NetworkInterface> {
    pnet_datalink::interfaces()
}

/// Sends magic packets for these cards, three of each kind. What fails on one route is told, and the others go on.
#[must_use]
pub fn send(macs: &[MacAddr], password: Option<&Password>, routes: &[Route]) -> Sent {
    let mut sent = Sent::default();
    let mut outlets: Vec<Outlet<'_>> = routes.iter().map(|route| Outlet::open(route, &mut sent)).collect();
    for round in 0..ROUNDS {
        if round > 0 {
            thread::sleep(PAUSE);
        }
        for outlet in &mut outlets {
            for mac in macs {
                outlet.wake(*mac, password, &mut sent);
            }
        }
    }
    sent.through.dedup();
    sent.troubles.dedup();
    sent
}

/// An open way out.
struct Outlet<'a> {
    name: &'a str,
    datagrams: Option<(UdpSocket, Ipv4Addr)>,
    frames: Option<(Box<dyn pnet_datalink::DataLinkSender>, [u8; 6])>,
}

impl<'a> Outlet<'a> {
    fn open(route: &'a Route, sent: &mut Sent) -> Self {
        let name = route.interface.as_ref().map_or("the router", |interface| interface.name.as_str());
        let datagrams = route.to.and_then(|to| match socket(route.from) {
            Ok(socket) => Some((socket, to)),
            Err(error) => {
                sent.troubles.push(format!("{name}: {error}"));
                None
            }
        });
        // Without the right to send frames of its own (CAP_NET_RAW) a server still has its datagrams.
        let frames = route.interface.as_ref().and_then(|interface| match frames(interface) {
            Ok(sender) => interface.mac.map(|mac| (sender, mac.into())),
            Err(error) => {
                if datagrams.is_none() {
                    sent.troubles.push(format!("{name}: {error}"));
                }
                None
            }
        });
        Self { name, datagrams, frames }
    }

    fn wake(&mut self, mac: MacAddr, password: Option<&Password>, sent: &mut Sent) {
        let packet = magic_packet(mac, password);
        let mut note = |result: io::Result<()>| match result {
            Ok(()) => {
                sent.packets += 1;
                if !sent.through.iter().any(|name| name == self.name) {
                    sent.through.push(self.name.to_owned());
                }
            }
            Err(error) => {
                let trouble = format!("{}: {error}", self.name);
                if !sent.troubles.contains(&trouble) {
                    sent.troubles.push(trouble);
                }
            }
        };
        if let Some((socket, to)) = &self.datagrams {
            for port in PORTS {
                note(socket.send_to(&packet, SocketAddrV4::new(*to, port)).map(drop));
            }
        }
        if let Some((sender, own)) = &mut self.frames {
            let mut frame = zeroize::Zeroizing::new(Vec::with_capacity(14 + packet.len()));
            frame.extend_from_slice(&[0xff; 6]);
            frame.extend_from_slice(own);
            frame.extend_from_slice(&ETHERTYPE.to_be_bytes());
            frame.extend_from_slice(&packet);
            note(
                sender
                    .send_to(&frame, None)
                    .unwrap_or_else(|| Err(io::Error::other("the frame was not taken"))),
            );
        }
    }
}

fn socket(from: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(SocketAddrV4::new(from, 0))?;
    socket.set_broadcast(true)?;
    Ok(socket)
}

fn frames(interface: &NetworkInterface) -> io::Result<Box<dyn pnet_datalink::DataLinkSender>> {
    let config =
        Config { promiscuous: false, write_timeout: Some(Duration::from_secs(1)), ..Config::default() };
    match pnet_datalink::channel(interface, config)? {
        Channel::Ethernet(sender, _) => Ok(sender),
        _ => Err(io::Error::other("no Ethernet")),
    }
}

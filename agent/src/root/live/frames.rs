//! Frames that an interface hears, by `pnet`.

use std::io;
use std::os::fd::{AsFd, IntoRawFd};
use std::time::{Duration, Instant};

use pnet_datalink::{Channel, ChannelType, Config, NetworkInterface, channel};
use rustix::net::netdevice::name_to_index;
use socket2::{Domain, SockFilter, Socket, Type};

use crate::kernel;

/// No Ethernet frame is longer, but those of cards that glue several together.
const FRAME_LIMIT_BYTES: usize = 9216;
/// The addresses that bridges announce themselves to (IEEE 802.1Q, table 8-1): nearest bridge, nearest non-TPMR bridge, nearest
/// customer bridge. Joined, so that the card needs not hear everything.
const GROUPS: [[u8; 6]; 3] =
    [[0x01, 0x80, 0xc2, 0, 0, 0x0e], [0x01, 0x80, 0xc2, 0, 0, 0x03], [0x01, 0x80, 0xc2, 0, 0, 0x00]];
/// How long one wait takes: a signal ends it, and must not begin the whole time anew.
const BREATH: Duration = Duration::from_secs(1);

/// The first frame of this type that comes to the interface within so many seconds, headed by its length; nothing when
/// there is none.
pub(super) fn hear(interface: &str, ethernet_type: u16, seconds: u16) -> io::Result<Vec<u8>> {
    let ends = Instant::now() + Duration::from_secs(seconds.into());
    let socket = Socket::new(Domain::PACKET, Type::RAW, None)?;
    let index = name_to_index(&socket, interface)?;
    // Before it is bound, and so hears anything at all.
    socket.attach_filter(&filter(ethernet_type))?;
    for group in GROUPS {
        kernel::hear_multicast(socket.as_fd(), i32::try_from(index).unwrap_or(0), group)?;
    }
    let network_interface = NetworkInterface {
        name: interface.to_owned(),
        description: String::new(),
        index,
        mac: None,
        ips: Vec::new(),
        flags: 0,
    };
    let config = Config {
        write_buffer_size: 0,
        read_buffer_size: FRAME_LIMIT_BYTES,
        read_timeout: Some(BREATH),
        channel_type: ChannelType::Layer2,
        promiscuous: false,
        // pnet closes it, also when it fails.
        socket_fd: Some(socket.into_raw_fd()),
        ..Config::default()
    };
    let Channel::Ethernet(_, mut receiver) = channel(&network_interface, config)? else {
        return Err(io::ErrorKind::Unsupported.into());
    };
    while Instant::now() < ends {
        match receiver.next() {
            Ok(frame) => {
                let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
                return Ok([&length.to_le_bytes()[..], frame].concat());
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Vec::new())
}

/// A program for the kernel, which sees all frames of the interface and passes those of one type that came from outside.
///
/// The socket is bound to all types and not to this one alone, for Open vSwitch takes its ports' frames away before they are
/// sorted by type.
fn filter(ethernet_type: u16) -> [SockFilter; 6] {
    // linux/bpf_common.h
    const LOAD_HALF: u16 = 0x28;
    const LOAD_BYTE: u16 = 0x30;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    /// `SKF_AD_OFF` (-0x1000) and `SKF_AD_PKTTYPE`.
    const PACKET_KIND: u32 = 0xffff_f004;
    /// `PACKET_OUTGOING`.
    const OUTGOING: u32 = 4;
    [
        SockFilter::new(LOAD_HALF, 0, 0, 12),
        SockFilter::new(JUMP_IF_EQUAL, 0, 3, ethernet_type.into()),
        SockFilter::new(LOAD_BYTE, 0, 0, PACKET_KIND),
        SockFilter::new(JUMP_IF_EQUAL, 1, 0, OUTGOING),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
        SockFilter::new(RETURN, 0, 0, 0),
    ]
}

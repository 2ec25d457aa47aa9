//! DHCP's frames: Ethernet, IPv4 and UDP, no more of them than a broadcast needs. Pure.

use std::net::Ipv4Addr;

use inventory::MacAddr;

use crate::bytes::array;

const ETHERNET: usize = 14;
const IPV4: u16 = 0x0800;
const UDP: u8 = 17;
const CLIENT_PORT: u16 = 68;
const SERVER_PORT: u16 = 67;

/// What a DHCP server said, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heard<'a> {
    pub(crate) from_mac: MacAddr,
    pub(crate) from: Ipv4Addr,
    pub(crate) payload: &'a [u8],
}

/// A client's frame, from nobody to everybody, as firmware sends it that has no address yet.
pub(crate) fn to_servers(card: MacAddr, payload: &[u8]) -> Vec<u8> {
    // DHCP's messages are bounded far below; a longer one would be a mistake of ours and is cut by nobody on the way.
    let udp_bytes = u16::try_from(payload.len() + 8).unwrap_or(u16::MAX);
    let ip_bytes = udp_bytes.saturating_add(20);
    let mut frame = vec![0xff; 6];
    frame.extend(card.octets());
    frame.extend(IPV4.to_be_bytes());

    let mut ip = vec![0x45, 0];
    ip.extend(ip_bytes.to_be_bytes());
    // No fragment; 64 hops; the sum follows when the rest is known.
    ip.extend([0, 0, 0, 0, 64, UDP, 0, 0]);
    ip.extend(Ipv4Addr::UNSPECIFIED.octets());
    ip.extend(Ipv4Addr::BROADCAST.octets());
    let sum = checksum(&ip).to_be_bytes();
    ip.splice(10..12, sum);
    frame.extend(ip);

    frame.extend(CLIENT_PORT.to_be_bytes());
    frame.extend(SERVER_PORT.to_be_bytes());
    frame.extend(udp_bytes.to_be_bytes());
    // Zero is "no sum", which IPv4 allows.
    frame.extend([0, 0]);
    frame.extend(payload);
    frame
}

/// What a DHCP server says to a client in this frame, if that is what it is. Sums are not looked at: those of a card that
/// reckons them itself are not there yet when the frame is seen on its own machine.
pub(crate) fn from_server(frame: &[u8]) -> Option<Heard<'_>> {
    let from_mac = MacAddr::new(array(frame, 6)?);
    if array(frame, 12)? != IPV4.to_be_bytes() {
        return None;
    }
    let ip = frame.get(ETHERNET..)?;
    let [start] = array(ip, 0)?;
    let header_bytes = usize::from(start & 0x0f) * 4;
    let total = usize::from(u16::from_be_bytes(array(ip, 2)?));
    let fragment = u16::from_be_bytes(array(ip, 6)?) & 0x3fff;
    if start >> 4 != 4 || header_bytes < 20 || fragment != 0 || array(ip, 9)? != [UDP] {
        return None;
    }
    let udp = ip.get(header_bytes..total)?;
    let ports = (u16::from_be_bytes(array(udp, 0)?), u16::from_be_bytes(array(udp, 2)?));
    let length = usize::from(u16::from_be_bytes(array(udp, 4)?));
    if ports != (SERVER_PORT, CLIENT_PORT) {
        return None;
    }
    Some(Heard { from_mac, from: array::<4>(ip, 12)?.into(), payload: udp.get(8..length)? })
}

/// The Internet checksum (RFC 1071) of an even number of bytes.
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = bytes.as_chunks::<2>().0.iter().map(|pair| u32::from(u16::from_be_bytes(*pair))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CARD: MacAddr = MacAddr::new([0x52, 0x54, 0, 0, 0, 1]);

    /// The same frame as a server's answer: ports the other way round.
    fn answer(payload: &[u8]) -> Vec<u8> {
        let mut frame = to_servers(CARD, payload);
        frame[34..38].copy_from_slice(&[0, 67, 0, 68]);
        frame[26..30].copy_from_slice(&[10, 0, 0, 1]);
        frame
    }

    #[test]
    fn the_header_s_sum_is_right() {
        let frame = to_servers(CARD, b"hello");
        // Summed over with its own sum in it, a header gives zero.
        assert_eq!(checksum(&frame[14..34]), 0);
        assert_eq!(frame.len(), 14 + 20 + 8 + 5);
        assert_eq!(frame[16..18], [0, 33]);
    }

    #[test]
    fn a_servers_answer_is_read_and_a_clients_question_is_not() {
        let frame = answer(b"offer");
        let heard = from_server(&frame).unwrap();
        assert_eq!(heard, Heard { from_mac: CARD, from: Ipv4Addr::new(10, 0, 0, 1), payload: b"offer" });
        assert_eq!(from_server(&to_servers(CARD, b"discover")), None);
    }

    #[test]
    fn padding_behind_the_packet_is_left_out() {
        let mut frame = answer(b"x");
        frame.extend([0; 20]);
        assert_eq!(from_server(&frame).unwrap().payload, b"x");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            from_server(&bytes);
        }

        #[test]
        fn nor_does_a_frame_with_one_wrong_byte(at in 0_usize..60, byte in any::<u8>()) {
            let mut frame = answer(&[7; 30]);
            frame[at] = byte;
            from_server(&frame);
        }
    }
}

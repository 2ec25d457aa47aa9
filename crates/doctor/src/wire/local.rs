//! A DHCP server on this very machine.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use socket2::{Domain, Socket, Type};

/// Whether a program here listens on DHCP's port.
pub(crate) fn runs_a_dhcp_server() -> bool {
    std::fs::read_to_string("/proc/net/udp").is_ok_and(|table| has_port_67(&table))
}

/// The second field is `ADDRESS:PORT`, both in hexadecimal.
fn has_port_67(table: &str) -> bool {
    table.lines().any(|line| line.split_whitespace().nth(1).is_some_and(|local| local.ends_with(":0043")))
}

/// A socket whose broadcasts leave by this card and come back to this machine's own listeners.
pub(super) fn broadcaster(interface: &str, own: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.set_broadcast(true)?;
    socket.bind_device(Some(interface.as_bytes()))?;
    // The answers are heard as frames: whose port they go to is all the same.
    socket.bind(&SocketAddrV4::new(own, 0).into())?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_seen_by_its_port() {
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n";
        let line =
            |port| format!("{head}  12: 00000000:{port} 00000000:0000 07 00000000:00000000 00:0 0 0 0\n");
        assert!(has_port_67(&line("0043")));
        assert!(!has_port_67(&line("0044")) && !has_port_67(head));
    }
}

//! Asking by mDNS, in the declared networks that this machine stands in.
//!
//! One socket for each own address in a declared network, joined to the group on that interface. It shares port 5353 with
//! whatever responder runs here; where that port can't be had, answers come to a port of its own (RFC 6762, section 6.7).
//! Only IPv4: the declared networks are what DHCP serves.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use ipnet::IpNet;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::packet::{announces_agent, question};

const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const PORT: u16 = 5353;
/// The longest packet that mDNS allows (RFC 6762, section 17).
const PACKET_BYTES: usize = 9000;
/// Machines that one question may find.
const MAX_FOUND: usize = 4096;

/// How patiently to ask.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Browse {
    /// Between two questions: the first packet is easily lost.
    pub(crate) ask_every: Duration,
    /// From the first question to the end.
    pub(crate) listen: Duration,
}

impl Default for Browse {
    fn default() -> Self {
        Self { ask_every: Duration::from_secs(1), listen: Duration::from_secs(4) }
    }
}

/// Asking was not possible.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrowseError {
    #[error("this machine has no IPv4 address in a declared network, so nobody there hears its mDNS")]
    NotThere,
    #[error("mDNS can't be spoken from {local}: {reason}")]
    Socket { local: Ipv4Addr, reason: io::Error },
}

/// The addresses in `networks` from which an agent announced itself.
pub(crate) async fn browse(networks: &[IpNet], patience: Browse) -> Result<BTreeSet<IpAddr>, BrowseError> {
    let own = own_addresses(networks);
    if own.is_empty() {
        return Err(BrowseError::NotThere);
    }
    let mut asking = Vec::new();
    let mut failure = None;
    for local in own {
        match open(local) {
            Ok(socket) => asking.push(ask(socket, SocketAddr::from((GROUP, PORT)), networks, patience)),
            Err(reason) => failure = Some(BrowseError::Socket { local, reason }),
        }
    }
    match failure {
        Some(error) if asking.is_empty() => Err(error),
        _ => Ok(join_all(asking).await.into_iter().flatten().collect()),
    }
}

/// Own addresses that lie in declared networks. The kernel says from where it would send into each; nothing is sent.
fn own_addresses(networks: &[IpNet]) -> BTreeSet<Ipv4Addr> {
    let from = |network: &IpNet| -> Option<Ipv4Addr> {
        let IpNet::V4(network) = network else { return None };
        let socket = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
        socket.connect((network.hosts().next()?, 9)).ok()?;
        match socket.local_addr().ok()?.ip() {
            IpAddr::V4(own) if network.contains(&own) => Some(own),
            _ => None,
        }
    };
    networks.iter().filter_map(from).collect()
}

fn open(local: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    // Only what is sent to the group on this interface: with several sockets each would hear everything.
    socket.set_multicast_all_v4(false)?;
    socket.join_multicast_v4(&GROUP, &local)?;
    socket.set_multicast_if_v4(&local)?;
    socket.set_nonblocking(true)?;
    if socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)).into()).is_err() {
        socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)).into())?;
    }
    UdpSocket::from_std(socket.into())
}

/// Asks `whom` again and again and notes who answers from within `networks`.
async fn ask(socket: UdpSocket, whom: SocketAddr, networks: &[IpNet], patience: Browse) -> BTreeSet<IpAddr> {
    let mut found = BTreeSet::new();
    let Some(question) = question() else { return found };
    let end = Instant::now() + patience.listen;
    let mut next_question = Instant::now();
    let mut packet = vec![0; PACKET_BYTES];
    while Instant::now() < end && found.len() < MAX_FOUND {
        if Instant::now() >= next_question {
            if let Err(error) = socket.send_to(&question, whom).await {
                tracing::warn!(%error, to = %whom, "asking by mDNS");
            }
            next_question += patience.ask_every;
        }
        let heard = tokio::time::timeout_at(end.min(next_question), socket.recv_from(&mut packet)).await;
        let Ok(Ok((length, from))) = heard else { continue };
        let is_ours = networks.iter().any(|network| network.contains(&from.ip()));
        if is_ours && packet.get(..length).is_some_and(announces_agent) {
            found.insert(from.ip());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::packet::tests::answer;
    use super::*;

    /// Short enough for a test, and long enough to hear an answer on a busy machine: the test ends when it is heard.
    const PATIENT: Browse = Browse { ask_every: Duration::from_millis(50), listen: Duration::from_secs(2) };

    /// Answers every question that it hears, from each of these addresses.
    async fn responder(socket: UdpSocket, service: &'static str) {
        let mut packet = vec![0; PACKET_BYTES];
        loop {
            let (length, from) = socket.recv_from(&mut packet).await.unwrap();
            assert_eq!(packet[..length], question().unwrap());
            socket.send_to(&answer(service, 120, [0x84, 0]), from).await.unwrap();
        }
    }

    async fn asked(service: &'static str, networks: &[&str]) -> BTreeSet<IpAddr> {
        let networks: Vec<IpNet> = networks.iter().map(|text| text.parse().unwrap()).collect();
        let there = UdpSocket::bind("127.0.0.9:0").await.unwrap();
        let whom = there.local_addr().unwrap();
        let here = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        tokio::select! {
            found = ask(here, whom, &networks, PATIENT) => found,
            () = responder(there, service) => unreachable!("it answers for ever"),
        }
    }

    #[tokio::test]
    async fn who_answers_from_a_declared_network_is_found() {
        let found = asked("_muster-agent._tcp.local.", &["127.0.0.8/29"]).await;
        assert_eq!(found, BTreeSet::from(["127.0.0.9".parse().unwrap()]));
        assert!(asked("_muster-agent._tcp.local.", &["127.0.0.0/29"]).await.is_empty(), "outside");
        assert!(asked("_printer._tcp.local.", &["127.0.0.0/8"]).await.is_empty(), "no agent");
    }

    #[tokio::test]
    async fn a_socket_of_ours_shares_the_port_and_speaks_to_the_group() {
        // Two at once, as beside a responder that runs on this machine.
        let one = open(Ipv4Addr::LOCALHOST).unwrap();
        let two = open(Ipv4Addr::LOCALHOST).unwrap();
        assert_ne!(one.local_addr().unwrap().port(), 0);
        let group = SocketAddr::from((GROUP, two.local_addr().unwrap().port()));
        one.send_to(b"hello", group).await.unwrap();
        let mut packet = [0; 16];
        let heard = tokio::time::timeout(Duration::from_secs(10), two.recv_from(&mut packet)).await;
        let (length, from) = heard.unwrap().unwrap();
        assert_eq!((&packet[..length], from.ip()), (&b"hello"[..], IpAddr::from(Ipv4Addr::LOCALHOST)));
    }

    #[tokio::test]
    async fn a_network_that_this_machine_does_not_stand_in_is_said() {
        let elsewhere: IpNet = "203.0.113.0/24".parse().unwrap();
        let error = browse(&[elsewhere], PATIENT).await.unwrap_err();
        assert!(error.to_string().contains("no IPv4 address in a declared network"), "{error}");
        let here: IpNet = "127.0.0.0/8".parse().unwrap();
        assert_eq!(own_addresses(&[here, elsewhere]), BTreeSet::from([Ipv4Addr::LOCALHOST]));
    }
}

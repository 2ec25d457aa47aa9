//! A gateway's log by syslog over UDP (RFC 3164, RFC 5424): OPNsense sends it there, where it was told to.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::dnsmasq::Reader;
use crate::trail::Trail;

/// The lines of one exchange come at once: after so long nothing more belongs to it.
const IDLE: Duration = Duration::from_millis(100);
/// Lines that are read in one second. A room of 200 machines that start at once makes some 20,000 in a minute.
const LINES_A_SECOND: u32 = 5_000;
/// Gateways; a site has one or two.
const SENDERS: usize = 16;
const DATAGRAM_BYTES: usize = 8 * 1024;
/// How often lost and unwelcome lines are told of.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// A socket that takes a gateway's log.
pub struct Listener {
    socket: UdpSocket,
    welcome: Box<dyn Fn(IpAddr) -> bool + Send + Sync>,
    trail: Trail,
}

impl Listener {
    /// Listens. Only what comes from a `welcome` address is read.
    ///
    /// # Errors
    /// The address can't be bound.
    pub async fn bind(
        address: SocketAddr,
        welcome: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
        trail: Trail,
    ) -> io::Result<Self> {
        Ok(Self { socket: UdpSocket::bind(address).await?, welcome: Box::new(welcome), trail })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system's.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Reads until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut readers: HashMap<IpAddr, Reader> = HashMap::new();
        let mut buffer = vec![0_u8; DATAGRAM_BYTES];
        let mut counts = Counts::new();
        loop {
            let received = tokio::select! {
                () = stop.cancelled() => return,
                received = timeout(IDLE, self.socket.recv_from(&mut buffer)) => received,
            };
            let (length, from) = match received {
                Err(_) => {
                    let whole = readers.values_mut().flat_map(Reader::pause).collect::<Vec<_>>();
                    whole.into_iter().for_each(|sighting| self.trail.sighted(sighting));
                    counts.tell();
                    continue;
                }
                Ok(Ok(received)) => received,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "DHCP log: receiving");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            };
            let from = from.ip().to_canonical();
            let known = readers.contains_key(&from) || readers.len() < SENDERS;
            if !known || !(self.welcome)(from) {
                counts.unwelcome(from);
            } else if counts.has_room() {
                let reader = readers.entry(from).or_default();
                let lines = buffer.get(..length).unwrap_or_default().split(|byte| *byte == b'\n');
                for line in lines.filter(|line| !line.is_empty()) {
                    reader.line(line).into_iter().for_each(|sighting| self.trail.sighted(sighting));
                }
            }
        }
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("socket", &self.socket).finish_non_exhaustive()
    }
}

/// What was taken in this second, and what was not since it was last told of.
struct Counts {
    second: Instant,
    lines: u32,
    lost: u64,
    unwelcome: u64,
    stranger: Option<IpAddr>,
    told: Option<Instant>,
}

impl Counts {
    fn new() -> Self {
        Self { second: Instant::now(), lines: 0, lost: 0, unwelcome: 0, stranger: None, told: None }
    }

    fn has_room(&mut self) -> bool {
        if self.second.elapsed() >= Duration::from_secs(1) {
            (self.second, self.lines) = (Instant::now(), 0);
        }
        self.lines += 1;
        let has_room = self.lines <= LINES_A_SECOND;
        self.lost += u64::from(!has_room);
        has_room
    }

    fn unwelcome(&mut self, from: IpAddr) {
        self.unwelcome += 1;
        self.stranger = Some(from);
        self.tell();
    }

    fn tell(&mut self) {
        if self.lost + self.unwelcome == 0 || self.told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
            return;
        }
        tracing::warn!(
            lost = self.lost,
            unwelcome = self.unwelcome,
            stranger = self.stranger.map(tracing::field::display),
            "DHCP log: lines that were too many, or came from an address that --dhcp-log-from does not name"
        );
        (self.lost, self.unwelcome, self.told) = (0, 0, Some(Instant::now()));
    }
}

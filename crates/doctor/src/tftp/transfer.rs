//! One transfer.
//!
//! The answer comes from another port than the one that was asked, and so the asking socket can't be a connected one; but only
//! a connected one is told that nobody listens. So there are two on the same port: the kernel gives each packet to the one
//! that fits it better.

use std::io;
use std::net::{SocketAddr, SocketAddrV4};

use socket2::{Domain, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::packet::{Said, acknowledgement, enough, read_request};
use super::{Ask, MOST_BYTES, TftpFault, v4};

/// How often a lost packet is asked for again within the time that silence may last.
const TRIES: u32 = 4;

/// What is asked for; nothing is RFC 1350's own: blocks of 512 bytes, one at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) block_bytes: Option<u16>,
    pub(super) window: Option<u16>,
}

impl Terms {
    fn options(self) -> Vec<(&'static str, String)> {
        let mut options = vec![("tsize", "0".to_owned())];
        options.extend(self.block_bytes.map(|bytes| ("blksize", bytes.to_string())));
        options.extend(self.window.map(|blocks| ("windowsize", blocks.to_string())));
        options
    }
}

struct Transfer<'a> {
    ask: &'a Ask,
    /// Hears ICMP's word that nobody listens.
    asking: UdpSocket,
    hearing: UdpSocket,
    /// The port that the server answers from, once it has.
    peer: Option<SocketAddr>,
    content: Vec<u8>,
    /// The next block, counted without wrapping.
    next_block: u64,
    block_bytes: usize,
    window: u64,
    size_bytes: Option<u64>,
    /// What is said again when nothing comes.
    last_said: Vec<u8>,
}

pub(super) async fn run(ask: &Ask, terms: Terms) -> Result<Vec<u8>, TftpFault> {
    let local =
        |error: io::Error| TftpFault::Local { server: ask.server, own: ask.own, why: error.to_string() };
    let (asking, hearing) = sockets(ask).await.map_err(local)?;
    let last_said = read_request(&ask.file, &terms.options());
    let transfer = Transfer {
        ask,
        asking,
        hearing,
        peer: None,
        content: Vec::new(),
        next_block: 1,
        block_bytes: 512,
        window: 1,
        size_bytes: None,
        last_said,
    };
    transfer.run().await
}

async fn sockets(ask: &Ask) -> io::Result<(UdpSocket, UdpSocket)> {
    let hearing = reusable(SocketAddrV4::new(ask.own, 0))?;
    let SocketAddr::V4(own) = hearing.local_addr()? else { return Err(io::ErrorKind::InvalidInput.into()) };
    let asking = reusable(own)?;
    // Without this the kernel keeps to itself that no machine has the address: it takes that for a passing trouble.
    nix::sys::socket::setsockopt(&asking, nix::sys::socket::sockopt::Ipv4RecvErr, &true)?;
    asking.connect((ask.server, ask.port)).await?;
    Ok((asking, hearing))
}

fn reusable(own: SocketAddrV4) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&own.into())?;
    UdpSocket::from_std(socket.into())
}

impl Transfer<'_> {
    async fn run(mut self) -> Result<Vec<u8>, TftpFault> {
        let outcome = self.receive().await;
        if outcome.is_err()
            && let Some(peer) = self.peer
        {
            self.hearing.send_to(&enough(), peer).await.ok();
        }
        outcome?;
        match self.size_bytes {
            Some(said_bytes) if said_bytes != self.content.len() as u64 => Err(TftpFault::Cut {
                server: self.ask.server,
                file: self.ask.file.clone(),
                said_bytes,
                came_bytes: self.content.len(),
            }),
            _ => Ok(self.content),
        }
    }

    async fn receive(&mut self) -> Result<(), TftpFault> {
        let mut quiet_until = Instant::now() + self.ask.patience;
        self.say_again().await?;
        loop {
            let Some((from, said)) = self.hear(quiet_until).await? else { return Err(self.silence()) };
            if *self.peer.get_or_insert(from) != from {
                continue;
            }
            let before = self.next_block;
            match said {
                Said::Error { code, message } => return Err(self.refusal(code, message)),
                Said::Agreed(agreed) if self.next_block == 1 => {
                    self.agree(&agreed);
                    self.say(acknowledgement(0).to_vec()).await?;
                }
                Said::Agreed(_) => continue,
                Said::Data { block, payload } => {
                    if self.take(block, &payload).await? {
                        return Ok(());
                    }
                    if self.next_block == before {
                        continue;
                    }
                }
            }
            quiet_until = Instant::now() + self.ask.patience;
        }
    }

    /// Takes a block in; whether it was the last.
    async fn take(&mut self, block: u16, payload: &[u8]) -> Result<bool, TftpFault> {
        // Numbers wrap after 65535 blocks; what is not next in order is a double, or came before one that was lost.
        if u64::from(block) != self.next_block % 65_536 {
            return Ok(false);
        }
        self.content.extend(payload);
        if self.content.len() > MOST_BYTES {
            return Err(TftpFault::TooLong { server: self.ask.server, file: self.ask.file.clone() });
        }
        let last = payload.len() < self.block_bytes;
        if last || self.next_block.is_multiple_of(self.window) {
            self.say(acknowledgement(block).to_vec()).await?;
        } else {
            // The window is not full: said only if the rest of it is lost.
            self.last_said = acknowledgement(block).to_vec();
        }
        self.next_block += 1;
        Ok(last)
    }

    fn agree(&mut self, agreed: &[(String, u64)]) {
        let value = |wanted: &str| agreed.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
        self.size_bytes = value("tsize");
        self.block_bytes =
            value("blksize").and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(512).max(1);
        self.window = value("windowsize").unwrap_or(1).max(1);
    }

    async fn hear(&mut self, until: Instant) -> Result<Option<(SocketAddr, Said)>, TftpFault> {
        let (mut one, mut other) = (vec![0; 65_536], vec![0; 2048]);
        loop {
            let again_at = (Instant::now() + self.ask.patience / TRIES).min(until);
            let heard = timeout_at(again_at, async {
                tokio::select! {
                    heard = self.hearing.recv_from(&mut one) => heard.map(|(n, from)| (true, n, from)),
                    // Some servers say "no" from the port that they were asked on.
                    heard = self.asking.recv_from(&mut other) => heard.map(|(n, from)| (false, n, from)),
                }
            });
            match heard.await {
                Ok(Ok((is_one, length, from))) => {
                    let bytes = if is_one { one.get(..length) } else { other.get(..length) };
                    let ours = v4(from.ip()) == Some(self.ask.server);
                    if let Some(said) = bytes.and_then(Said::parse).filter(|_| ours) {
                        return Ok(Some((from, said)));
                    }
                }
                Ok(Err(error)) => return Err(self.unreachable(&error)),
                Err(_) if Instant::now() >= until => return Ok(None),
                Err(_) => self.say_again().await?,
            }
        }
    }

    async fn say(&mut self, packet: Vec<u8>) -> Result<(), TftpFault> {
        self.last_said = packet;
        self.say_again().await
    }

    async fn say_again(&self) -> Result<(), TftpFault> {
        let sent = match self.peer {
            Some(peer) => self.hearing.send_to(&self.last_said, peer).await,
            None => self.asking.send(&self.last_said).await,
        };
        sent.map(drop).map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &io::Error) -> TftpFault {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => TftpFault::Closed(self.ask.server),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                TftpFault::NoHost(self.ask.server)
            }
            _ => TftpFault::Local { server: self.ask.server, own: self.ask.own, why: error.to_string() },
        }
    }

    fn silence(&self) -> TftpFault {
        match self.peer {
            None => TftpFault::Silent(self.ask.server),
            Some(_) => TftpFault::Stalled {
                server: self.ask.server,
                file: self.ask.file.clone(),
                after_bytes: self.content.len(),
            },
        }
    }

    fn refusal(&self, code: u16, said: String) -> TftpFault {
        let (server, file) = (self.ask.server, self.ask.file.clone());
        match code {
            1 => TftpFault::Missing { server, file, said },
            _ => TftpFault::Refused { server, file, code, said },
        }
    }
}

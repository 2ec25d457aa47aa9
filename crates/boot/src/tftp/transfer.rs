//! One transfer: a block goes out, and again, until it is acknowledged.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::packet::{self, ErrorCode, Packet};
use super::terms::Terms;

/// How long a silent client is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Before a packet is sent for the second time; doubled each time after. A client may ask for another time.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// How often one packet is sent.
    pub tries: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(8), tries: 6 }
    }
}

/// How a transfer went.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) sent_bytes: u64,
    pub(super) end: End,
}

#[derive(Debug)]
pub(super) enum End {
    /// All of it was acknowledged.
    Complete,
    /// The client ended it. Before the first block, that is how firmware asks for a file's size.
    ByClient { code: u16, message: String },
    /// The client fell silent.
    Silent,
    /// The file or the network failed.
    Failed(io::Error),
}

pub(super) struct Transfer {
    pub(super) socket: UdpSocket,
    pub(super) client: SocketAddr,
    pub(super) terms: Terms,
    pub(super) patience: Patience,
}

impl Transfer {
    /// Sends the file, and tells `acknowledged` of each block that has arrived.
    pub(super) async fn run(
        &self,
        mut file: impl AsyncRead + Unpin,
        mut acknowledged: impl FnMut(u64),
    ) -> Report {
        let mut sent_bytes = 0;
        let end = self
            .send_all(&mut file, |bytes| {
                sent_bytes += bytes;
                acknowledged(bytes);
            })
            .await
            .err()
            .unwrap_or(End::Complete);
        if let End::Failed(_) = end {
            let sorry = packet::error(ErrorCode::Undefined, "the file can't be read any further");
            self.socket.send_to(&sorry, self.client).await.ok();
        }
        Report { sent_bytes, end }
    }

    async fn send_all(
        &self,
        file: &mut (impl AsyncRead + Unpin),
        mut acknowledged: impl FnMut(u64),
    ) -> Result<(), End> {
        if !self.terms.agreed.is_empty() {
            self.exchange(&packet::option_ack(&self.terms.agreed), 0).await?;
        }
        let mut number: u16 = 0;
        loop {
            // Large files count past 65535; clients go on with 0.
            number = number.wrapping_add(1);
            let block = self.read_block(file).await.map_err(End::Failed)?;
            self.exchange(&packet::data(number, &block), number).await?;
            acknowledged(block.len() as u64);
            if block.len() < self.terms.block_bytes {
                return Ok(());
            }
        }
    }

    async fn read_block(&self, file: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
        let mut block = Vec::with_capacity(self.terms.block_bytes);
        file.take(self.terms.block_bytes as u64).read_to_end(&mut block).await?;
        Ok(block)
    }

    /// Sends a packet until its block is acknowledged. An old acknowledgement is no reason to send again (that doubled
    /// every packet of a transfer once a network had doubled one); only silence is.
    async fn exchange(&self, packet: &[u8], number: u16) -> Result<(), End> {
        let mut pause = self.terms.resend_after.unwrap_or(self.patience.first);
        for _ in 0..self.patience.tries {
            self.socket.send_to(packet, self.client).await.map_err(End::Failed)?;
            if self.acknowledged(number, Instant::now() + pause).await? {
                return Ok(());
            }
            if self.terms.resend_after.is_none() {
                pause = (pause * 2).min(self.patience.longest);
            }
        }
        Err(End::Silent)
    }

    async fn acknowledged(&self, number: u16, until: Instant) -> Result<bool, End> {
        let mut buffer = [0_u8; 600];
        while let Ok(received) = timeout_at(until, self.socket.recv_from(&mut buffer)).await {
            let (length, from) = match received {
                Ok(received) => received,
                // What an earlier packet of ours met (a port that is closed): only silence counts.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
                Err(error) => return Err(End::Failed(error)),
            };
            if from != self.client {
                let wrong = packet::error(ErrorCode::UnknownTransfer, "this is another client's transfer");
                self.socket.send_to(&wrong, from).await.ok();
                continue;
            }
            match Packet::parse(buffer.get(..length).unwrap_or_default()) {
                Ok(Packet::Ack(acknowledged)) if acknowledged == number => return Ok(true),
                Ok(Packet::Error { code, message }) => return Err(End::ByClient { code, message }),
                _ => {}
            }
        }
        Ok(false)
    }
}
